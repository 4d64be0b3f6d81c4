"""One deadline for everything that a verb does: fetching a token, connecting, sending, and the last byte read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from time import monotonic


@dataclass(frozen=True)
class Timeouts:
    """Seconds. A person waits for these calls, so they are short; nothing is repeated behind their back."""

    connect: float = 3.0
    total: float = 8.0


TIMEOUTS = Timeouts()

_ends_at: ContextVar[float] = ContextVar("auth0_password_deadline")


@contextmanager
def deadline(total: float | None = None, *, at_most: float = inf) -> Iterator[None]:
    """What is asked of Auth0 inside is over after `total` seconds (`TIMEOUTS.total`), however slowly it answers."""
    token = _ends_at.set(monotonic() + min(TIMEOUTS.total if total is None else total, at_most))
    try:
        yield
    finally:
        _ends_at.reset(token)


def time_left() -> float:
    """Seconds until the deadline; 0 once it has passed."""
    return max(0.0, _ends_at.get() - monotonic())
