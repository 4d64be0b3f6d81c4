"""Do what is due: the rows say what is wanted and what is known at Auth0, reconcile makes them equal.

Safe to run in several processes at once, and to kill.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.db.models import Q
from django.utils import timezone

from ..exceptions import (
    ConflictError,
    GatewayError,
    GatewayRefusedError,
    GatewayUnavailableError,
    MailServerError,
    ThrottledError,
)
from .kinds import KINDS, Kind
from .work import OffError

PAGE = 100
IN_A_ROW = 3
"""So many failures of one sort in a row end the calls to Auth0 for this run: the others would fail as well."""

ROUNDS = 3
"""How often one row is done anew because more was wanted meanwhile."""

MOST_WAITS = 6
"""How often a run waits for one row while Auth0 wants calls to be slower; each time a little longer."""

SHORTEST_WAIT, LONGEST_WAIT = 0.2, 60.0
"""Seconds. How long a run waits for Auth0 to take calls again; where it says longer, the rest is left."""

logger = logging.getLogger("auth0_password")


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Rows that were `due` at the start; of those `done`, `failed` (due again later), `off` (nothing to be done, or
    the Management client lacks the scope) and `left` (not tried: a limit, Auth0 does not answer, somebody has them).
    """

    due: int = 0
    done: int = 0
    failed: int = 0
    off: int = 0
    left: int = 0

    @property
    def tried(self) -> int:
        return self.done + self.failed + self.off


class Stop(Protocol):
    """Ends a run between two rows."""

    def is_set(self) -> bool: ...

    def wait(self, seconds: float) -> object:
        """Come back after so many seconds, or as soon as it is set."""


def reconcile(
    kinds: Iterable[str] | None = None,
    *,
    limit: int | None = None,
    now: datetime | None = None,
    stop: Stop | None = None,
    tell: Callable[[str, Counts], None] | None = None,
) -> dict[str, Counts]:
    """Do what is due at `now`, of these kinds (default: all), at most `limit` rows of each. What a kind leads to is
    due in time for those after it.

    With a `stop` it waits where Auth0 wants calls to be slower, and ends early when that is set; without one it never
    waits. `tell` is told the counts of a kind after each row. Raises `ValueError` for an unknown kind.
    """
    run = _Run(now, limit, stop, tell or (lambda _name, _counts: None))
    return {name: run.through(name, kind) for name, kind in chosen(kinds).items()}


def due(kinds: Iterable[str] | None = None) -> dict[str, int]:
    """How many rows of each kind are due now."""
    return {name: kind.due_rows(timezone.now()).count() for name, kind in chosen(kinds).items()}


def perform(kind: str, pk: str) -> None:
    """Do one row now, if it is due, and whatever else is due on it: others leave alone what we have in hand, and do
    not come back. Whatever fails is due again later."""
    [wanted] = chosen([kind]).values()
    others = {name: other for name, other in KINDS.items() if other.model is wanted.model and other is not wanted}
    for _ in range(ROUNDS):
        if not sum([_took(name, one, pk) for name, one in {kind: wanted, **others}.items()]):
            return


def _took(name: str, kind: Kind, pk: str) -> bool:
    try:
        return kind.take(pk, timezone.now())
    except (GatewayError, ConflictError, MailServerError, OffError) as error:
        logger.info("%s of %s: %s", name, pk, error)
        return False


def chosen(kinds: Iterable[str] | None) -> dict[str, Kind]:
    names = list(KINDS) if kinds is None else list(dict.fromkeys(kinds))
    unknown = [name for name in names if name not in KINDS]
    if unknown:
        raise ValueError(f"unknown kinds of work: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    return {name: KINDS[name] for name in names}


class _Run:
    def __init__(
        self, now: datetime | None, limit: int | None, stop: Stop | None, tell: Callable[[str, Counts], None]
    ) -> None:
        self._given_now, self._limit, self._stop, self._tell = now, limit, stop, tell
        self._failures = 0
        self._closed = False
        """Auth0 takes no more calls in this run."""

    def through(self, name: str, kind: Kind) -> Counts:
        now = self._given_now or timezone.now()
        counts = Counts(due=kind.due_rows(now).count())
        self._failures = 0
        for pk in pages(kind, now):
            if self._ends(kind) or counts.tried == self._limit:
                break
            outcome = self._one(name, kind, pk, now)
            if outcome:
                counts = replace(counts, **{outcome: getattr(counts, outcome) + 1})
                self._tell(name, counts)
        return replace(counts, left=kind.due_rows(now).count())

    def _ends(self, kind: Kind) -> bool:
        return (self._closed and kind.calls_auth0) or (self._stop is not None and self._stop.is_set())

    def _one(self, name: str, kind: Kind, pk: Any, now: datetime) -> str | None:
        """Which count goes up by this row; none where it was not tried."""
        for waits in range(MOST_WAITS + 1):
            try:
                return self._take(name, kind, pk, now)
            except ThrottledError as error:
                if waits == MOST_WAITS or not self._waited_for(error, waits):
                    break
        self._closed = True
        return None

    def _take(self, name: str, kind: Kind, pk: Any, now: datetime) -> str | None:
        try:
            taken = kind.take(pk, now)
        except ThrottledError:
            raise
        except (GatewayError, ConflictError, MailServerError) as error:
            logger.warning("%s of %s: %s", name, pk, error)
            self._note_failure(error)
            return "failed"
        except OffError as error:
            self._note_failure(error.__cause__)
            return "off"
        except (Error, ImproperlyConfigured):
            raise
        except Exception:
            logger.exception("%s of %s", name, pk)  # one row that nobody foresaw does not keep the others waiting
            return "failed"
        self._failures = 0
        return "done" if taken else None

    def _note_failure(self, error: BaseException | None) -> None:
        is_general = isinstance(error, (GatewayUnavailableError, GatewayRefusedError))
        self._failures = self._failures + 1 if is_general else 0
        self._closed = self._closed or self._failures == IN_A_ROW

    def _waited_for(self, error: ThrottledError, waits: int) -> bool:
        wait = (error.retry_at or timezone.now() + timedelta(seconds=1)) - timezone.now()
        # Not all at the same moment: other processes were told the same.
        seconds = max(wait.total_seconds(), 0) + SHORTEST_WAIT * 2**waits * (1 + random.random())  # noqa: S311
        if self._stop is None or seconds > LONGEST_WAIT:
            return False
        self._stop.wait(seconds)
        return not self._stop.is_set()


def pages(kind: Kind, now: datetime) -> Iterator[Any]:
    """The keys of all rows that are due, the oldest first. Each comes once, whatever becomes of it."""
    rows = kind.due_rows(now).order_by(kind.due, "pk").values_list("pk", kind.due)
    page = list(rows[:PAGE])
    while page:
        yield from (pk for pk, _due in page)
        last, since = page[-1]
        later = Q(**{f"{kind.due}__gt": since}) | Q(**{kind.due: since, "pk__gt": last})
        page = list(rows.filter(later)[:PAGE])
