"""Evidence: a read of the user at Auth0. The only thing that lowers a flag by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from ..conf import Rate, conf
from ..exceptions import (
    AccountBlockedError,
    ConflictError,
    GatewayError,
    NoPasswordHereError,
    ThrottledError,
    UnknownUserError,
)
from ..gateway import Identity, UserProfile, background, get_gateway
from ..models import PasswordHome, PasswordState, subject_key
from . import flag, throttles, work
from .records import record, retried
from .rows import rows_of
from .waiting import STEPS, ChangeAsked

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import QuerySet


FEW = 20
"""Hints at more users than this at once are left to reconcile."""

LONGEST_CONNECTION, LONGEST_ADDRESS = 128, 254
"""Characters, as the columns have them."""


def look(user: AbstractBaseUser) -> PasswordState:
    """Read the user at Auth0 now and take over what it shows. Returns the state as it is afterwards.

    Raises what `read` raises.
    """
    return record_read(user, _read(user))


def read(user: AbstractBaseUser) -> UserProfile:
    """`look`, for who wants to see the profile.

    Raises `NoPasswordHereError` for a user whose subject is not known yet, `GatewayError` where Auth0 gave no
    usable answer: then nothing was lowered, and the read stays due.
    """
    profile = _read(user)
    record_read(user, profile)
    return profile


def home_of(profile: UserProfile) -> Identity:
    """The identity whose password it is. Raises `AccountBlockedError` or `NoPasswordHereError`."""
    if profile.blocked:
        raise AccountBlockedError("the account is blocked at Auth0")
    identity = profile.database_identity(conf.CONNECTION)
    if identity is None:
        raise NoPasswordHereError("no password in this site's connection")
    return identity


def _read(user: AbstractBaseUser) -> UserProfile:
    state = state_of(user)
    if state is None or not state.subject:
        raise NoPasswordHereError("this user never signed in through Auth0")
    try:
        return get_gateway().read_user(state.subject)
    except GatewayError as error:
        # Being told to slow down says nothing about this user: what is due stays due as it is.
        if not (isinstance(error, ThrottledError) and state.check_due_at):
            record(user, flag.Gone() if isinstance(error, UnknownUserError) else flag.Failed())
        raise


def look_while_waiting(user: AbstractBaseUser, asked: ChangeAsked) -> PasswordState | None:
    """Read the user if it is time to, for somebody who waits for a change to arrive: at most once in ten seconds,
    later less often, whatever number of pages waits, and never while the last read failed a moment ago.

    Returns the state, read or not. Raises no `GatewayError`.
    """
    state, now = state_of(user), timezone.now()
    every = asked.seconds_between_reads(now)
    if state is None or not state.subject or every is None or _was_just_read(state, now):
        return state
    if not throttles.claim("wait", user.pk, Rate(1, every), now):
        return state
    try:
        with background():
            return look(user)
    except (GatewayError, ConflictError):
        return state


def _was_just_read(state: PasswordState, now: datetime) -> bool:
    recently = state.read_at is not None and now - state.read_at < timedelta(seconds=STEPS[0][1])
    failing = state.check_tries > 0 and state.check_due_at is not None and state.check_due_at > now
    return recently or failing


def record_read(user: AbstractBaseUser, profile: UserProfile) -> PasswordState:
    """Take over a read of the bound subject; a read of any other subject changes nothing."""
    return record(user, flag.Read(evidence=evidence_of(profile))).state


def hint(subjects: Iterable[str]) -> int:
    """Somebody says that these subjects may have changed: read them soon. Returns how many are known here."""
    keys = [subject_key(conf.DOMAIN.host, subject) for subject in subjects]
    states = rows_of(PasswordState).filter(subject_key__in=keys)
    known = _make_due(states)
    for pk in states.values_list("pk", flat=True) if known <= FEW else ():
        work.wake("check", pk, using=states.db)
    return known


def hint_of_sign_in(user: AbstractBaseUser) -> None:
    """A sign-in that was not read is a hint: read this user soon."""
    at_home = PasswordState.objects.filter(user_id=user.pk, password_home=PasswordHome.DATABASE)
    _make_due(at_home.filter(check_due_at__isnull=True))


def hint_of_link(user: AbstractBaseUser) -> None:
    """A link that was handed out or mailed is a hint: somebody is about to change."""
    _make_due(PasswordState.objects.filter(user_id=user.pk))


def state_of(user: AbstractBaseUser) -> PasswordState | None:
    """The state that came with the user (or one query, where another backend loaded them)."""
    try:
        state: PasswordState = user.password_state  # type: ignore[attr-defined]  # the one-to-one's reverse side
    except PasswordState.DoesNotExist:
        return None
    return state


def evidence_of(profile: UserProfile) -> flag.Evidence:
    """What a read shows, in the words of the flag; Auth0's times converted with the offset that it measured."""
    identity = profile.database_identity(conf.CONNECTION)
    change, since = profile.last_password_reset, profile.password_reset_required_at
    return flag.Evidence(
        subject=profile.subject,
        read_at=profile.read_at,
        changed_at=change,
        changed_here=profile.in_our_clock(change) if change else None,
        database=_storable(identity.connection) if identity else "",
        elsewhere=_storable(profile.identities[0].connection),
        linked=len(profile.identities) > 1,
        address=_mailable((identity.email if identity else "") or profile.email),
        # Auth0 says it of the root's address, which a linked database identity need not have.
        address_verified=profile.email_verified if identity and not identity.email else None,
        flagged=profile.needs_password_reset,
        outdated=bool(since and change and change > since),
        flagged_since=profile.in_our_clock(since) if since else None,
        flagged_from=profile.in_our_clock(profile.password_reset_from) if profile.password_reset_from else None,
    )


def _storable(connection: str) -> str:
    """A name that every database takes: PostgreSQL refuses NUL, and what is too long. It is only shown."""
    return connection.replace("\0", "")[:LONGEST_CONNECTION] or "?"


def _mailable(address: str) -> str:
    """An address that can be kept and written to; empty for any other. Cut short it would be somebody else's."""
    return address if "\0" not in address and len(address) <= LONGEST_ADDRESS else ""


def _make_due(states: QuerySet[Any]) -> int:
    """What `flag.Hinted` says, in one UPDATE for a whole batch."""
    return retried(lambda: states.update(check_due_at=timezone.now()))
