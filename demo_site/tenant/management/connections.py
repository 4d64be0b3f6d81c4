"""Connections: reading them, and which applications they are enabled for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant.bodies import parsed
from demo_site.tenant.management import paging
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, invalid_body, no_content
from demo_site.tenant.management.fields import selected
from demo_site.tenant.management.payload import checked, required

if TYPE_CHECKING:
    from demo_site.tenant.records import Connection, Json
    from demo_site.tenant.state import State

ENABLED = {"client_id": str, "status": bool}


@endpoint("GET", "read:connections")
def read_all(request: HttpRequest, state: State) -> HttpResponse:
    """With ``take`` (checkpoint paging) the list comes in an object, else bare."""
    strategies, name = request.GET.getlist("strategy"), request.GET.get("name")
    items = [
        shown(item, state)
        for item in state.connections.values()
        if (not strategies or item.strategy in strategies) and name in (None, item.name)
    ]
    return paging.by_either(request, "connections", items, show=lambda item: _selected(item, request))


@endpoint("GET", "read:connections")
def read(request: HttpRequest, state: State, connection_id: str) -> JsonResponse:
    return JsonResponse(_selected(shown(found(state, connection_id), state), request))


@endpoint("GET", "read:connections")
def read_clients(request: HttpRequest, state: State, connection_id: str) -> HttpResponse:
    enabled = shown(found(state, connection_id), state)["enabled_clients"]
    items = [{"client_id": client_id} for client_id in enabled]
    return paging.by_checkpoint(request, "clients", items, key="client_id")


@endpoint("PATCH", "update:connections")
def update_clients(request: HttpRequest, state: State, connection_id: str) -> HttpResponse:
    """An array, and 204 (recorded)."""
    try:
        body = parsed(request.body)
    except ValueError as error:
        raise invalid_body("'Invalid request payload JSON format'") from error
    if not isinstance(body, list) or not body:
        raise invalid_body("'Expected type array'")
    connection = found(state, connection_id)
    enabled = dict.fromkeys(shown(connection, state)["enabled_clients"])
    for index, item in enumerate(body):
        checked(item, ENABLED, f"[{index}]")
        required(item, "client_id", "status", path=f"[{index}]")
        if item["client_id"] not in state.clients:
            raise ApiError(400, "The client does not exist", "inexistent_client")
        enabled |= {item["client_id"]: None}
        if not item["status"]:
            del enabled[item["client_id"]]
    connection.enabled_clients = list(enabled)
    return no_content()


def found(state: State, connection_id: str) -> Connection:
    connection = state.connection_by_id(connection_id)
    if connection is None:
        raise ApiError(404, "The connection does not exist", "inexistent_connection")
    return connection


def shown(connection: Connection, state: State) -> Json:
    """Without a list of its own, a connection is enabled for every application of the seed."""
    return {
        "id": connection.id,
        "name": connection.name,
        "strategy": connection.strategy,
        "options": connection.options,
        "realms": [connection.name],
        "is_domain_connection": False,
        **connection.settings,
        "enabled_clients": [name for name in state.clients if connection.is_enabled_for(name)],
    }


def _selected(item: Json, request: HttpRequest) -> Json:
    """Recorded: ``is_domain_connection`` comes whatever fields are asked for."""
    chosen = selected(item, request)
    is_choice = "fields" in request.GET and request.GET.get("include_fields") != "false"
    return chosen | ({"is_domain_connection": item["is_domain_connection"]} if is_choice else {})
