"""Token buckets in front of what Auth0 limits. They follow the tenant's clock, never the real time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from threading import Lock
from typing import Any

from demo_site.tenant.clock import clock

MINUTE_S = 60
# Less than any clock shows: a request is not refused for the rounding of a sum.
ROUNDING = 1e-6


class RateLimitError(ValueError):
    """Limits that cannot be understood."""


@dataclass(frozen=True)
class Limit:
    """``burst`` requests at once; ``per_minute`` come back one by one."""

    burst: int
    per_minute: float

    @property
    def interval_s(self) -> float:
        return MINUTE_S / self.per_minute


@dataclass(frozen=True)
class Count:
    """What one request left in its bucket; ``reset`` is when the next one comes back, in UNIX seconds."""

    limit: int
    remaining: int
    reset: int
    passed: bool

    def headers(self) -> dict[str, str]:
        """Auth0 promises these three, and no Retry-After."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(self.reset),
        }


# From Auth0's rate limit policy. Its limits of the Management API depend on the plan: here one global bucket that no
# test fills by accident, and none per group of endpoints.
DEFAULTS: dict[str, Limit | None] = {
    "management": Limit(10_000, 600_000),
    "read_users": None,
    "write_users": None,
    "delete_users": None,
    "read_connections": None,
    "read_logs": None,
    "other": None,
    "change_password": Limit(10, 1),
}


class RateLimits:
    """The limits in force and how full their buckets are. A bucket may be split by a key."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Back to the defaults, all buckets full."""
        self._limits = dict(DEFAULTS)
        self._spent: dict[tuple[str, str], tuple[float, float]] = {}

    def configure(self, wanted: Any) -> None:
        """Set the named limits, null for none; their buckets begin full."""
        limits = _checked(wanted)
        with self._lock:
            self._limits |= limits
            self._spent = {key: value for key, value in self._spent.items() if key[0] not in limits}

    def shown(self) -> dict[str, Any]:
        return {
            name: limit and {"burst": limit.burst, "per_minute": limit.per_minute}
            for name, limit in self._limits.items()
        }

    def take(self, name: str, key: str = "") -> Count | None:
        """Take one request out of a bucket; none if it has no limit. A refused one takes nothing."""
        with self._lock:
            limit = self._limits[name]
            if limit is None:
                return None
            now = clock.now()
            spent, at = self._spent.get((name, key), (0.0, now))
            spent = max(0.0, spent - max(0.0, now - at) / limit.interval_s)
            passed = spent + 1 <= limit.burst + ROUNDING
            spent += passed
            self._spent[name, key] = (spent, now)
            return _counted(limit, spent, now, passed=passed)


def _counted(limit: Limit, spent: float, now: float, *, passed: bool) -> Count:
    left = limit.burst - spent + ROUNDING
    until_next = (math.floor(left) + 1 - left) * limit.interval_s
    return Count(limit.burst, math.floor(left), math.ceil(now + until_next), passed)


def _checked(wanted: Any) -> dict[str, Limit | None]:
    if not isinstance(wanted, dict):
        raise RateLimitError("rate_limits: must be an object")
    unknown = wanted.keys() - DEFAULTS.keys()
    if unknown:
        msg = f"rate_limits: unknown bucket {min(unknown)!r}; known are {', '.join(DEFAULTS)}"
        raise RateLimitError(msg)
    return {name: _limit(name, value) for name, value in wanted.items()}


def _limit(name: str, value: Any) -> Limit | None:
    if value is None:
        return None
    if not isinstance(value, dict) or value.keys() != {"burst", "per_minute"}:
        msg = f"rate_limits: {name} wants burst and per_minute, or null"
        raise RateLimitError(msg)
    burst, per_minute = value["burst"], value["per_minute"]
    if type(burst) is not int or type(per_minute) not in (int, float) or burst < 1 or per_minute <= 0:
        msg = f"rate_limits: {name}: burst must be a whole number from 1, per_minute a number above 0"
        raise RateLimitError(msg)
    return Limit(burst, per_minute)


rate_limits = RateLimits()
