"""Organizations themselves (recorded: go-auth0's TestOrganizationManager_*)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant import organizations
from demo_site.tenant.management import paging
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, inexistent_user, invalid_body, no_content
from demo_site.tenant.management.organizations import enabled_connections
from demo_site.tenant.management.payload import check_lengths, json_object, required
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Organization

if TYPE_CHECKING:
    from demo_site.tenant.management.payload import Fields
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

CHANGEABLE: Fields = {
    "name": str,
    "display_name": str,
    "branding": dict,
    "metadata": dict,
    "token_quota": (dict, type(None)),
}
FIELDS: Fields = {**CHANGEABLE, "enabled_connections": list}
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
LONGEST = {"name": 50, "display_name": 255}
READING = ("read:organizations", "read:organizations_summary")


@endpoint("GET", *READING)
def read_all(request: HttpRequest, state: State) -> HttpResponse:
    return paging.by_either(request, "organizations", [shown(item) for item in state.organizations.values()])


@endpoint("GET", *READING)
def read(_request: HttpRequest, state: State, organization_id: str) -> JsonResponse:
    return JsonResponse(shown(found(state, organization_id)))


@endpoint("GET", *READING)
def read_by_name(_request: HttpRequest, state: State, name: str) -> JsonResponse:
    return JsonResponse(shown(_known(organizations.by_name(state, name))))


@endpoint("GET", "read:organizations")
def read_of_user(request: HttpRequest, state: State, user_id: str) -> HttpResponse:
    if user_id not in state.users:
        raise inexistent_user()
    items = [shown(item) for item in state.organizations.values() if user_id in item.members]
    return paging.by_number(request, "organizations", items)


@endpoint("POST", "create:organizations")
def create(request: HttpRequest, state: State) -> JsonResponse:
    body = json_object(request, FIELDS)
    required(body, "name")
    _check(body, state)
    name = body.pop("name")
    organization = Organization(f"org_{opaque(16)}", name, body.pop("display_name", name))
    connections = body.pop("enabled_connections", None)
    organization.settings = body
    for item in connections or []:
        enabled_connections.enable(organization, item, state)
    state.organizations[organization.id] = organization
    listed = {} if connections is None else {"enabled_connections": enabled_connections.listed(organization, state)}
    return JsonResponse({**shown(organization), **listed}, status=201)


@endpoint("PATCH", "update:organizations")
def update(request: HttpRequest, state: State, organization_id: str) -> JsonResponse:
    body = json_object(request, CHANGEABLE)
    organization = found(state, organization_id)
    _check(body, state, organization)
    organization.name = body.pop("name", organization.name)
    organization.display_name = body.pop("display_name", organization.display_name)
    organization.settings = {
        name: value for name, value in (organization.settings | body).items() if value is not None
    }
    return JsonResponse(shown(organization))


@endpoint("DELETE", "delete:organizations")
def delete(_request: HttpRequest, state: State, organization_id: str) -> HttpResponse:
    """A second time 404 (recorded)."""
    del state.organizations[found(state, organization_id).id]
    return no_content()


def found(state: State, organization_id: str) -> Organization:
    return _known(state.organizations.get(organization_id))


def shown(organization: Organization) -> Json:
    own = {"id": organization.id, "name": organization.name, "display_name": organization.display_name}
    return own | organization.settings


def _known(organization: Organization | None) -> Organization:
    """Recorded without an errorCode."""
    if organization is None:
        raise ApiError(404, "No organization found by that id or name")
    return organization


def _check(body: Json, state: State, itself: Organization | None = None) -> None:
    check_lengths(body, LONGEST, never_empty=LONGEST)
    name = body.get("name")
    if name is None:
        return
    if not NAME.fullmatch(name):
        msg = f"'String does not match pattern {NAME.pattern}: {name}' on property name"
        raise invalid_body(msg)
    if organizations.by_name(state, name) not in (None, itself):
        raise ApiError(409, "An organization with this name already exists.", "organization_conflict")
