"""Auth0's rate limit headers. A count or a time in them that makes no sense counts as absent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from .clock import http_date

NUMBER = re.compile(r"[0-9]{1,11}")

LONGEST_WAIT = timedelta(days=1)
"""Auth0 refills its buckets within seconds or minutes; what says more than this is not believed."""

LONGEST_HOLD = timedelta(minutes=2)
"""However late a reset is said to be, no longer than this is nobody let through: a wrong header must not close a
site."""


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What Auth0 last said: so many calls `remaining` of `limit`, until `resets_at` (aware, our clock)."""

    limit: int
    remaining: int
    resets_at: datetime
    exceeded: bool = False


def allowance_of(status: int, headers: Mapping[str, str], now: datetime) -> Allowance | None:
    """Read `x-ratelimit-limit`, `-remaining` and `-reset` (UNIX seconds when tokens are next added)."""
    limit, remaining = number(headers.get("x-ratelimit-limit")), number(headers.get("x-ratelimit-remaining"))
    exceeded = status == HTTPStatus.TOO_MANY_REQUESTS
    if exceeded:
        limit, remaining = limit or 1, 0
    resets_at = retry_at_of(status, headers, now) if exceeded else reset_of(headers, now)
    if not limit or remaining is None or resets_at is None:
        return None
    return Allowance(limit=limit, remaining=remaining, resets_at=min(resets_at, now + LONGEST_HOLD), exceeded=exceeded)


def retry_at_of(status: int, headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When to try again after a 429 or 5xx. `x-ratelimit-reset` comes first: `Retry-After` is not documented."""
    reset = reset_of(headers, now) if status == HTTPStatus.TOO_MANY_REQUESTS else None
    return reset or _after(headers.get("retry-after"), headers, now)


def reset_of(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """`x-ratelimit-reset` in our clock: Auth0's is told by the same answer's `Date`, so no difference matters."""
    seconds = number(headers.get("x-ratelimit-reset"))
    return None if seconds is None else _wait(datetime.fromtimestamp(seconds, UTC), headers, now)


def _after(value: str | None, headers: Mapping[str, str], now: datetime) -> datetime | None:
    seconds = number(value)
    if seconds is not None:
        return now + timedelta(seconds=seconds) if seconds <= LONGEST_WAIT.total_seconds() else None
    moment = http_date(value)
    return None if moment is None else _wait(moment, headers, now)


def _wait(until: datetime, headers: Mapping[str, str], now: datetime) -> datetime | None:
    wait = until - (http_date(headers.get("date")) or now)
    return now + wait if timedelta(0) <= wait <= LONGEST_WAIT else None


def number(value: str | None) -> int | None:
    """A header's count; None for anything else."""
    return int(value) if value and NUMBER.fullmatch(value) else None
