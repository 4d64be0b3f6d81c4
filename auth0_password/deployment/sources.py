"""The shipped Actions as they go into a tenant: a file with the site's values in its one line `const CONFIG = {};`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

POST_LOGIN = "post-login"
POST_CHANGE_PASSWORD = "post-change-password"  # noqa: S105 - the name of a trigger
POST_CHALLENGE = "password-reset-post-challenge"

TRIGGERS = {POST_LOGIN: "v3", POST_CHANGE_PASSWORD: "v2", POST_CHALLENGE: "v1"}
"""What there is an Action for, and the version of the trigger that it is written for (GET /actions/triggers)."""

PLACE = "const CONFIG = {};"
HEADER = re.compile(r"^ \* auth0-password: (?P<trigger>[a-z-]+), version (?P<version>\d+)$", re.MULTILINE)
CONFIG = re.compile(r"^const CONFIG = (?P<json>\{.*?\});$", re.MULTILINE | re.DOTALL)


def source_of(trigger: str) -> str:
    """The file as it is shipped."""
    return files(__package__).joinpath("actions", f"{trigger}.js").read_text(encoding="utf-8")


def action_code(trigger: str, config: Mapping[str, Any]) -> str:
    """The Action's code for this site. Values are in it, so that a plan can show what changes; secrets never are."""
    source = source_of(trigger)
    if source.count(PLACE) != 1:
        raise ValueError(f"{trigger}.js must have one line {PLACE}")
    return source.replace(PLACE, f"const CONFIG = {json.dumps(config, indent=2)};")


def version_of(code: str) -> int | None:
    """The version in the header of an Action of ours; None of anything else."""
    header = HEADER.search(code)
    return int(header["version"]) if header else None


def config_of(code: str) -> dict[str, Any] | None:
    """The site's values in an Action of ours, as they were deployed; None where they cannot be read."""
    written = CONFIG.search(code)
    try:
        value = json.loads(written["json"]) if written else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def fingerprint(secret: str) -> str:
    """Tells a new secret from the one before it, and nothing else: secrets cannot be read back."""
    return hashlib.sha256(f"auth0-password\n{secret}".encode()).hexdigest()[:16]
