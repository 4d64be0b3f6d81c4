"""The settings of attack protection, by their names in the Management API."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

BRUTE_FORCE, BREACHED, SUSPICIOUS_IP = (
    "brute_force_protection",
    "breached_password_detection",
    "suspicious_ip_throttling",
)
BLOCK, NOTIFY_USER = "block", "user_notification"
# A new tenant's (recorded: go-auth0's TestAttackProtection).
DEFAULTS: dict[str, Json] = {
    BRUTE_FORCE: {
        "enabled": True,
        "shields": [BLOCK, NOTIFY_USER],
        "mode": "count_per_identifier_and_ip",
        "allowlist": [],
        "max_attempts": 10,
    },
    BREACHED: {
        "enabled": False,
        "shields": [],
        "admin_notification_frequency": [],
        "method": "standard",
        "stage": {"pre-user-registration": {"shields": []}, "pre-change-password": {"shields": []}},
    },
    SUSPICIOUS_IP: {
        "enabled": True,
        "shields": ["admin_notification", BLOCK],
        "allowlist": [],
        "stage": {
            # ``rate``: milliseconds until one more attempt is granted.
            "pre-login": {"max_attempts": 100, "rate": 864_000},
            "pre-user-registration": {"max_attempts": 50, "rate": 1_200},
        },
    },
}


def of(state: State, name: str) -> Json:
    changed: Json = getattr(state.attack_protection, name)
    settings = DEFAULTS[name] | changed
    if "stage" in changed:
        settings["stage"] = DEFAULTS[name]["stage"] | changed["stage"]
    return settings


def blocks(settings: Json) -> bool:
    """Without this shield attacks are only logged."""
    return bool(settings["enabled"]) and BLOCK in settings["shields"]


def is_allowed(settings: Json, ip: str) -> bool:
    """On the list of addresses and ranges that are never blocked."""
    address = ipaddress.ip_address(ip)
    return any(address in ipaddress.ip_network(item, strict=False) for item in settings["allowlist"])
