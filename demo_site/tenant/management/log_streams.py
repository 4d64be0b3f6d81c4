"""Log streams over HTTP: create, read, change, delete. What carries the logs away is in pushes/streams.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant.clock import clock, seconds
from demo_site.tenant.logs import categories, obfuscation, writing
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, invalid_body, no_content
from demo_site.tenant.management.payload import checked, json_object, required
from demo_site.tenant.records import LogStream
from demo_site.tenant.records.logs import ACTIVE, PAUSED, SUSPENDED

if TYPE_CHECKING:
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

CHANGEABLE = {"name": str, "isPriority": bool, "filters": list, "pii_config": dict, "sink": dict}
FIELDS = {**CHANGEABLE, "type": str, "startFrom": str}
SINK = {
    "httpEndpoint": str,
    "httpAuthorization": str,
    "httpContentType": str,
    "httpContentFormat": str,
    "httpCustomHeaders": list,
}
FORMATS = ("JSONLINES", "JSONARRAY", "JSONOBJECT")
STATUSES = (ACTIVE, PAUSED, SUSPENDED)
PII = {"log_fields": list, "method": str, "algorithm": str}


@endpoint("POST", "create:log_streams")
def create(request: HttpRequest, state: State) -> JsonResponse:
    """200, and the authorization comes back as it was sent (recorded)."""
    body = json_object(request, FIELDS)
    required(body, "type", "sink")
    if body["type"] != "http":
        raise invalid_body("'No enum match for value: only http is played by the local tenant' on property type")
    _check(body)
    since = _moment(body.pop("startFrom")) if "startFrom" in body else None
    stream = LogStream(f"lst_{_number(state):016d}", {"isPriority": False, **body})
    stream.given.setdefault("name", stream.id)
    state.log_streams[stream.id] = stream
    if since is not None:
        _catch_up(state, stream, since)
    return JsonResponse(shown(stream))


@endpoint("GET", "read:log_streams")
def read_all(_request: HttpRequest, state: State) -> JsonResponse:
    return JsonResponse([shown(stream) for stream in state.log_streams.values()], safe=False)


@endpoint("GET", "read:log_streams")
def read(_request: HttpRequest, state: State, stream_id: str) -> JsonResponse:
    return JsonResponse(shown(_existing(state, stream_id)))


@endpoint("PATCH", "update:log_streams")
def update(request: HttpRequest, state: State, stream_id: str) -> JsonResponse:
    """A stream that is active again gets what it has missed."""
    body = json_object(request, {**CHANGEABLE, "status": str})
    stream = _existing(state, stream_id)
    _check(body)
    status = body.pop("status", stream.status)
    stream.given |= body
    if status == ACTIVE and stream.status != ACTIVE:
        stream.failing_since = None
        for push in state.pushes.values():
            if push.payload.get("stream_id") == stream.id:
                push.due_at = clock.now()
    stream.status = status
    return JsonResponse(shown(stream))


@endpoint("DELETE", "delete:log_streams")
def delete(_request: HttpRequest, state: State, stream_id: str) -> HttpResponse:
    """204 also for what is gone already (recorded)."""
    state.log_streams.pop(stream_id, None)
    return no_content()


def shown(stream: LogStream) -> Json:
    """In the order of the recordings."""
    given = stream.given
    head = {"id": stream.id, "name": given["name"], "type": given["type"], "status": stream.status}
    return head | {name: given[name] for name in ("sink", "filters", "isPriority", "pii_config") if name in given}


def _existing(state: State, stream_id: str) -> LogStream:
    stream = state.log_streams.get(stream_id)
    if stream is None:
        raise ApiError(404, "The log stream does not exist.")
    return stream


def _number(state: State) -> int:
    """One more than the highest there is."""
    return max((int(name.removeprefix("lst_")) for name in state.log_streams), default=0) + 1


def _check(body: Json) -> None:
    sink = checked(body.get("sink", {"httpEndpoint": ""}), SINK, "sink")
    required(sink, "httpEndpoint", path="sink")
    _check_choice(sink, "httpContentFormat", FORMATS, "sink.")
    _check_choice(body, "status", STATUSES)
    for item in sink.get("httpCustomHeaders", []):
        required(checked(item, {"header": str, "value": str}, "sink.httpCustomHeaders"), "header", "value")
    for item in body.get("filters", []):
        _check_choice(checked(item, {"type": str, "name": str}, "filters"), "name", tuple(sorted(categories.NAMES)))
    config = checked(body.get("pii_config", {}), PII, "pii_config")
    _check_choice(config, "method", ("mask", "hash"), "pii_config.")
    for name in config.get("log_fields", []):
        _check_choice({"log_fields": name}, "log_fields", tuple(obfuscation.FIELDS), "pii_config.")


def _check_choice(body: Json, name: str, choices: tuple[str, ...], path: str = "") -> None:
    if name in body and body[name] not in choices:
        msg = f"'No enum match for value: {body[name]}' on property {path}{name}"
        raise invalid_body(msg)


def _moment(text: Any) -> float:
    try:
        return seconds(text)
    except ValueError as error:
        raise invalid_body("'Object didn't pass validation for format date-time' on property startFrom") from error


def _catch_up(state: State, stream: LogStream, since: float) -> None:
    """The starting cursor: what was written from then on, as far as it is kept."""
    for log in list(state.logs.values()):
        if seconds(log.record["date"]) >= since:
            writing.offer(state, stream, log.record)
