"""The queue: pushes wait in the state until they are due by the tenant's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo_site.tenant.clock import clock
from demo_site.tenant.opaque import opaque
from demo_site.tenant.pushes.couriers import couriers
from demo_site.tenant.records import Push, PushSettings

if TYPE_CHECKING:
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State


class PushError(ValueError):
    """Settings that cannot be understood."""


def enqueue(state: State, kind: str, payload: Json, *, delay_s: float = 0.0) -> Push | None:
    """Called under the store's lock. ``payload`` is JSON; none comes back if the push is lost on demand."""
    settings = state.push_settings
    meant = not settings.kinds or kind in settings.kinds
    if meant and _counted_down(settings, "drop"):
        return None
    due_at = clock.now() + delay_s + (settings.delay_s if meant else 0)
    push = Push(opaque(16), kind, payload, due_at, copies=2 if meant and _counted_down(settings, "duplicate") else 1)
    state.pushes[push.id] = push
    return push


def _counted_down(settings: PushSettings, name: str) -> bool:
    """Whether the next push is one of those meant; true stands for all of them."""
    left = getattr(settings, name)
    if left and left is not True:
        setattr(settings, name, left - 1)
    return bool(left)


KINDS: dict[str, tuple[type, ...]] = {
    "reorder": (bool,),
    "duplicate": (bool, int),
    "drop": (bool, int),
    "delay_s": (float, int),
    "hold": (bool,),
    "timeout_s": (float, int),
    "kinds": (list,),
}


def configure(settings: PushSettings, wanted: Any) -> None:
    """Set what is named; the rest stays as it is."""
    _check(wanted)
    for name, value in wanted.items():
        setattr(settings, name, value)


def _check(wanted: Any) -> None:
    if not isinstance(wanted, dict):
        raise PushError("pushes: must be an object")
    for name, value in wanted.items():
        if name not in KINDS:
            msg = f"pushes: unknown key {name!r}; known are {', '.join(KINDS)}"
            raise PushError(msg)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if type(value) not in KINDS[name] or (number and value < 0):
            msg = f"pushes: bad value for {name!r}: {value!r}"
            raise PushError(msg)
    if wanted.get("timeout_s", 1) == 0:
        raise PushError("pushes: timeout_s must be more than 0")
    if not all(kind in couriers for kind in map(str, wanted.get("kinds", []))):
        msg = f"pushes: kinds must be some of {', '.join(sorted(couriers))}"
        raise PushError(msg)
