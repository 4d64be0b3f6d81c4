"""Who carries which kind of push, and how."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo_site.tenant.records import Json, Push
    from demo_site.tenant.state import State


SUCCESSES = range(200, 300)


@dataclass(frozen=True)
class Outcome:
    """What a receiver answered; no status if it did not."""

    status: int | None = None
    error: str = ""

    @property
    def arrived(self) -> bool:
        return not self.error and self.status in (None, *SUCCESSES)


@dataclass(frozen=True)
class Parcel:
    """One delivery. ``send`` is called without the store's lock; ``to`` says where, for people."""

    pushes: list[Push]
    to: str
    send: Callable[[], Outcome]


class Courier(Protocol):
    """Both methods are called under the store's lock."""

    def parcels(self, state: State, pushes: list[Push]) -> list[Parcel]:
        """What can be delivered now; pushes that are in none of the parcels stay in the queue."""

    def settle(self, state: State, parcel: Parcel, outcome: Outcome) -> float | None:
        """Seconds until the next try; none if there is none."""


class Runner:
    """A courier for what is only run, one push at a time, and never again."""

    def __init__(self, run: Callable[[Json], None]) -> None:
        self._run = run

    def parcels(self, _state: State, pushes: list[Push]) -> list[Parcel]:
        return [Parcel([push], push.kind, partial(self._outcome, push)) for push in pushes]

    def settle(self, _state: State, _parcel: Parcel, _outcome: Outcome) -> float | None:
        return None

    def _outcome(self, push: Push) -> Outcome:
        self._run(push.payload)
        return Outcome()


couriers: dict[str, Courier] = {}


def register(kind: str, courier: Courier) -> None:
    couriers[kind] = courier


def register_runner(kind: str, run: Callable[[Json], None]) -> None:
    """``run`` gets the payload, without the store's lock."""
    couriers[kind] = Runner(run)
