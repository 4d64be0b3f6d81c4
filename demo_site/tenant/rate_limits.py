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
    "read_email_templates": None,
    "write_email_templates": None,
    "other": None,
    "authentication": None,
    "token": None,
    "userinfo": None,
    "jwks": None,
    "change_password": Limit(10, 1),
}
_SELF_SERVICE_TEMPLATES = {"read_email_templates": Limit(10, 50), "write_email_templates": Limit(5, 25)}
_ENTERPRISE = {
    "read_email_templates": Limit(15, 150),
    "write_email_templates": Limit(10, 100),
    "authentication": Limit(100, 6_000),
    "userinfo": Limit(10, 5),
}
# What Auth0 documents, by subscription; what a plan does not name has no limit there.
PLANS: dict[str, dict[str, Limit]] = {
    "free": {
        "management": Limit(2, 120),
        **_SELF_SERVICE_TEMPLATES,
        "authentication": Limit(300, 300),
        "token": Limit(30, 1_800),
        "userinfo": Limit(10, 5),
        "jwks": Limit(20, 1_200),
    },
    "self_service": {
        "read_users": Limit(40, 500),
        "write_users": Limit(20, 200),
        "delete_users": Limit(20, 200),
        "read_logs": Limit(10, 100),
        "read_connections": Limit(5, 50),
        **_SELF_SERVICE_TEMPLATES,
        "other": Limit(10, 150),
        "authentication": Limit(25, 1_500),
        "userinfo": Limit(10, 5),
    },
    "enterprise": {"management": Limit(50, 960), **_ENTERPRISE},
    "enterprise_non_production": {"management": Limit(10, 120), **_ENTERPRISE},
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
    wanted = dict(wanted)
    plan = _of_plan(wanted.pop("plan")) if "plan" in wanted else {}
    unknown = wanted.keys() - DEFAULTS.keys()
    if unknown:
        msg = f"rate_limits: unknown bucket {min(unknown)!r}; known are {', '.join(DEFAULTS)}"
        raise RateLimitError(msg)
    return plan | {name: _limit(name, value) for name, value in wanted.items()}


def _of_plan(name: Any) -> dict[str, Limit | None]:
    """All limits of a plan; the mails' stays as it is, it is the same everywhere."""
    if not isinstance(name, str) or name not in PLANS:
        msg = f"rate_limits: unknown plan {name!r}; known are {', '.join(PLANS)}"
        raise RateLimitError(msg)
    return {bucket: PLANS[name].get(bucket) for bucket in DEFAULTS if bucket != "change_password"}


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
