"""The flag as pure functions: times in, decisions out. No models, no network, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

CLOCK_TOLERANCE = timedelta(seconds=2)
"""How much later than a raise a change must be when only the two clocks can tell which came first."""


@dataclass(frozen=True, kw_only=True)
class Raise:
    """One open requirement. Times are aware UTC, in our clock."""

    pk: Any
    raised_at: datetime
    enforce_from: datetime


@dataclass(frozen=True, kw_only=True)
class Flag:
    """What the state row says about the open requirements."""

    needs_reset: bool = False
    required_at: datetime | None = None
    enforce_from: datetime | None = None
    shown: Any = None


def recompute(raises: Iterable[Raise]) -> Flag:
    """The flag is up while any requirement is open: newest raise, earliest enforcement, newest shown."""
    standing = list(raises)
    if not standing:
        return Flag()
    newest = max(standing, key=lambda one: (one.raised_at, one.pk))
    return Flag(
        needs_reset=True,
        required_at=newest.raised_at,
        enforce_from=min(one.enforce_from for one in standing),
        shown=newest.pk,
    )


def is_newer(change: datetime | None, known: datetime | None) -> bool:
    """Whether a read shows a change that was not known before."""
    return change is not None and (known is None or change > known)


def answers(change: datetime | None, raised_at: datetime, *, last_read: datetime | None, newer: bool) -> bool:
    """Whether a change that a read shows answers a requirement. Equal or earlier never does.

    All times are in our clock; `change` was converted with the offset that the same read measured. Either it is later
    than the raise by more than clocks may differ; or the raise came before our last read was sent, and the change is
    `newer` than what that read showed: then it came after the raise, whatever the clocks say.
    """
    if change is None:
        return False
    if raised_at < change - CLOCK_TOLERANCE:
        return True
    return newer and last_read is not None and raised_at <= last_read
