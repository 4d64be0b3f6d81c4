"""Ending sessions, with every session engine: what counts is compared with the stamp that each session carries."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ..models import Ended, PasswordState
from ..signals import SessionsEndedEvent, sessions_ended
from .closing import close, open_rows
from .records import database_of, transact
from .sessions import STAMP_KEY, Stamp, ended_names, is_session_of, session_counts

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

MOST_NAMES = 50
"""Sessions that are remembered one by one; one more ends all of them."""

NEVER = int(datetime.max.replace(tzinfo=UTC).timestamp())

logger = logging.getLogger("auth0_password")


def end_sessions(
    user: AbstractBaseUser,
    *,
    keep: MutableMapping[str, Any] | None = None,
    before: datetime | None = None,
    by: AbstractBaseUser | None = None,
    why: str = "",
) -> int:
    """End the user's sessions: all, or all but `keep`, the Django session of a request, which is stamped anew. (One
    that was itself ended meanwhile ends none.)

    Returns how many were open, of those that are known (`SignIn`). `before` (Auth0's clock, e.g. the `iat` of a logout
    token) ends only sessions whose sign-in at Auth0 is older, however late the news comes. Whoever comes back through
    a session at Auth0 that is older than the end is asked to sign in there again. `by` is who decided it; `why`, one
    of `Ended`, what its owners are told, unless that follows from the rest. Raises `ConflictError`.
    """
    now, reason = timezone.now(), why or (Ended.AT_AUTH0 if before else _by_whom(user, by))
    kept, stamp = _kept(user, keep)
    end = partial(_end_older, before=before) if before else partial(_end_all, now=now, but=stamp)
    count = _end(user, lambda state: end(state, reason) if kept is None or session_counts(stamp, state) else None, now)
    if kept is not None and count is not None:
        kept[STAMP_KEY] = (stamp or Stamp.of_other_backend()).kept(now).to_session()
    logger.info("sessions of user %s ended (by %s)", user.pk, by.pk if by else None)
    return count or 0


def end_session(user: AbstractBaseUser, *names: str, by: AbstractBaseUser | None = None) -> int:
    """End one session, named by its stamp's id, by Auth0's `sid` (several sessions may share one), or by both.

    Named by its `sid`, whoever comes back through that session at Auth0 is asked to sign in there again. Returns how
    many were open, of those that are known. Raises `ConflictError`.
    """
    now, why = timezone.now(), _by_whom(user, by)

    def write(state: PasswordState) -> int:
        known = {name: times for name, times in ended_names(state).items() if times[0] > now.timestamp()}
        known |= {name: [_forget_at(now), now.timestamp()] for name in names if name}
        mine = open_rows(user_id=user.pk)
        count = close(mine.filter(key__in=names), why)
        count += close(mine.filter(sid__in=names).exclude(sid=""), why or Ended.AT_AUTH0)
        if len(known) > MOST_NAMES:
            state.sessions_ended_at, known = max(now, state.sessions_ended_at or now), {}
            count += close(mine.filter(started_at__lte=now), "")
        state.ended = json.dumps(known) if known else ""
        return count

    count = _end(user, write, now) or 0
    logger.info("a session of user %s ended (by %s)", user.pk, by.pk if by else None)
    return count


def _kept(
    user: AbstractBaseUser, keep: MutableMapping[str, Any] | None
) -> tuple[MutableMapping[str, Any] | None, Stamp | None]:
    """The session that is to be kept, if it is the user's, and its stamp."""
    session = keep if keep is not None and is_session_of(user, keep) else None
    return session, Stamp.from_session(session) if session is not None else None


def _end_all(state: PasswordState, why: str, *, now: datetime, but: Stamp | None) -> int:
    state.sessions_ended_at = max(now, state.sessions_ended_at or now)
    rows = open_rows(user_id=state.user_id).filter(started_at__lte=now)
    return close(rows.exclude(key=but.id if but else ""), why)


def _end_older(state: PasswordState, why: str, *, before: datetime) -> int:
    state.sessions_valid_since = max(before, state.sessions_valid_since or before)
    return close(open_rows(user_id=state.user_id).filter(auth_time__lt=before), why)


def _by_whom(user: AbstractBaseUser, by: AbstractBaseUser | None) -> str:
    """As `Ended` says it; empty where nobody in particular decided it."""
    if by is None:
        return ""
    return Ended.BY_OWNER if by.pk == user.pk else Ended.BY_STAFF


def _forget_at(now: datetime) -> int:
    """When no session that exists now can be alive any more. (One that a site keeps longer by hand is not known.)

    Never, where every request prolongs a session: those for public pages do so, too, and nobody looks at its stamp.
    """
    if settings.SESSION_SAVE_EVERY_REQUEST:
        return NEVER
    return int((now + timedelta(seconds=settings.SESSION_COOKIE_AGE)).timestamp()) + 1


def _end(user: AbstractBaseUser, write: Callable[[PasswordState], int | None], now: datetime) -> int | None:
    """What `write` returns: how many rows it marked; None where it ended nothing."""

    def write_and_tell(state: PasswordState) -> tuple[PasswordState, int | None]:
        count = write(state)
        if count is not None:
            _announce_later(user, state, now)
        return state, count

    user.password_state, count = transact(user.pk, write_and_tell)  # type: ignore[attr-defined]  # the one-to-one's reverse
    return count


def _announce_later(user: AbstractBaseUser, state: PasswordState, at: datetime) -> None:
    event = SessionsEndedEvent(event_id=f"sessions_ended:{user.pk}:{state.version + 1}", user_pk=user.pk, ended_at=at)
    send = partial(sessions_ended.send_robust, sender=type(user), event=event)
    transaction.on_commit(send, using=database_of(state))
