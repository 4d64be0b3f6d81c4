"""Ending sessions, with every session engine: what counts is compared with the stamp that each session carries."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ..models import PasswordState
from ..signals import SessionsEndedEvent, sessions_ended
from .records import database_of, transact
from .sessions import Stamp, ended_names

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

MOST_NAMES = 50
"""Sessions that are remembered one by one; one more ends all of them."""

logger = logging.getLogger("auth0_password")


def end_sessions(
    user: AbstractBaseUser,
    *,
    keep: Stamp | None = None,
    before: datetime | None = None,
    by: AbstractBaseUser | None = None,
) -> Stamp | None:
    """End the user's sessions: all, or all but the one that carries the stamp `keep`.

    Returns the stamp that the kept session must carry from now on. `before` (Auth0's clock, e.g. the `iat` of a
    logout token) ends only sessions whose sign-in at Auth0 is older, however late the news comes. Whoever comes back
    through a session at Auth0 that is older than the end is asked to sign in there again. `by` is who decided it.
    Raises `ConflictError`.
    """
    now = timezone.now()

    def write(state: PasswordState) -> None:
        if before is None:
            state.sessions_ended_at = now
        elif state.sessions_valid_since is None or before > state.sessions_valid_since:
            state.sessions_valid_since = before

    _end(user, write, now)
    logger.info("sessions of user %s ended (by %s)", user.pk, by.pk if by else None)
    return replace(keep, kept_at=now.timestamp()) if keep else None


def end_session(user: AbstractBaseUser, name: str, *, by: AbstractBaseUser | None = None) -> None:
    """End one session, named by its stamp's id or by Auth0's `sid` (several sessions may share one).

    Raises `ConflictError`.
    """
    now = timezone.now()

    def write(state: PasswordState) -> None:
        names = {name: until for name, until in ended_names(state).items() if until > now.timestamp()}
        names[name] = _forget_at(now)
        if len(names) > MOST_NAMES:
            state.sessions_ended_at, names = now, {}
        state.ended = json.dumps(names) if names else ""

    _end(user, write, now)
    logger.info("a session of user %s ended (by %s)", user.pk, by.pk if by else None)


def _forget_at(now: datetime) -> int:
    """When no session that exists now can be alive any more. (One that a site keeps longer by hand is not known.)"""
    return int((now + timedelta(seconds=settings.SESSION_COOKIE_AGE)).timestamp()) + 1


def _end(user: AbstractBaseUser, write: Callable[[PasswordState], None], now: datetime) -> None:
    def write_and_tell(state: PasswordState) -> PasswordState:
        write(state)
        _announce_later(user, state, now)
        return state

    user.password_state = transact(user.pk, write_and_tell)  # type: ignore[attr-defined]  # the one-to-one's reverse


def _announce_later(user: AbstractBaseUser, state: PasswordState, at: datetime) -> None:
    event = SessionsEndedEvent(event_id=f"sessions_ended:{user.pk}:{state.version + 1}", user_pk=user.pk, ended_at=at)
    send = partial(sessions_ended.send_robust, sender=type(user), event=event)
    transaction.on_commit(send, using=database_of(state))
