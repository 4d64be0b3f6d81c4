"""What the demonstration knows of its seed: the tenant's clients and the people."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

SEED_FILE = Path(__file__).with_name("seed.json")
SEEDED_SITE = "http://localhost:8000"
"""The site's address as the seed has it; a site on another port replaces it."""

LOG_STREAM_TOKEN = "local-only-log-stream-token-of-the-demonstration"  # noqa: S105 - of a tenant on loopback


@cache
def load() -> dict[str, Any]:
    """The seed as it lies beside this file."""
    seed: dict[str, Any] = json.loads(SEED_FILE.read_text(encoding="utf-8"))
    return seed


def for_site(site_url: str) -> str:
    """The seed as JSON, for a site at another address."""
    return SEED_FILE.read_text(encoding="utf-8").replace(SEEDED_SITE, site_url)


def clients() -> tuple[dict[str, Any], dict[str, Any]]:
    """The login client and the Management client."""
    login, management, _set_up = load()["clients"]
    return login, management


def set_up_client() -> dict[str, Any]:
    """Who sets up the local tenant: no client of the site's."""
    client: dict[str, Any] = load()["clients"][2]
    return client


def people() -> list[dict[str, Any]]:
    """The seeded users, in the order in which the home page shows them."""
    users: list[dict[str, Any]] = load()["users"]
    return users


def rights_of(subject: str) -> dict[str, bool]:
    """The `is_…` fields that a seeded subject has at the site."""
    return next((dict(user.get("site", {})) for user in people() if user.get("user_id") == subject), {})
