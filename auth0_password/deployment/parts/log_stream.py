"""The tenant's log, sent to the site. Its token is shown to whoever may read streams, or not: both are handled."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...exceptions import UnexpectedAnswerError
from ..steps import Change, Json, Step, field_diff
from ..tenant import Tenant
from ..wanted import LOG_STREAM, LogStream, Wanted

READS = ("read:log_streams",)
PART, WHAT = "log-stream", f"log stream {LOG_STREAM!r}"


class LogStreams:
    names = (PART,)
    reads = READS

    def steps(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        if wanted.log_stream is None:
            return
        make = partial(Step, part=PART, what=WHAT)
        found = found_stream(tenant)
        sink = sink_of(wanted.log_stream)
        if found is None:
            body = {"name": LOG_STREAM, "type": "http", "sink": sink}
            do = partial(posted, tenant, body)
            new = (f"to {wanted.log_stream.url}", "token: new value")
            yield make(change=Change.CREATE, details=new, scope=("create:log_streams",), do=do)
        elif found.get("type") != "http":
            yield make(change=Change.REFUSED, details=("it has this name, and is no custom webhook: rename it",))
        elif details := differences(found, sink):
            do = partial(changed, tenant, found, sink)
            yield make(change=Change.CHANGE, details=details, scope=("update:log_streams",), do=do)
        else:
            paused = found.get("status") == "paused"
            yield make(change=Change.UNCHANGED, details=("somebody has paused it",) if paused else ())

    def removal(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        found = found_stream(tenant)
        if found:
            do = partial(tenant.delete, f"log-streams/{found['id']}")
            yield Step(part=PART, what=WHAT, change=Change.REMOVE, scope=("delete:log_streams",), do=do)


def found_stream(tenant: Tenant) -> Json | None:
    """Auth0 does not page this list."""
    return tenant.one_named(LOG_STREAM, tenant.once("log-streams", lambda: streams(tenant)), "log streams")


def streams(tenant: Tenant) -> list[Json]:
    found = tenant.api.get("log-streams")
    if not isinstance(found, list):
        raise UnexpectedAnswerError("GET /api/v2/log-streams: no list in the answer")
    return found


def sink_of(stream: LogStream) -> Json:
    return {
        "httpEndpoint": stream.url,
        "httpAuthorization": stream.token,
        "httpContentType": "application/json",
        "httpContentFormat": "JSONLINES",
    }


def differences(found: Json, sink: Json) -> tuple[str, ...]:
    """Auth0 shows the token as it was typed (recorded). Should it show none, or stars, a new one is not noticed."""
    before = found.get("sink") or {}
    shown = str(before.get("httpAuthorization") or "").strip("*•.")
    lines = [
        field_diff(name, before.get(name), value)
        for name, value in sink.items()
        if name != "httpAuthorization" and before.get(name) != value
    ]
    lines += ["token: new value"] if shown and before["httpAuthorization"] != sink["httpAuthorization"] else []
    return (*lines, *([field_diff("status", "suspended", "active")] if found.get("status") == "suspended" else []))


def posted(tenant: Tenant, body: Json) -> None:
    tenant.post("log-streams", body)


def changed(tenant: Tenant, found: Json, sink: Json) -> None:
    """The sink is replaced whole, so what somebody added to it goes along."""
    awake = {"status": "active"} if found.get("status") == "suspended" else {}
    tenant.patch(f"log-streams/{found['id']}", {"sink": {**(found.get("sink") or {}), **sink}, **awake})
