"""Brute-force protection: failed sign-ins in a row for one identifier, from one address or from all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant import logs, mailbox
from demo_site.tenant.attack_protection import settings
from demo_site.tenant.clock import clock
from demo_site.tenant.oidc.errors import OAuthError
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import LoginFailures, Unblocking

if TYPE_CHECKING:
    from collections.abc import Iterable

    from demo_site.tenant.attack_protection.attempts import Attempt
    from demo_site.tenant.records import Json, User
    from demo_site.tenant.state import State

LIFETIME_S = 30 * 86_400
MAIL_INTERVAL_S = 3_600
BLOCKED = (
    "Your account has been blocked after multiple consecutive login attempts. We've sent you a notification via your"
    " preferred contact method with instructions on how to unblock it."
)


def check(state: State, attempt: Attempt) -> None:
    """Before the password is looked at: a blocked one is refused whether it is right or wrong."""
    failures = _failures(state, attempt)
    wanted = settings.of(state, settings.BRUTE_FORCE)
    if failures and settings.blocks(wanted) and is_blocked(state, failures):
        raise OAuthError("too_many_attempts", BLOCKED, 429)


def failed(state: State, attempt: Attempt, user: User | None) -> None:
    """The failure that reaches the threshold is answered as the ones before it; what follows is blocked."""
    wanted = settings.of(state, settings.BRUTE_FORCE)
    if not wanted["enabled"] or settings.is_allowed(wanted, attempt.ip):
        return
    failures = _failures(state, attempt)
    if failures is None or _is_over(failures):
        ip = _counted_ip(wanted, attempt)
        failures = LoginFailures(attempt.connection.name, attempt.name, ip, 0, clock.now())
        state.login_failures[_key(attempt, ip)] = failures
    failures.count, failures.last_at = failures.count + 1, clock.now()
    if failures.count == wanted["max_attempts"]:
        _reached(state, attempt, user, wanted)


def succeeded(state: State, attempt: Attempt) -> None:
    """Only failures in a row count."""
    state.login_failures.pop(_key(attempt, _counted_ip(settings.of(state, settings.BRUTE_FORCE), attempt)), None)


def is_blocked(state: State, failures: LoginFailures) -> bool:
    """A raised threshold lifts blocks, and so do thirty days."""
    wanted = settings.of(state, settings.BRUTE_FORCE)
    return failures.count >= wanted["max_attempts"] and not _is_over(failures)


def blocks_of(state: State, names: Iterable[tuple[str | None, str]]) -> dict[str, LoginFailures]:
    """Of these connections (none: any) and identifiers."""
    wanted = {(connection, name.strip().lower()) for connection, name in names}
    return {
        key: item
        for key, item in state.login_failures.items()
        if is_blocked(state, item) and {(item.connection, item.identifier), (None, item.identifier)} & wanted
    }


def names_of(user: User) -> list[tuple[str | None, str]]:
    """Each identity's connection with what may be typed there."""
    return [
        (identity["connection"], str(name))
        for identity in user.identities
        for name in (user.address_of(identity), user.profile.get("username"), user.profile.get("phone_number"))
        if name
    ]


def lift(state: State, names: Iterable[tuple[str | None, str]], user: User | None = None) -> None:
    """By an administrator, by the link in the mail, or by a changed password."""
    for key, item in blocks_of(state, names).items():
        del state.login_failures[key]
        details = {"identifier": item.identifier, "ip": item.ip}
        logs.write(state, "ublkdu", "User block setup by anomaly detection has been released", user=user,
                   connection=item.connection, details=details)  # fmt: skip


def forgive(state: State, user: User, connection: str) -> None:
    """The password was changed: this connection's blocks are lifted, a linked one's are not."""
    lift(state, [(item, name) for item, name in names_of(user) if item == connection], user)


def _reached(state: State, attempt: Attempt, user: User | None, wanted: Json) -> None:
    logs.write(state, "limit_wc", attempt.name, user=user, connection=attempt.connection.name)
    address = user.address_of(user.identity_in(attempt.connection.name) or {}) if user else None
    if settings.NOTIFY_USER not in wanted["shields"] or not address:
        return
    sent_at = state.attack_protection.mailed.get(f"blocked {attempt.ip}", 0.0)
    if clock.now() - sent_at < MAIL_INTERVAL_S:
        return
    state.attack_protection.mailed[f"blocked {attempt.ip}"] = clock.now()
    ticket = opaque()
    state.unblockings[ticket] = Unblocking(attempt.connection.name, attempt.name)
    link = f"{attempt.base_url}/u/unblock?ticket={ticket}"
    mailbox.deliver(state, address, "blocked_account", "Your account has been blocked", link=link, ip=attempt.ip)


def _failures(state: State, attempt: Attempt) -> LoginFailures | None:
    wanted = settings.of(state, settings.BRUTE_FORCE)
    if settings.is_allowed(wanted, attempt.ip):
        return None
    return state.login_failures.get(_key(attempt, _counted_ip(wanted, attempt)))


def _counted_ip(wanted: Json, attempt: Attempt) -> str | None:
    return None if wanted["mode"] == "count_per_identifier" else attempt.ip


def _key(attempt: Attempt, ip: str | None) -> str:
    return f"{attempt.connection.name} {attempt.name} {ip or ''}"


def _is_over(failures: LoginFailures) -> bool:
    return clock.now() >= failures.last_at + LIFETIME_S
