"""POST /_control/pushes and /_control/deliver: what happens to what the tenant sends by itself, and when."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from demo_site.tenant.pushes import delivery, queue
from demo_site.tenant.pushes.queue import PushError
from demo_site.tenant.store import store
from demo_site.tenant.universal_login import sessions

if TYPE_CHECKING:
    from demo_site.tenant.records import Json


def show(_body: Any) -> Json:
    """The settings, and what is queued, oldest first."""
    with store.look() as state:
        return {"settings": asdict(state.push_settings), "queued": [asdict(push) for push in state.pushes.values()]}


def configure(body: Any) -> Json:
    """What is not named stays as it is; the answer is all settings."""
    with store.change() as state:
        queue.configure(state.push_settings, body)
        return asdict(state.push_settings)


def clear(_body: Any) -> Json:
    """Nothing is queued any more."""
    with store.change() as state:
        state.pushes.clear()
    return {}


def deliver(body: Any) -> Json:
    """One try for everything queued, held back or not; with ``due_only`` what is due by the tenant's clock."""
    wanted = {} if body is None else body
    if not isinstance(wanted, dict) or wanted.keys() - {"due_only"}:
        raise PushError("deliver: send nothing, or due_only")
    due_only = wanted.get("due_only", False)
    if not isinstance(due_only, bool):
        raise PushError("deliver: due_only must be true or false")
    with store.change() as state:
        sessions.expire(state)
    return {"delivered": delivery.deliver(due_only=due_only)}
