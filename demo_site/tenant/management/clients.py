"""Clients: the applications of the tenant. Secrets are for tokens with the scopes of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant.management import client_shape, connections, paging, query
from demo_site.tenant.management.access import endpoint, granted
from demo_site.tenant.management.errors import ApiError, invalid_body, no_content
from demo_site.tenant.management.fields import selected
from demo_site.tenant.management.payload import json_object, required
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Client

if TYPE_CHECKING:
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

READING = ("read:clients", "read:client_keys", "read:client_credentials", "read:client_summary")
SUMMARY = ("tenant", "client_id", "name", "app_type", "is_first_party", "logo_uri")
KEYS = ("client_secret", "encryption_key")
SECRET_LENGTH = 64


@endpoint("GET", *READING)
def read_all(request: HttpRequest, state: State) -> HttpResponse:
    """In a list each has the name of its tenant."""
    app_types = [name for name in request.GET.get("app_type", "").split(",") if name]
    first_party = query.flag(request, "is_first_party") if "is_first_party" in request.GET else None
    found = []
    for client in state.clients.values():
        item = {"tenant": "local", "global": False, **_shown(client, request, state)}
        meant = first_party in (None, item.get("is_first_party")) and not query.flag(request, "is_global")
        if meant and (not app_types or item.get("app_type") in app_types):
            found.append(_selected(item, request))
    return paging.by_number(request, "clients", found)


@endpoint("GET", *READING)
def read(request: HttpRequest, state: State, client_id: str) -> JsonResponse:
    return JsonResponse(selected(_shown(found(state, client_id), request, state), request))


@endpoint("POST", "create:clients")
def create(request: HttpRequest, state: State) -> JsonResponse:
    """The one answer that always has the secret."""
    body = json_object(request, client_shape.FIELDS)
    required(body, "name")
    client_shape.check(body, state)
    client = Client(opaque(), opaque(SECRET_LENGTH), body["name"])
    client.grant_types = list(client_shape.GRANT_TYPES[body.get("app_type")])
    client_shape.write(client, body)
    state.clients[client.client_id] = client
    return JsonResponse(client_shape.shown(client, with_secret=True), status=201)


@endpoint("PATCH", "update:clients", "update:client_keys", "update:client_credentials")
def update(request: HttpRequest, state: State, client_id: str) -> JsonResponse:
    body = json_object(request, client_shape.FIELDS)
    if not body:
        raise invalid_body("'Too few properties defined (0), minimum 1'")
    if body.keys() & set(KEYS) and "update:client_keys" not in granted(request, state):
        raise ApiError(403, "Insufficient scope, expected any of: update:client_keys", "insufficient_scope")
    client_shape.check(body, state)
    client = found(state, client_id)
    client_shape.write(client, body)
    return JsonResponse(_shown(client, request, state))


@endpoint("DELETE", "delete:clients")
def delete(_request: HttpRequest, state: State, client_id: str) -> HttpResponse:
    """204 also a second time (recorded)."""
    state.clients.pop(client_id, None)
    for connection in state.connections.values():
        if client_id in (connection.enabled_clients or []):
            connection.enabled_clients = [name for name in connection.enabled_clients or [] if name != client_id]
    return no_content()


@endpoint("POST", "update:client_keys")
def rotate_secret(_request: HttpRequest, state: State, client_id: str) -> JsonResponse:
    client = found(state, client_id)
    client.client_secret = opaque(SECRET_LENGTH)
    return JsonResponse(client_shape.shown(client, with_secret=True))


@endpoint("GET", "read:connections")
def read_connections(request: HttpRequest, state: State, client_id: str) -> HttpResponse:
    client = found(state, client_id)
    enabled = [item for item in state.connections.values() if item.is_enabled_for(client.client_id)]
    items = [connections.shown(item, state) for item in enabled]
    return paging.by_checkpoint(request, "connections", items)


def found(state: State, client_id: str) -> Client:
    client = state.clients.get(client_id)
    if client is None:
        raise ApiError(404, "The client does not exist", "inexistent_client")
    return client


def _shown(client: Client, request: HttpRequest, state: State) -> Json:
    """As much of it as the token may see."""
    scopes = granted(request, state)
    whole = client_shape.shown(client, with_secret=bool({"read:client_keys", "update:client_keys"} & scopes))
    if scopes & set(READING) == {"read:client_summary"}:
        return {name: whole[name] for name in SUMMARY if name in whole}
    return whole


def _selected(item: Json, request: HttpRequest) -> Json:
    """Recorded: whatever fields are asked for, the tenant's name comes too."""
    return {"tenant": item["tenant"]} | selected(item, request)
