"""Second factors: which the tenant allows, and which of them somebody can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo_site.tenant.records import User
    from demo_site.tenant.state import State

OTP, EMAIL, RECOVERY_CODE = "otp", "email", "recovery-code"
ALL = (OTP, EMAIL, RECOVERY_CODE)


def enrolled(state: State, user: User) -> list[str]:
    """A verified address is enrolled by itself, where the tenant allows that factor."""
    has = {
        OTP: user.otp_secret is not None,
        EMAIL: bool(user.email and user.profile.get("email_verified")),
        RECOVERY_CODE: user.recovery_code is not None,
    }
    return [name for name in ALL if has[name] and name in state.plan.mfa_factors]
