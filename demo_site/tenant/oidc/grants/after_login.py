"""What follows a right password or refresh token: Actions, a second factor, tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo_site.tenant import factors
from demo_site.tenant.actions import post_login
from demo_site.tenant.my_account import default_policy
from demo_site.tenant.oidc import audiences, mfa_tokens
from demo_site.tenant.oidc.errors import OAuthError, invalid_grant

if TYPE_CHECKING:
    from demo_site.tenant.oidc.grants.asking import Asking
    from demo_site.tenant.records import Granted, User
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps


@dataclass(frozen=True)
class AskedScope:
    client_id: str
    audience: str | None
    scope: str
    issuer: str


def begin(asking: Asking, state: State, granted: Granted, protocol: str) -> Steps[None]:
    """The first run: what was asked for in vain falls away, what Actions add stays."""
    asked = AskedScope(granted.client_id, granted.audience, granted.scope, asking.issuer)
    yield from run(asking, state, granted, protocol, [], asked)


def run(  # noqa: PLR0913, PLR0917 - all that a run needs
    asking: Asking, state: State, granted: Granted, protocol: str, passed: list[str], asked: AskedScope | None = None
) -> Steps[None]:
    """Let the Actions see it, and raise ``mfa_required`` where a second factor is still to come."""
    user = present(state, granted)
    grant = post_login.Grant(
        client=asking.client,
        user=user,
        connection=granted.connection,
        protocol=protocol,
        scope=granted.scope,
        audience=granted.audience,
        organization=granted.organization,
        methods=granted.methods,
        factors=passed,
    )
    outcome = yield from post_login.for_grant(asking.request, state, grant)
    user = present(state, granted)
    granted.claims = granted.claims | outcome.id_token_claims
    granted.access_claims = granted.access_claims | outcome.access_token_claims
    granted.scope = audiences.granted_scope(state, asked, outcome.scope) if asked else outcome.scope
    wanted = outcome.challenge or (not passed and _asked_for(state, user, granted, asking.issuer))
    if wanted:
        raise mfa_tokens.required(state, granted, wanted, passed)


def present(state: State, granted: Granted) -> User:
    user = state.users.get(granted.user_id)
    if user is None:
        raise invalid_grant("Wrong email or password.")
    if user.blocked:
        raise OAuthError("unauthorized", "user is blocked", 401)
    return user


def _asked_for(state: State, user: User, granted: Granted, issuer: str) -> list[str]:
    """By the Action that the plan plays at a login, or by the My Account API's own policy; of who has enrolled."""
    by_action = state.plan.mfa_at_login and granted.mfa_at is None and user.otp_secret is not None
    by_policy = default_policy.wants_factor(state, granted.audience, issuer, granted.mfa_at)
    return factors.enrolled(state, user) if by_action or by_policy else []
