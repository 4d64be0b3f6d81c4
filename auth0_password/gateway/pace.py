"""How fast we call: Auth0's limit is one for the whole tenant, and people come before bulk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Literal, Protocol

from django.utils import timezone

from .limits import Allowance

Priority = Literal["interactive", "background"]

_priority: ContextVar[Priority] = ContextVar("auth0_password_priority", default="interactive")


@contextmanager
def background() -> Iterator[None]:
    """Calls made inside can wait: nobody sits in front of them. They leave a quarter of the limit to those who do."""
    token = _priority.set("background")
    try:
        yield
    finally:
        _priority.reset(token)


def current_priority() -> Priority:
    return _priority.get()


class Pace(Protocol):
    """What the gateway asks before each Management call and tells after it. Neither may raise, nor wait."""

    def closed_until(self, priority: Priority) -> datetime | None:
        """When a call of this priority may go out; None: now."""

    def learn(self, allowance: Allowance) -> None:
        """Take note of what Auth0 just said."""


def closed_by(allowance: Allowance | None, priority: Priority, now: datetime) -> datetime | None:
    """The rule, for any place that an allowance is kept in.

    After a 429 nobody calls until the reset. Before that only the background holds back, at a quarter of the limit:
    a person's call may find the bucket refilled, and costs one 429 at most where it does not.
    """
    if allowance is None or allowance.resets_at <= now:
        return None
    low = priority == "background" and allowance.remaining * 4 <= allowance.limit
    return allowance.resets_at if allowance.exceeded or low else None


class InProcessPace:
    """Knows what this process was told. Several processes share a limit better through one that shares a row."""

    def __init__(self) -> None:
        self._allowance: Allowance | None = None

    def closed_until(self, priority: Priority) -> datetime | None:
        return closed_by(self._allowance, priority, timezone.now())

    def learn(self, allowance: Allowance) -> None:
        self._allowance = allowance


_chosen: Pace | None = None


def chosen_pace(default: Pace) -> Pace:
    return _chosen or default


def set_pace(pace: Pace | None) -> None:
    """Keep this pace from now on, in this process; None: each gateway its own."""
    global _chosen  # noqa: PLW0603 - like the gateway, one per process
    _chosen = pace
