"""The trigger post-change-password (v2): a moment after a database user has a new password. Nobody waits for it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from demo_site.tenant.actions import catalog, events, pipeline
from demo_site.tenant.actions.triggers import POST_CHANGE_PASSWORD
from demo_site.tenant.logs import origin
from demo_site.tenant.pushes.couriers import register_runner
from demo_site.tenant.records import identity_id
from demo_site.tenant.views import StateGoneError, walk

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, User
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps

PUSH = POST_CHANGE_PASSWORD


def is_bound(state: State) -> bool:
    return bool(catalog.bound(state, POST_CHANGE_PASSWORD))


def payload(state: State, user: User, connection: str) -> Json:
    """The event of this change, as it is now: no client, no metadata, nothing that was sent."""
    asked = origin.current()
    identity = user.identity_in(connection) or user.identities[0]
    return {
        "user_id": user.user_id,
        "identity": identity_id(identity),
        "event": {
            "user": events.changed_user_of(user),
            "connection": events.connection_of(state.connections[connection]),
            "request": events.present(
                ip=asked.ip, method="POST", hostname=asked.hostname, user_agent=asked.user_agent or None, geoip={}
            ),
            "tenant": {"id": events.TENANT},
        },
    }


def run(pushed: Json) -> None:
    """Called without the store's lock, once for every delivery."""
    with suppress(StateGoneError):
        walk(lambda state: _run(state, pushed))


def _run(state: State, pushed: Json) -> Steps[None]:
    if pushed["user_id"] not in state.users:
        return
    started = pipeline.begin(state, POST_CHANGE_PASSWORD, user_id=pushed["user_id"], identity=pushed["identity"])
    if started is not None:
        yield from pipeline.play(state, started, lambda: pushed["event"])


register_runner(PUSH, run)
