"""``refresh_token``: new tokens for an old grant, with rotation where the application has it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from demo_site.tenant.my_account import default_policy
from demo_site.tenant.oidc import refresh_tokens, tokens
from demo_site.tenant.oidc.errors import invalid_grant
from demo_site.tenant.oidc.grants import after_login

if TYPE_CHECKING:
    from demo_site.tenant.oidc.grants.asking import Asking
    from demo_site.tenant.records import Json, RefreshToken
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps

PROTOCOL = "oauth2-refresh-token"
USER_GONE = "The refresh_token was generated for a user who doesn't exist anymore."


def exchange(asking: Asking, state: State) -> Steps[Json]:
    """No login: nothing is counted. A password change does not end refresh tokens."""
    shown = asking.required("refresh_token")
    kept = refresh_tokens.usable(state, shown, asking.client)
    _check_user(state, kept)
    user = state.users[kept.user_id]
    default_policy.check_unasked(state, user, kept.audience, asking.issuer, (kept.mfa_at, kept.created_at))
    scope = _narrowed(kept.scope, asking.params.get("scope"))
    now = replace(kept, scope=scope, claims=_of_organization(kept), nonce=None)
    yield from after_login.run(asking, state, now, PROTOCOL, [])
    # While the Actions ran it may have been revoked, or exchanged by somebody else.
    kept = refresh_tokens.usable(state, shown, asking.client)
    return tokens.for_user(state, now, asking.issuer) | refresh_tokens.next_one(state, kept, asking)


def _check_user(state: State, kept: RefreshToken) -> None:
    user = state.users.get(kept.user_id)
    if user is None:
        raise invalid_grant(USER_GONE)
    if user.blocked:
        raise invalid_grant("user is blocked")


def _narrowed(scope: str, wanted: str | None) -> str:
    """Fewer scopes may be asked for, not others."""
    return " ".join(name for name in scope.split() if not wanted or name in wanted.split())


def _of_organization(kept: RefreshToken) -> Json:
    """What Actions add they add again; a second factor was that sign-in's."""
    return {name: value for name, value in kept.claims.items() if name in ("org_id", "org_name")}
