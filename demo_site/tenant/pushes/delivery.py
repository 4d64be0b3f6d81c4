"""Delivery in three steps: what is due is taken under the store's lock, sent without it, and settled under it."""

from __future__ import annotations

import traceback
from threading import Lock
from typing import TYPE_CHECKING

from demo_site.tenant.clock import clock
from demo_site.tenant.pushes.couriers import Outcome, couriers
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from demo_site.tenant.pushes.couriers import Parcel
    from demo_site.tenant.records import Json, Push
    from demo_site.tenant.state import State

_one_at_a_time = Lock()


def is_anything_due() -> bool:
    """Cheap, and nothing is written to the state file for it."""
    with store.lock:
        now = clock.now()
        return not store.state.push_settings.hold and any(push.due_at <= now for push in store.state.pushes.values())


def deliver(*, due_only: bool = False) -> list[Json]:
    """One try for every queued push, or only for those that are due; the answer says what became of each delivery."""
    with _one_at_a_time:
        with store.look() as state:
            parcels = _parcels(state, due_only=due_only)
        return [done for parcel in parcels for done in _delivered(parcel)]


def _parcels(state: State, *, due_only: bool) -> list[Parcel]:
    """By kind in the order of the queue, or against it."""
    now = clock.now()
    queued = [push for push in state.pushes.values() if not due_only or push.due_at <= now]
    if state.push_settings.reorder:
        queued.reverse()
    return [
        parcel
        for kind, courier in couriers.items()
        for parcel in courier.parcels(state, [push for push in queued if push.kind == kind])
    ]


def _delivered(parcel: Parcel) -> Iterable[Json]:
    """A duplicate is the very same request once more."""
    for _ in range(max(push.copies for push in parcel.pushes)):
        outcome = _sent(parcel)
        with store.change() as state:
            _settle(state, parcel, outcome)
        yield {
            "kind": parcel.pushes[0].kind,
            "to": parcel.to,
            "pushes": len(parcel.pushes),
            "status": outcome.status,
            "error": outcome.error,
        }


def _sent(parcel: Parcel) -> Outcome:
    try:
        return parcel.send()
    except Exception as error:  # noqa: BLE001 - whatever a courier's own code does, the others are delivered
        traceback.print_exc()
        return Outcome(error=repr(error))


def _settle(state: State, parcel: Parcel, outcome: Outcome) -> None:
    """What was reset meanwhile is forgotten."""
    ours = [push for push in parcel.pushes if push.id in state.pushes]
    if not ours:
        return
    for push in ours:
        push.tries += 1
    again_in = couriers[ours[0].kind].settle(state, parcel, outcome)
    for push in ours:
        if again_in is None:
            _remove(state, push)
        else:
            push.due_at = clock.now() + again_in


def _remove(state: State, push: Push) -> None:
    del state.pushes[push.id]
