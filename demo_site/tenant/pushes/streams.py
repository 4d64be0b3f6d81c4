"""Carries logs to HTTP streams: three formats, at least once, tried until it works or a week is over."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from demo_site.tenant.clock import clock
from demo_site.tenant.logs import obfuscation
from demo_site.tenant.logs.writing import PUSH
from demo_site.tenant.pushes import http
from demo_site.tenant.pushes.couriers import Parcel, register
from demo_site.tenant.records.logs import ACTIVE, SUSPENDED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from demo_site.tenant.pushes.couriers import Outcome
    from demo_site.tenant.records import Json, LogStream, Push
    from demo_site.tenant.state import State

JSONLINES, JSONARRAY, JSONOBJECT = "JSONLINES", "JSONARRAY", "JSONOBJECT"
# Auth0 documents three tries and then a new round, but neither the times nor how many logs come together.
TRIES_IN_A_ROUND = 3
BETWEEN_TRIES_S = 2.0
BETWEEN_ROUNDS_S = 60.0
BATCH = 100
SUSPENDED_AFTER_S = 7 * 86_400
# Not in the records of a stream (as captured by Elastic's integration).
UNSENT = ("_id", "isMobile", "location_info")


class StreamCourier:
    def parcels(self, state: State, pushes: list[Push]) -> list[Parcel]:
        """What a paused or suspended stream has missed waits for it, as long as logs are kept."""
        self._forget_lost(state, pushes)
        return [
            _parcel(state, stream, batch)
            for stream in state.log_streams.values()
            if stream.status == ACTIVE
            for batch in _batches(stream, pushes)
        ]

    def settle(self, state: State, parcel: Parcel, outcome: Outcome) -> float | None:
        stream = state.log_streams.get(parcel.pushes[0].payload["stream_id"])
        if stream is None:
            return None
        if outcome.arrived:
            stream.failing_since = None
            return None
        now = clock.now()
        stream.failing_since = stream.failing_since or now
        if now - stream.failing_since >= SUSPENDED_AFTER_S:
            stream.status = SUSPENDED
        last_of_round = parcel.pushes[0].tries % TRIES_IN_A_ROUND == 0
        return BETWEEN_ROUNDS_S if last_of_round else BETWEEN_TRIES_S

    def _forget_lost(self, state: State, pushes: list[Push]) -> None:
        """Of streams that were deleted, and of logs that are not kept any more."""
        for push in list(pushes):
            if push.payload["stream_id"] not in state.log_streams or push.payload["log_id"] not in state.logs:
                pushes.remove(push)
                del state.pushes[push.id]


def _batches(stream: LogStream, pushes: list[Push]) -> Iterable[list[Push]]:
    ours = [push for push in pushes if push.payload["stream_id"] == stream.id]
    size = 1 if stream.sink.get("httpContentFormat") == JSONOBJECT else BATCH
    return (ours[start : start + size] for start in range(0, len(ours), size))


def _parcel(state: State, stream: LogStream, pushes: list[Push]) -> Parcel:
    sink = stream.sink
    records = [_sent_record(state.logs[push.payload["log_id"]].record, stream) for push in pushes]
    body = _written(records, sink.get("httpContentFormat", JSONLINES)).encode()
    timeout_s = state.push_settings.timeout_s
    url = sink["httpEndpoint"]
    return Parcel(pushes, url, partial(http.post, url, body, _headers(sink), timeout_s))


def _sent_record(record: Json, stream: LogStream) -> Json:
    """The id outside too; what has no value is left out."""
    kept = {name: value for name, value in record.items() if value is not None and name not in UNSENT}
    shown = obfuscation.applied(kept, stream.given.get("pii_config"))
    return {"log_id": record["log_id"], "data": {"tenant_name": "local", **shown}}


def _written(records: list[Json], content_format: str) -> str:
    if content_format == JSONARRAY:
        return json.dumps(records)
    return "\n".join(json.dumps(record) for record in records)


def _headers(sink: Json) -> dict[str, str]:
    """The authorization is sent as it was typed."""
    headers = {item["header"]: item["value"] for item in sink.get("httpCustomHeaders") or []}
    headers["Content-Type"] = sink.get("httpContentType", "application/json")
    return headers | ({"Authorization": sink["httpAuthorization"]} if sink.get("httpAuthorization") else {})


register(PUSH, StreamCourier())
