"""How often something may be done, as settings say it: `"5/h,20/d"`."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..exceptions import ConfigurationError

LIMITS = {
    "email": "5/m",
    "forgot": "20/m",
    "recipient": "5/h,20/d",
    "reauthenticate": "10/m",
    "ticket": "10/m",
    "check": "10/m",
    "verify": "5/h,20/d",
}
"""The limits that there are: for a person, but `forgot` for an internet address and `recipient` for a mailbox."""

PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Rate(NamedTuple):
    """So many in so many seconds."""

    places: int
    seconds: int


def parse_rates(name: str, value: object) -> tuple[Rate, ...]:
    """Read `"5/h,20/d"`. Raises `ConfigurationError`."""
    parts = [re.fullmatch(r"\s*([1-9]\d{0,8})/([smhd])\s*", part) for part in str(value).split(",")]
    if not isinstance(value, str) or None in parts:
        raise ConfigurationError(f"AUTH0_PASSWORD{name} must read like '5/m' or '5/h,20/d' (s, m, h, d)")
    return tuple(Rate(int(part[1]), PERIODS[part[2]]) for part in parts if part)
