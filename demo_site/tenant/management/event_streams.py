"""Event streams: kept as they come, nothing is sent to them (recorded: go-auth0's TestEventStreamManager_…)."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant.clock import clock, iso
from demo_site.tenant.management import paging
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, invalid_body, no_content
from demo_site.tenant.management.payload import checked, json_object, required
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Document

if TYPE_CHECKING:
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

FIELDS = {"name": str, "subscriptions": list, "destination": dict, "status": str}
DESTINATION = {"type": str, "configuration": dict}
DESTINATIONS = ("webhook", "eventbridge", "action")
STATUSES = ("enabled", "disabled")
ID_LENGTH = 22


@endpoint("POST", "create:event_streams")
def create(request: HttpRequest, state: State) -> JsonResponse:
    body = json_object(request, FIELDS)
    required(body, "subscriptions", "destination")
    _check(body)
    now = clock.now()
    stream = Document(f"est_{opaque(ID_LENGTH)}", {"status": "enabled", **body}, now, now)
    state.event_streams[stream.id] = stream
    return JsonResponse(_shown(stream), status=201)


@endpoint("GET", "read:event_streams")
def read_all(request: HttpRequest, state: State) -> JsonResponse:
    return paging.by_checkpoint(request, "eventStreams", [_shown(item) for item in state.event_streams.values()])


@endpoint("GET", "read:event_streams")
def read(_request: HttpRequest, state: State, stream_id: str) -> JsonResponse:
    return JsonResponse(_shown(_found(state, stream_id)))


@endpoint("PATCH", "update:event_streams")
def update(request: HttpRequest, state: State, stream_id: str) -> JsonResponse:
    body = json_object(request, FIELDS)
    _check(body)
    stream = _found(state, stream_id)
    stream.body |= body
    stream.updated_at = clock.now()
    return JsonResponse(_shown(stream))


@endpoint("DELETE", "delete:event_streams")
def delete(_request: HttpRequest, state: State, stream_id: str) -> HttpResponse:
    del state.event_streams[_found(state, stream_id).id]
    return no_content()


def _check(body: Json) -> None:
    destination = body.get("destination", {})
    checked(destination, DESTINATION, "destination")
    for name, value, known in (
        ("destination.type", destination.get("type", "webhook"), DESTINATIONS),
        ("status", body.get("status", "enabled"), STATUSES),
    ):
        if value not in known:
            msg = f"'No enum match for: {value}' on property {name}"
            raise invalid_body(msg)


def _shown(stream: Document) -> Json:
    """Of what the webhook is to be called with, only the method is told."""
    body = deepcopy(stream.body)
    configuration = body["destination"].get("configuration", {})
    if "webhook_authorization" in configuration:
        configuration["webhook_authorization"] = {"method": configuration["webhook_authorization"].get("method")}
    return {"id": stream.id, **body, "created_at": iso(stream.created_at), "updated_at": iso(stream.updated_at)}


def _found(state: State, stream_id: str) -> Document:
    stream = state.event_streams.get(stream_id)
    if stream is None:
        raise ApiError(404, "The event stream does not exist.")
    return stream
