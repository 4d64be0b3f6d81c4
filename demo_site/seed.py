"""What the demonstration knows of its seed: the tenant's clients and the people."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

SEED_FILE = Path(__file__).with_name("seed.json")
SEEDED_SITE = "http://localhost:8000"
"""The site's address as the seed has it; a site on another port replaces it."""

SHARED_SECRETS = {
    name: f"local-only-{name.lower()}-of-the-demonstration"
    for name in ("ACTION_SECRET", "HANDOVER_SECRET", "LOG_STREAM_TOKEN", "VERIFIER_SECRET")
}
"""What the site and the Actions of its tenant on loopback know; nobody else's site takes them (check E010)."""


@cache
def load() -> dict[str, Any]:
    """The seed as it lies beside this file."""
    seed: dict[str, Any] = json.loads(SEED_FILE.read_text(encoding="utf-8"))
    return seed


def for_site(site_url: str) -> str:
    """The seed as JSON, for a site at another address."""
    return SEED_FILE.read_text(encoding="utf-8").replace(SEEDED_SITE, site_url)


def clients() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The login client, the Management client, and the one that deploys."""
    login, management, deploy = load()["clients"]
    return login, management, deploy


def people() -> list[dict[str, Any]]:
    """The seeded users, in the order in which the home page shows them."""
    users: list[dict[str, Any]] = load()["users"]
    return users


def rights_of(subject: str) -> dict[str, bool]:
    """The `is_…` fields that a seeded subject has at the site."""
    return next((dict(user.get("site", {})) for user in people() if user.get("user_id") == subject), {})
