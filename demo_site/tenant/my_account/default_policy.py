"""The Default Policy ("Require 2FA"): a second factor within 15 minutes, at sign-in and for refresh tokens.

Who has none to give passes at sign-in, and later cannot be asked: then the application must start over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant import factors
from demo_site.tenant.clock import clock
from demo_site.tenant.oidc import audiences
from demo_site.tenant.oidc.errors import OAuthError

if TYPE_CHECKING:
    from demo_site.tenant.records import User
    from demo_site.tenant.state import State

FRESH_S = 15 * 60


def is_in_force(state: State, audience: str | None, issuer: str) -> bool:
    return state.plan.my_account_requires_2fa and audience == audiences.my_account(issuer)


def wants_factor(state: State, audience: str | None, issuer: str, mfa_at: float | None) -> bool:
    return is_in_force(state, audience, issuer) and not _is_fresh(mfa_at)


def check_unasked(
    state: State, user: User, audience: str | None, issuer: str, proofs: tuple[float | None, float]
) -> None:
    """Where nobody can be asked. ``proofs``: when the last second factor was, and the sign-in."""
    if not is_in_force(state, audience, issuer) or any(map(_is_fresh, proofs)) or factors.enrolled(state, user):
        return
    raise OAuthError("unmet_authentication_requirements", "Authentication requirements are not met", 403)


def _is_fresh(moment: float | None) -> bool:
    return moment is not None and clock.now() - moment <= FRESH_S
