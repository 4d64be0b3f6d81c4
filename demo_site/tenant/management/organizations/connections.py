"""Which connections an organization has, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant.management import paging
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, no_content
from demo_site.tenant.management.organizations import enabled_connections
from demo_site.tenant.management.organizations.views import found
from demo_site.tenant.management.payload import json_object

if TYPE_CHECKING:
    from demo_site.tenant.records import Connection, Organization
    from demo_site.tenant.state import State


@endpoint("GET", "read:organization_connections")
def read_all(request: HttpRequest, state: State, organization_id: str) -> HttpResponse:
    items = enabled_connections.listed(found(state, organization_id), state)
    return paging.by_number(request, "enabled_connections", items)


@endpoint("POST", "create:organization_connections")
def add(request: HttpRequest, state: State, organization_id: str) -> JsonResponse:
    organization = found(state, organization_id)
    body = json_object(request, enabled_connections.FIELDS)
    connection = enabled_connections.enable(organization, body, state)
    return JsonResponse(enabled_connections.shown(organization, connection), status=201)


@endpoint("GET", "read:organization_connections")
def read(_request: HttpRequest, state: State, organization_id: str, connection_id: str) -> JsonResponse:
    organization = found(state, organization_id)
    return JsonResponse(enabled_connections.shown(organization, _enabled(organization, connection_id, state)))


@endpoint("PATCH", "update:organization_connections")
def update(request: HttpRequest, state: State, organization_id: str, connection_id: str) -> JsonResponse:
    organization = found(state, organization_id)
    body = json_object(request, enabled_connections.CHANGEABLE)
    connection = _enabled(organization, connection_id, state)
    enabled_connections.change(organization, connection, body)
    return JsonResponse(enabled_connections.shown(organization, connection))


@endpoint("DELETE", "delete:organization_connections")
def remove(_request: HttpRequest, state: State, organization_id: str, connection_id: str) -> HttpResponse:
    organization = found(state, organization_id)
    connection = state.connection_by_id(connection_id)
    if connection and connection.name in organization.connections:
        organization.connections.remove(connection.name)
        organization.connection_settings.pop(connection.name, None)
    return no_content()


def _enabled(organization: Organization, connection_id: str, state: State) -> Connection:
    """Recorded without an errorCode."""
    connection = state.connection_by_id(connection_id)
    if connection is None or connection.name not in organization.connections:
        raise ApiError(404, "No connection found by that id")
    return connection
