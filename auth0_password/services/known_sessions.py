"""Sessions that we know: one row for each completed sign-in, for its owner to see. A row that is missing, because the
database was down at that moment, lets nobody in and keeps nobody out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import Error
from django.db.models import Q
from django.utils import timezone

from ..exceptions import ConflictError
from ..models import Ended, PasswordState, SignIn
from .changes import state_of
from .closing import close, older, open_rows
from .endings import end_session
from .records import retried
from .sessions import Stamp, ended_by_change, ended_names, is_session_of, stamp_session

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.sessions.backends.base import SessionBase

MOST = 50
"""Of a user's sessions that are listed."""

TOLD = {Ended.CHANGED, Ended.BY_OWNER, Ended.BY_STAFF, Ended.AT_AUTH0, Ended.DISPUTED}
"""Ends that whoever comes back with the session is told of."""

logger = logging.getLogger("auth0_password")


@dataclass(frozen=True, kw_only=True)
class Client:
    """Where a sign-in came from, as far as it says: shown to its owner, and proof of nothing."""

    ip: str | None = None
    user_agent: str = ""


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """One session of a user's list. `here`: the one that asks. Times are in our clock; None: it is not known."""

    key: str = ""
    started_at: datetime | None = None
    ip: str = ""
    user_agent: str = ""
    here: bool = False


def begin(user: AbstractBaseUser, session: SessionBase, stamp: Stamp, client: Client) -> None:
    """A sign-in is complete: stamp its Django session, and write its row. Never fails for the row's sake."""
    before = Stamp.from_session(session)
    stamp_session(session, stamp)
    row = SignIn(
        key=stamp.id,
        user_id=user.pk,
        sid=stamp.sid[:128],
        auth_time=None if stamp.since is None else datetime.fromtimestamp(stamp.since, UTC),
        started_at=datetime.fromtimestamp(stamp.at, UTC),
        ip=client.ip,
        user_agent=client.user_agent,
        expires_at=session.get_expiry_date(),
    )
    try:
        if before is not None:
            over(before, Ended.REPLACED)
        retried(lambda: row.save(force_insert=True, using=open_rows().db))
    except (Error, ConflictError) as error:
        logger.warning("a sign-in was not noted: %s (user %s)", type(error).__name__, user.pk)


def over(stamp: Stamp, why: str) -> None:
    """A session ended, or its sign-in gave way to another: mark its row, if that can be done."""
    with suppress(Error, ConflictError):
        retried(lambda: close(open_rows(key=stamp.id), why))


def why_over(stamp: Stamp | None, state: PasswordState | None) -> str:
    """Why a session does not count any more, found out when it comes back: one of `TOLD`, or `ended` where nothing
    more is known. Its row, where nobody marked it yet, is marked now."""
    found = Ended.CHANGED if ended_by_change(stamp, state) else ""
    if stamp is not None:
        with suppress(Error):
            row = SignIn.objects.using(open_rows().db).filter(key=stamp.id).first()
            if row is not None and row.ended_at is None:
                over(stamp, found)
            elif row is not None and row.ended_by in TOLD:
                found = Ended(row.ended_by)
    return found or "ended"


def open_sessions(user: AbstractBaseUser, session: Mapping[str, Any]) -> list[OpenSession]:
    """The sessions of a user that we know and that go on, newest first; this one among them, whatever is known of it.

    `session` is the Django session that asks. No others than the newest fifty.
    """
    stamp, state = Stamp.from_session(session) if is_session_of(user, session) else None, state_of(user)
    mine, alive = Q(key=stamp.id if stamp else ""), Q(expires_at__gt=timezone.now())
    rows = SignIn.objects.filter(alive | mine, user_id=user.pk, ended_at=None)
    if state is not None:
        rows = rows.filter(mine | ~(older(state) | _named(state)))
    shown = [
        OpenSession(
            key=row.key,
            started_at=row.started_at,
            ip=row.ip or "",
            user_agent=row.user_agent,
            here=stamp is not None and row.key == stamp.id,
        )
        for row in rows.order_by("-started_at", "-pk")[:MOST]
    ]
    return shown if any(one.here for one in shown) else [*_here(user, session, stamp), *shown]


def _here(user: AbstractBaseUser, session: Mapping[str, Any], stamp: Stamp | None) -> list[OpenSession]:
    """The session that asks, of which there is no row."""
    if not is_session_of(user, session):
        return []
    return [OpenSession(here=True, started_at=datetime.fromtimestamp(stamp.at, UTC) if stamp else None)]


def _named(state: PasswordState) -> Q:
    """Rows of sessions that were ended one by one: what `Stamp.counts` says, asked of rows."""
    ended = ended_names(state)
    found = Q(key__in=ended)
    for sid, (_until, at) in ended.items():
        found |= Q(sid=sid, started_at__lte=datetime.fromtimestamp(at, UTC))
    return found


def end_there(user: AbstractBaseUser, key: str, session: Mapping[str, Any]) -> int | None:
    """End a user's session on another device, in the name of the one that asks (`session`). Returns how many were open
    there; None: they never had one of that key. Raises `ConflictError`.

    Its browser's session at Auth0 is good for nothing here any more either, unless it is the one of this browser.
    """
    sid = SignIn.objects.filter(user_id=user.pk, key=key).values_list("sid", flat=True).first()
    if sid is None:
        return None
    stamp = Stamp.from_session(session)
    mine = stamp.sid if stamp else ""
    return end_session(user, key, *([sid] if sid and sid != mine else []), by=user)
