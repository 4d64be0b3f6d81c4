"""Signals, and the frozen event that each one carries as `event`. Sent after commit, at least once.

reset_required(event: ResetRequiredEvent)    a user must choose a new password from now on
password_changed(event: PasswordChangedEvent)    a read at Auth0 showed a new password
sessions_ended(event: SessionsEndedEvent)    somebody ended a user's sessions, one or all (not: a change did)

`sessions_ended` is sent at most once: a process that ends between commit and signal owes it to nobody.

`sender` is the user model. Receivers may be called again with the same `event_id`; exceptions that they raise
are logged and reach nobody else (`send_robust`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.dispatch import Signal

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

reset_required = Signal()
password_changed = Signal()
sessions_ended = Signal()


@dataclass(frozen=True, kw_only=True)
class ResetRequiredEvent:
    """`required_at` and `enforce_from` are aware UTC, in our clock."""

    event_id: str
    user_pk: Any
    reason: str
    required_at: datetime
    enforce_from: datetime


@dataclass(frozen=True, kw_only=True)
class PasswordChangedEvent:
    """`changed_at` is Auth0's `last_password_reset`: aware UTC, in Auth0's clock."""

    event_id: str
    user_pk: Any
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class SessionsEndedEvent:
    """`ended_at` is aware UTC, in our clock."""

    event_id: str
    user_pk: Any
    ended_at: datetime
