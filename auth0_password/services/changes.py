"""Evidence: a read of the user at Auth0. The only thing that lowers a flag by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from ..conf import conf
from ..exceptions import NoPasswordHereError
from ..gateway import UserProfile, get_gateway
from ..models import PasswordChange, PasswordHome, PasswordState, Status, subject_key
from ..signals import PasswordChangedEvent, password_changed
from . import flag
from .records import database_of, open_requirements, refresh_flag, transact
from .requirements import close

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser

INSTANT = timedelta(microseconds=1)


def look(user: AbstractBaseUser) -> PasswordState:
    """Read the user at Auth0 now and take over what it shows. Returns the state as it is afterwards.

    Raises `NoPasswordHereError` for a user whose subject is not known yet, `GatewayError` where Auth0 gave no
    usable answer: then nothing was changed.
    """
    state = state_of(user)
    if state is None or not state.subject:
        raise NoPasswordHereError("this user never signed in through Auth0")
    return record_read(user, get_gateway().read_user(state.subject))


def hint(subjects: Iterable[str]) -> int:
    """Somebody says that these subjects may have changed: read them soon. Returns how many are known here."""
    keys = [subject_key(conf.DOMAIN.host, subject) for subject in subjects]
    return PasswordState.objects.filter(subject_key__in=keys).update(check_due_at=timezone.now())


def state_of(user: AbstractBaseUser) -> PasswordState | None:
    """The state that came with the user (or one query, where another backend loaded them)."""
    try:
        state: PasswordState = user.password_state  # type: ignore[attr-defined]  # the one-to-one's reverse side
    except PasswordState.DoesNotExist:
        return None
    return state


def record_read(user: AbstractBaseUser, profile: UserProfile) -> PasswordState:
    """Take over a read of the bound subject; a read of any other subject changes nothing."""

    def write(state: PasswordState) -> PasswordState:
        if profile.subject == state.subject:
            apply_read(user, state, profile)
        return state

    state = transact(user.pk, write)
    user.password_state = state  # type: ignore[attr-defined]
    return state


def apply_read(user: AbstractBaseUser, state: PasswordState, profile: UserProfile) -> None:
    """Set on `state` what the read shows; inside the caller's `transact`, which saves it."""
    change, first_read = profile.last_password_reset, state.read_at is None
    answered = _close_answered(state, profile)
    if change is not None and flag.is_newer(change, state.changed_at):
        state.changed_at = change
        if answered or not first_read:
            # Never a whole second, so that a sign-in in the same second, whose time Auth0 cuts to that second,
            # counts only when it was stamped after this read.
            end_sessions_before(state, change + INSTANT, here=profile.read_at)
        if not first_read:
            _record_change(user, state, change)
    _note_home(state, profile)
    state.read_at = max(profile.read_at, state.read_at or profile.read_at)
    # A hint that came after the read was sent stays due.
    PasswordState.objects.using(database_of(state)).filter(pk=state.pk, check_due_at__lte=profile.read_at).update(
        check_due_at=None
    )
    refresh_flag(state)


def end_sessions_before(state: PasswordState, moment: datetime, *, here: datetime) -> None:
    """Sessions whose sign-in is older no longer count: than `moment` (Auth0's clock), or, when another backend began
    them, than `here` (ours; the read that showed the change, so none that is older than it survives)."""
    if state.sessions_valid_since is None or moment > state.sessions_valid_since:
        state.sessions_valid_since, state.sessions_valid_since_here = moment, here


def _close_answered(state: PasswordState, profile: UserProfile) -> int:
    rows, newer = open_requirements(state), flag.is_newer(profile.last_password_reset, state.changed_at)
    change = profile.in_our_clock(profile.last_password_reset) if profile.last_password_reset else None
    answered = [row.pk for row in rows if flag.answers(change, row.raised_at, last_read=state.read_at, newer=newer)]
    return rows.filter(pk__in=answered).update(status=Status.CHANGED, closed_at=change) if answered else 0


def _note_home(state: PasswordState, profile: UserProfile) -> None:
    """Where the password lives. Only who was not known yet can turn out to have none here, and loses what was
    required of them for that; a flag never falls because a later read looks different."""
    identity = profile.database_identity(conf.CONNECTION)
    if identity:
        state.password_home, state.connection = PasswordHome.DATABASE, identity.connection
    elif state.password_home != PasswordHome.DATABASE or not state.needs_reset:
        if state.password_home == PasswordHome.UNKNOWN:
            close(state, Status.WITHDRAWN, at=profile.read_at, note="no password here")
        state.password_home, state.connection = PasswordHome.ELSEWHERE, profile.identities[0].connection


def _record_change(user: AbstractBaseUser, state: PasswordState, change: datetime) -> None:
    """Write the change down, once, with the intent to announce it; and announce it when that is committed."""
    row, is_new = PasswordChange.objects.using(database_of(state)).get_or_create(
        subject_key=state.subject_key,
        changed_at=change,
        defaults={"user_id": state.pk, "announce_due_at": timezone.now()},
    )
    if is_new:
        transaction.on_commit(partial(announce, user, row), using=database_of(state))


def announce(user: AbstractBaseUser, change: PasswordChange) -> None:
    """Send `password_changed`, then note that it was sent: a process that ends in between may send it again."""
    event = PasswordChangedEvent(
        event_id=f"password_changed:{change.pk}", user_pk=user.pk, changed_at=change.changed_at
    )
    password_changed.send_robust(sender=type(user), event=event)
    PasswordChange.objects.filter(pk=change.pk).update(announce_due_at=None, announced_at=timezone.now())
