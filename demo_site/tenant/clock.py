"""The tenant's time: the real time plus an offset that the control interface moves."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Every timestamp, token and Date header of the tenant reads this clock."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        return time.time() + self.offset


def iso(moment: float) -> str:
    """Auth0's notation: UTC, milliseconds, ``Z``."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(text: str) -> float:
    """The moment of an ISO timestamp."""
    return datetime.fromisoformat(text).timestamp()


clock = Clock()
