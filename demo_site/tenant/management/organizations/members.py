"""Who belongs to an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse

from demo_site.tenant.management import paging
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import inexistent_user, invalid_body, no_content
from demo_site.tenant.management.fields import selected
from demo_site.tenant.management.organizations.views import found
from demo_site.tenant.management.payload import json_object, required

if TYPE_CHECKING:
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

MEMBERS = {"members": list}
SHOWN = ("user_id", "email", "picture", "name")


@endpoint("GET", "read:organization_members")
def read_all(request: HttpRequest, state: State, organization_id: str) -> HttpResponse:
    organization = found(state, organization_id)
    profiles = [state.users[user_id].profile for user_id in organization.members if user_id in state.users]
    items = [{name: profile[name] for name in SHOWN if name in profile} for profile in profiles]
    return paging.by_either(request, "members", items, key="user_id", show=lambda item: selected(item, request))


@endpoint("POST", "create:organization_members")
def add(request: HttpRequest, state: State, organization_id: str) -> HttpResponse:
    """204 without a body; somebody who is a member already stays one."""
    organization = found(state, organization_id)
    named = _named(request)
    if not set(named) <= state.users.keys():
        raise inexistent_user()
    organization.members = list(dict.fromkeys([*organization.members, *named]))
    return no_content()


@endpoint("DELETE", "delete:organization_members")
def remove(request: HttpRequest, state: State, organization_id: str) -> HttpResponse:
    organization = found(state, organization_id)
    named = set(_named(request))
    organization.members = [user_id for user_id in organization.members if user_id not in named]
    return no_content()


def _named(request: HttpRequest) -> list[str]:
    body: Json = json_object(request, MEMBERS)
    required(body, "members")
    if not body["members"]:
        raise invalid_body("'Array is too short (0), minimum 1' on property members")
    if not all(isinstance(user_id, str) for user_id in body["members"]):
        raise invalid_body("'Expected type string' on property members")
    members: list[str] = body["members"]
    return members
