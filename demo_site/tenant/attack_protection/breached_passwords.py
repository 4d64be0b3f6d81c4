"""Breached-password detection, with the passwords that Auth0 publishes for trying it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant import logs, mailbox
from demo_site.tenant.attack_protection import settings
from demo_site.tenant.clock import clock
from demo_site.tenant.oidc.errors import OAuthError
from demo_site.tenant.policy import Refusal

if TYPE_CHECKING:
    from demo_site.tenant.attack_protection.attempts import Attempt
    from demo_site.tenant.records import User
    from demo_site.tenant.state import State

BREACHED = ("Paaf213XXYYZZ", "Paat739!!WWXXYYZZ")
BREACHED_PREFIX = "AUTH0-TEST-"
CHANGE, SIGNUP = "pre-change-password", "pre-user-registration"
NOTIFICATION_INTERVAL_S = 3_600
LEAKED = (
    "This login attempt has been blocked because the password you're using was previously disclosed through a data"
    " breach (not in this application). Please check your email for more information."
)
BREACHED_AT_RESET = (
    "This combination of credentials was detected in a public data breach on another website. To continue, please use"
    " a different password to keep your account secure."
)


def is_breached(password: str) -> bool:
    return password in BREACHED or password.startswith(BREACHED_PREFIX)


def check_login(state: State, attempt: Attempt, user: User) -> None:
    """The right password, but known to others: no sign-in until it is changed."""
    wanted = settings.of(state, settings.BREACHED)
    if not wanted["enabled"] or not is_breached(attempt.password):
        return
    if _is_due(state, f"leak {attempt.ip}"):
        logs.write(state, "pwd_leak", user=user, connection=attempt.connection.name)
    address = user.address_of(user.identity_in(attempt.connection.name) or {})
    if settings.NOTIFY_USER in wanted["shields"] and address and _is_due(state, f"stolen {user.user_id}"):
        mailbox.deliver(state, address, "stolen_credentials", "Your password was found in a data breach")
    if settings.BLOCK in wanted["shields"]:
        raise OAuthError("password_leaked", LEAKED, 401)


def refusal_at_change(state: State, password: str) -> Refusal | None:
    """On the hosted page: a new password that others know."""
    if not is_refused(state, password, CHANGE):
        return None
    logs.write(state, "reset_pwd_leak")
    return Refusal("PasswordBreachedError", BREACHED_AT_RESET)


def is_refused(state: State, password: str, stage: str) -> bool:
    wanted = settings.of(state, settings.BREACHED)
    shields = wanted["stage"][stage]["shields"]
    return bool(wanted["enabled"]) and settings.BLOCK in shields and is_breached(password)


def _is_due(state: State, kind: str) -> bool:
    """Once an hour; says so once."""
    mailed = state.attack_protection.mailed
    if clock.now() - mailed.get(kind, 0.0) < NOTIFICATION_INTERVAL_S:
        return False
    mailed[kind] = clock.now()
    return True
