"""An app on a telephone, which keeps a refresh token: it outlives a new password, until somebody ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.tenant.grants.caller import REALM, Caller

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

SCOPES = {"update:users", "read:sessions", "delete:sessions", "read:refresh_tokens", "delete:refresh_tokens"}


def allow(seed: dict[str, Any]) -> None:
    """Let there be such apps, and let the site end what they have."""
    login, server = seed["clients"][:2]
    login["grant_types"] = ["authorization_code", "refresh_token", REALM]
    server["scopes"] = sorted({*server["scopes"], *SCOPES})


def signed_in(tenant: LocalTenant, email: str, password: str) -> str:
    """One more of somebody's; its refresh token."""
    answer = Caller(tenant).sign_in_with(email, password, scope="openid offline_access")
    assert answer.ok, answer.text
    return str(answer.json()["refresh_token"])


def works(tenant: LocalTenant, token: str) -> bool:
    return Caller(tenant).refresh(token).ok
