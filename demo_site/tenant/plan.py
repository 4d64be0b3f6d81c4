"""What a tenant's plan and settings decide, and what is not known of Auth0: switches, for tests to try both."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demo_site.tenant.records import Json


class PlanError(ValueError):
    """A plan that cannot be understood."""


NEVER, ALWAYS = "never", "always"


@dataclass(frozen=True)
class Plan:
    """Each switch stands at what is documented, else at what is harder on the calling site."""

    # Bot detection for password reset, by its name in the Management API: "never" or "always".
    challenge_password_reset_policy: str = NEVER
    # Links are made for the custom domain where no auth0-custom-domain header names one.
    default_custom_domain: bool = False
    # A mail that the tenant sent by itself proves the mailbox (Auth0's documents contradict each other).
    change_mail_verifies_email: bool = True
    # Documented is only that the option hides "Forgot password?".
    disabled_self_service_refuses_api: bool = False
    # update:users_app_metadata alone is refused.
    app_metadata_needs_update_users: bool = False
    # A password set by PATCH voids the open links.
    patch_voids_links: bool = False
    # A post-login Action that challenges whoever has enrolled a second factor, once per session.
    mfa_at_login: bool = False
    # A post-login Action that does so whenever acr_values ask for it.
    mfa_for_acr_values: bool = False
    # A password-reset-post-challenge Action that does so.
    mfa_at_password_reset: bool = False
    # By its name in the Management API: /authorize takes names, tokens have org_name.
    allow_organization_name_in_authentication_api: bool = False

    @property
    def wants_captcha_for_reset(self) -> bool:
        return self.challenge_password_reset_policy == ALWAYS


def changed(plan: Plan, wanted: Any) -> Plan:
    """The plan with some of its switches set; raises ``PlanError``."""
    if not isinstance(wanted, dict):
        raise PlanError("plan: must be an object")
    known: Json = asdict(Plan())
    for name, value in wanted.items():
        if name not in known:
            msg = f"plan: unknown key {name!r}; known are {', '.join(known)}"
            raise PlanError(msg)
        if type(value) is not type(known[name]):
            msg = f"plan: bad value for {name!r}: {value!r}"
            raise PlanError(msg)
    if wanted.get("challenge_password_reset_policy", NEVER) not in (NEVER, ALWAYS):
        msg = f"plan: challenge_password_reset_policy must be {NEVER} or {ALWAYS}"
        raise PlanError(msg)
    return replace(plan, **wanted)
