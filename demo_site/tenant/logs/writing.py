"""Writing a log: the recorded set of fields, the request's own, and a push for every stream that wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo_site.tenant.clock import clock, iso
from demo_site.tenant.logs import categories, origin
from demo_site.tenant.logs.ids import log_id
from demo_site.tenant.pushes.queue import enqueue
from demo_site.tenant.records import Log

if TYPE_CHECKING:
    from demo_site.tenant.records import Client, Json, LogStream, User
    from demo_site.tenant.state import State

PUSH = "log"
# The state file is written whole at every change.
KEPT = 5_000
# In the order of the recordings; "scope" and "client_ip" are there only where they have a value.
FIELDS = (
    "_id", "log_id", "date", "type", "description", "connection", "connection_id", "organization_id",
    "organization_name", "client_id", "client_name", "ip", "hostname", "details", "user_id", "user_name",
    "user_agent", "audience", "strategy", "strategy_type",
)  # fmt: skip


def write(  # noqa: PLR0913 - what a log is about
    state: State,
    code: str,
    description: str = "",
    *,
    user: User | None = None,
    client: Client | None = None,
    connection: str | None = None,
    details: Json | None = None,
    **fields: Any,
) -> Json:
    """One tenant log of the type ``code``; called under the store's lock. ``fields`` overrule what the others say."""
    said = {"type": code, "description": description, **_about(state, user, client, connection)}
    record = _kept(state, {**said, **origin.current().fields(), "details": details, **fields})
    for stream in state.log_streams.values():
        offer(state, stream, record)
    return record


def _kept(state: State, said: Json) -> Json:
    """The whole record, in the order of the recordings; it can be found once it is indexed."""
    now = clock.now()
    indexed_at = now + state.plan.log_indexing_delay_s
    state.log_count += 1
    number = log_id(indexed_at, state.log_count)
    record: Json = {**dict.fromkeys(FIELDS), "_id": number, "log_id": number, "date": iso(now), **said}
    record |= {"isMobile": False, "location_info": None}
    _forget_old(state, now)
    state.logs[number] = Log(record, indexed_at)
    return record


def offer(state: State, stream: LogStream, record: Json) -> None:
    """A stream gets the logs of its categories; without any filter all of them."""
    if not stream.categories or categories.of(record["type"]) in stream.categories:
        enqueue(state, PUSH, {"stream_id": stream.id, "log_id": record["log_id"]})


def _about(state: State, user: User | None, client: Client | None, connection: str | None) -> Json:
    fields: Json = {}
    if user:
        fields |= {"user_id": user.user_id, "user_name": user.email or user.profile["name"]}
    if client:
        fields |= {"client_id": client.client_id, "client_name": client.name}
    found = state.connections.get(connection or "")
    if found:
        kind = "database" if found.is_database else "social"
        fields |= {"connection": found.name, "connection_id": found.id}
        fields |= {"strategy": found.strategy, "strategy_type": kind}
    return fields


def _forget_old(state: State, now: float) -> None:
    """What is older than the subscription keeps is gone, and what is too much; the first is the oldest."""
    oldest = now - state.plan.log_retention_s
    while state.logs:
        first = next(iter(state.logs))
        if state.logs[first].indexed_at > oldest and len(state.logs) < KEPT:
            return
        del state.logs[first]
