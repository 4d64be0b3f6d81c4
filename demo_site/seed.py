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


SET_UP_CLIENT = {
    "client_id": "demo-set-up-client",
    "client_secret": "local-only-set-up-secret",
    "name": "Northwind Library (set-up)",
    "grant_types": ["client_credentials"],
    "scopes": ["read:log_streams", "create:log_streams", "update:clients"],
}


@cache
def load() -> dict[str, Any]:
    """The seed as it lies beside this file."""
    seed: dict[str, Any] = json.loads(SEED_FILE.read_text(encoding="utf-8"))
    return seed


def for_site(site_url: str) -> str:
    """The seed as JSON, for a site at another address, with a client for who sets up the tenant."""
    seed = json.loads(SEED_FILE.read_text(encoding="utf-8").replace(SEEDED_SITE, site_url))
    return json.dumps({**seed, "clients": [*seed["clients"], SET_UP_CLIENT]}, indent=1)


def clients() -> tuple[dict[str, Any], dict[str, Any]]:
    """The login client and the Management client."""
    login, management = load()["clients"]
    return login, management


def people() -> list[dict[str, Any]]:
    """The seeded users, in the order in which the home page shows them."""
    users: list[dict[str, Any]] = load()["users"]
    return users


def rights_of(subject: str) -> dict[str, bool]:
    """The `is_…` fields that a seeded subject has at the site."""
    return next((dict(user.get("site", {})) for user in people() if user.get("user_id") == subject), {})
