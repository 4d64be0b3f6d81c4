"""What a tenant's plan and settings decide, and what is not known of Auth0: switches, for tests to try both."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demo_site.tenant.records import Json


class PlanError(ValueError):
    """A plan that cannot be understood."""


NEVER, ALWAYS = "never", "always"
ENTERPRISE = "enterprise"
# Days that logs are kept, by subscription (Auth0: log data retention).
LOG_RETENTION_DAYS = {"free": 1, "essentials": 5, "professional": 10, ENTERPRISE: 30}
# Where a ticket leads: today, until 2023, and in Classic Login.
TICKET_PATHS = ("/u/reset-verify", "/u/reset-password", "/lo/reset")
CHOICES = {
    "ticket_path": TICKET_PATHS,
    "challenge_password_reset_policy": (NEVER, ALWAYS),
    "subscription": tuple(LOG_RETENTION_DAYS),
}
# How a password can be changed: on the hosted page, by PATCH, by a flow, by the My Account API.
HOSTED, PATCH, FLOW, MY_ACCOUNT = "hosted", "patch", "flow", "my_account"
CAUSES = (HOSTED, PATCH, FLOW, MY_ACCOUNT)
LISTS = {
    "scp_after": CAUSES,
    "password_changed_logout_after": CAUSES,
    "post_change_action_after": CAUSES,
    "login_in_progress_fails_after": CAUSES,
    "form_passwords_shown_to": ("flow", "action"),
    "form_operators": ("OR", "NEQ", "GT", "GTE", "LT", "LTE", "EXISTS"),
    "mfa_factors": ("otp", "email", "recovery-code"),
}
NOT_ZERO = {"action_deadline_s", "logout_token_tries"}


@dataclass(frozen=True)
class Plan:
    """Each switch stands at what is documented, else at what is harder on the calling site."""

    # free, essentials, professional or enterprise: what may be used at all, and how long logs are kept.
    subscription: str = ENTERPRISE
    # Bot detection for password reset, by its name in the Management API: "never" or "always".
    challenge_password_reset_policy: str = NEVER
    # Seconds until GET /users notices a change, and until a job is done.
    search_index_delay_s: int = 1
    job_delay_s: int = 1
    # Links are made for the custom domain where no auth0-custom-domain header names one.
    default_custom_domain: bool = False
    # A mail that the tenant sent by itself proves the mailbox (Auth0's documents contradict each other).
    change_mail_verifies_email: bool = True
    # Documented is only that the option hides "Forgot password?".
    disabled_self_service_refuses_api: bool = False
    # update:users_app_metadata alone is refused.
    app_metadata_needs_update_users: bool = False
    # The path of tickets, which no site may rely on: /u/reset-verify, /u/reset-password or /lo/reset.
    ticket_path: str = TICKET_PATHS[0]
    # A password set by PATCH voids the open links.
    patch_voids_links: bool = False
    # A post-login Action that challenges whoever has enrolled a second factor, once per session.
    mfa_at_login: bool = False
    # A post-login Action that does so whenever acr_values ask for it.
    mfa_for_acr_values: bool = False
    # Second factors that the tenant allows: otp, email, recovery-code.
    mfa_factors: list[str] = field(default_factory=lambda: ["otp", "recovery-code"])
    # Real seconds for the Actions of a trigger, up to a wait for a person.
    action_deadline_s: float = 20.0
    # Signing in again in a session renews the entry in event.authentication.methods, where another is added else.
    relogin_renews_method: bool = False
    # Who sees a password typed into a form as it is, and not masked: flows, Actions that go on.
    form_passwords_shown_to: list[str] = field(default_factory=lambda: ["flow"])
    # Operators of conditions beside AND and EQ: the codes of the others are not known.
    form_operators: list[str] = field(default_factory=list)
    # What an Action sets is written before its form is shown, as before a redirect.
    metadata_written_before_form: bool = False
    # A password-reset-post-challenge Action that does so.
    mfa_at_password_reset: bool = False
    # A callback is compared without its query: Auth0's support says it is not, sites with social-auth show it is.
    callback_query_is_ignored: bool = False
    # By its name in the Management API: /authorize takes names, tokens have org_name.
    allow_organization_name_in_authentication_api: bool = False

    # What is written comes into GET /logs so much later.
    log_indexing_delay_s: float = 0.0
    # Only of the hosted page is it documented what follows a change; the lists name the other ways to try.
    scp_after: list[str] = field(default_factory=lambda: [HOSTED])
    password_changed_logout_after: list[str] = field(default_factory=lambda: [HOSTED])
    post_change_action_after: list[str] = field(default_factory=lambda: [HOSTED])
    # Documented is only that 400 ends it: how often a logout token is sent to who answers otherwise or not at all.
    logout_token_tries: int = 1

    # The My Account API is activated, and has its Default Policy: a second factor within 15 minutes.
    my_account_api: bool = False
    my_account_requires_2fa: bool = False

    # After which of the ways to change a password a sign-in of that user that is under way fails.
    login_in_progress_fails_after: list[str] = field(default_factory=list)

    @property
    def log_retention_s(self) -> float:
        return LOG_RETENTION_DAYS[self.subscription] * 86_400.0

    @property
    def is_enterprise(self) -> bool:
        return self.subscription == ENTERPRISE

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
        if not _fits(value, known[name]):
            msg = f"plan: bad value for {name!r}: {value!r}"
            raise PlanError(msg)
    _check_words(wanted)
    return replace(plan, **wanted)


def _check_words(wanted: Json) -> None:
    for name, choices in CHOICES.items():
        if wanted.get(name, choices[0]) not in choices:
            msg = f"plan: {name} must be one of {', '.join(choices)}"
            raise PlanError(msg)
    for name in NOT_ZERO & wanted.keys():
        if not wanted[name]:
            msg = f"plan: {name} must be more than 0"
            raise PlanError(msg)
    for name, allowed in LISTS.items():
        if not set(wanted.get(name, ())) <= set(allowed):
            msg = f"plan: {name} must be a list of some of {', '.join(allowed)}"
            raise PlanError(msg)


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, list):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    same = type(value) is type(default) or (isinstance(default, float) and type(value) is int)
    return same and (not isinstance(default, int | float) or value >= 0)
