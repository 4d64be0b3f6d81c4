"""What has to be done beside keeping the new state; all of it in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .facts import Demand


@dataclass(frozen=True)
class Opened:
    """Write an open requirement, and say so by signal."""

    demand: Demand


@dataclass(frozen=True)
class Skipped:
    """Write down that this was not required of the user, and why."""

    demand: Demand
    why: str


@dataclass(frozen=True)
class Closed:
    """Close these requirements, named by their rows' keys."""

    keys: tuple[Any, ...]
    status: str
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class Changed:
    """Write the change down, once, and announce it. `at` is in Auth0's clock; `address` is the one that was known
    before: whoever changes a password may have changed the address first."""

    at: datetime
    address: str = ""


@dataclass(frozen=True)
class Bound:
    """The subject is this user's from now on, and nobody else's."""

    subject: str


Effect = Opened | Skipped | Closed | Changed | Bound
