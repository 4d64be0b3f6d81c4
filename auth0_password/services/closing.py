"""Rows of sessions that ended, marked in one statement by whoever ended them. They decide nothing: the state does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from ..models import Ended, PasswordState, SignIn
from .rows import rows_of

if TYPE_CHECKING:
    from django.db.models import QuerySet


def open_rows(**of: Any) -> QuerySet[SignIn]:
    """Rows of which nothing is known that ended them, expired or not, where they are written."""
    return rows_of(SignIn).filter(ended_at=None, **of)


def close(rows: QuerySet[SignIn], why: str) -> int:
    """Mark open rows. Returns how many of them were still alive: those that had expired ended by themselves."""
    now = timezone.now()
    return rows.filter(expires_at__gt=now).update(ended_at=now, ended_by=why)


def close_older(state: PasswordState) -> None:
    """Mark those that a change has just ended."""
    close(open_rows(user_id=state.pk).filter(older(state)), Ended.CHANGED)


def older(state: PasswordState) -> Q:
    """Rows that began before the last change: what `Stamp.is_young_enough` says, asked of rows. Where Auth0 did not
    say when somebody authenticated, or had no part in it, our own clock dates them."""
    since, here = state.sessions_valid_since, state.sessions_valid_since_here
    by_auth0 = Q(auth_time__lt=since) if since else Q(pk__in=[])
    return by_auth0 | (Q(auth_time=None, started_at__lt=here) if here else Q(pk__in=[]))
