"""What Auth0 tells by itself, pushed to us or pulled from its log: hints, sessions that ended, leaks. Evidence it is
not: a read is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from ..conf import conf
from ..gateway import Leaked, LogoutToken, LogRecord
from ..models import ChangeReport, PasswordState, SignIn, UsedToken, subject_key
from . import leaks
from .changes import hint
from .endings import end_session, end_sessions
from .records import retried
from .rows import rows_of

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

AT_ONCE = 1000
"""Subjects in one statement: databases limit how many values one may have."""

KEPT_REPORT = timedelta(days=7)
"""For a mail that is sent late. What is not asked for by then is deleted."""

SKEW = timedelta(minutes=2)
"""How much longer than a logout token's own life its name is remembered."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What an Action tells of a change: from where it was made, and which change it was, where it says so."""

    subject: str
    changed_at: datetime | None
    ip: str | None
    user_agent: str


def take_report(report: Report) -> None:
    """Words for the mail about that change, and a hint, in one commit: what it leads to may send the mail at once.
    Nothing about somebody who is unknown here. Raises `ConflictError` where the database is locked."""
    key = subject_key(conf.DOMAIN.host, report.subject)
    if not rows_of(PasswordState).filter(subject_key=key).exists():
        return

    def write() -> None:
        if report.changed_at is not None:
            row = ChangeReport(
                subject_key=key,
                changed_at=report.changed_at,
                ip=report.ip,
                user_agent=report.user_agent,
                expires_at=timezone.now() + KEPT_REPORT,
            )
            rows_of(ChangeReport).bulk_create([row], ignore_conflicts=True)
        hint([report.subject])

    retried(write)


def take_records(records: Iterable[LogRecord]) -> int:
    """Hints at everybody whom they are about, in one statement for many; leaks where the site takes them from logs.

    Returns how many users here were hinted at. Raises `ConflictError`.
    """
    found = list(records)
    leaked = [record for record in found if isinstance(record, Leaked)]
    changed = list(dict.fromkeys(record.subject for record in found if not isinstance(record, Leaked)))
    hinted = sum(hint(batch) for batch in batches(changed))
    if conf.BREACH_FROM_LOGS:
        leaks.require(leaked)
    return hinted


def take_logout(token: LogoutToken) -> None:
    """End the session that it names, or those of its subject that are older than it; and look: a change may be why.

    Doing it twice would end nothing more; its name is remembered so that nobody is told twice. Raises `ConflictError`.
    """
    key = hashlib.sha256(f"logout token\n{token.token_id}".encode()).hexdigest()
    used = rows_of(UsedToken)
    if used.filter(key=key).exists():
        return
    for user in _people(token):
        if token.sid:
            end_session(user, token.sid)
        else:
            end_sessions(user, before=token.issued_at)
    if token.subject:
        hint([token.subject])
    row = UsedToken(key=key, expires_at=token.expires_at + SKEW)
    retried(lambda: used.bulk_create([row], ignore_conflicts=True))


def batches(subjects: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(subjects), AT_ONCE):
        yield subjects[start : start + AT_ONCE]


def _people(token: LogoutToken) -> list[AbstractBaseUser]:
    """Whom it is about: its subject; where it names only a session, whoever signed in with that."""
    users: Any = get_user_model()._default_manager
    if token.subject:
        return list(users.filter(password_state__subject_key=subject_key(conf.DOMAIN.host, token.subject)))
    return list(users.filter(pk__in=SignIn.objects.filter(sid=token.sid).values("user_id")))
