"""The triggers an Action can be made for (recorded: auth0-deploy-cli, 2026-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo_site.tenant.records import Json

POST_LOGIN = "post-login"
POST_CHALLENGE = "password-reset-post-challenge"
POST_CHANGE_PASSWORD = "post-change-password"  # noqa: S105 - a trigger's name

RUNTIMES = ["node18-actions", "node22"]
DEFAULT_RUNTIME = "node22"
# The current version of each; only the first three are played.
CURRENT = {
    POST_LOGIN: "v3",
    POST_CHALLENGE: "v1",
    POST_CHANGE_PASSWORD: "v2",
    "pre-user-registration": "v2",
    "post-user-registration": "v2",
    "credentials-exchange": "v2",
    "send-phone-message": "v2",
    "custom-phone-provider": "v1",
    "custom-email-provider": "v1",
}
DEPRECATED = {(POST_LOGIN, "v2"), (POST_LOGIN, "v1"), (POST_CHANGE_PASSWORD, "v1")}
HANDLERS = {
    POST_LOGIN: ("onExecutePostLogin", "onContinuePostLogin"),
    POST_CHALLENGE: ("onExecutePostChallenge", "onContinuePostChallenge"),
    POST_CHANGE_PASSWORD: ("onExecutePostChangePassword", ""),
}
# How many Actions may be bound to one.
MOST_BOUND = 20
MOST_BOUND_TO = {POST_CHALLENGE: 4}


def listed() -> list[Json]:
    current = [_shown(name, version, "CURRENT") for name, version in CURRENT.items()]
    return current + [_shown(name, version, "DEPRECATED") for name, version in sorted(DEPRECATED)]


def is_known(name: str, version: str) -> bool:
    return CURRENT.get(name) == version or (name, version) in DEPRECATED


def _shown(name: str, version: str, status: str) -> Json:
    compatible = [{"id": POST_LOGIN, "version": "v2"}] if (name, version) == (POST_LOGIN, "v3") else []
    return {
        "id": name,
        "version": version,
        "status": status,
        "runtimes": RUNTIMES,
        "default_runtime": DEFAULT_RUNTIME,
        "binding_policy": "trigger-bound",
        "compatible_triggers": compatible,
    }
