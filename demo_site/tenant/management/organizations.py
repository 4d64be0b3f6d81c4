"""Reading an organization, and adding members to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, inexistent_user, invalid_body
from demo_site.tenant.management.payload import json_object, required

if TYPE_CHECKING:
    from demo_site.tenant.records import Organization
    from demo_site.tenant.state import State

MEMBERS = {"members": list}


@endpoint("GET", "read:organizations", "read:organizations_summary")
def read(_request: HttpRequest, state: State, organization_id: str) -> JsonResponse:
    found = _found(state, organization_id)
    return JsonResponse({"id": found.id, "name": found.name, "display_name": found.display_name})


@endpoint("POST", "create:organization_members")
def add_members(request: HttpRequest, state: State, organization_id: str) -> HttpResponse:
    """204 without a body; somebody who is a member already stays one."""
    found = _found(state, organization_id)
    body = json_object(request, MEMBERS)
    required(body, "members")
    if not body["members"]:
        raise invalid_body("'Array is too short (0), minimum 1' on property members")
    if not all(isinstance(user_id, str) for user_id in body["members"]):
        raise invalid_body("'Expected type string' on property members")
    if not set(body["members"]) <= state.users.keys():
        raise inexistent_user()
    found.members = list(dict.fromkeys([*found.members, *body["members"]]))
    return HttpResponse(status=204, content_type="application/json; charset=utf-8")


def _found(state: State, organization_id: str) -> Organization:
    """Recorded: terraform-provider-auth0's TestAccDataSourceOrganization, without an errorCode."""
    found = state.organizations.get(organization_id)
    if found is None:
        raise ApiError(404, "No organization found by that id or name")
    return found
