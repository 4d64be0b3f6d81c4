"""Reading connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, JsonResponse

from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError
from demo_site.tenant.management.fields import selected

if TYPE_CHECKING:
    from demo_site.tenant.records import Connection, Json
    from demo_site.tenant.state import State


@endpoint("GET", "read:connections")
def read_all(request: HttpRequest, state: State) -> JsonResponse:
    """With ``take`` (checkpoint paging) the list comes in an object, else bare."""
    strategies, name = request.GET.getlist("strategy"), request.GET.get("name")
    found = [
        selected(_shown(item, state), request)
        for item in state.connections.values()
        if (not strategies or item.strategy in strategies) and name in (None, item.name)
    ]
    return JsonResponse({"connections": found} if "take" in request.GET else found, safe=False)


@endpoint("GET", "read:connections")
def read(request: HttpRequest, state: State, connection_id: str) -> JsonResponse:
    connection = state.connection_by_id(connection_id)
    if connection is None:
        raise ApiError(404, "The connection does not exist", "inexistent_connection")
    return JsonResponse(selected(_shown(connection, state), request))


def _shown(connection: Connection, state: State) -> Json:
    """Without a list of its own, a connection is enabled for every application of the seed."""
    return {
        "id": connection.id,
        "name": connection.name,
        "strategy": connection.strategy,
        "options": connection.options,
        "realms": [connection.name],
        "is_domain_connection": False,
        "enabled_clients": [name for name in state.clients if connection.is_enabled_for(name)],
    }
