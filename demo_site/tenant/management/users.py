"""Reading users: by id and by address, both immediately consistent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, JsonResponse

from demo_site.tenant.management import query
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.fields import selected
from demo_site.tenant.management.lookup import found_user

if TYPE_CHECKING:
    from demo_site.tenant.state import State


@endpoint("GET", "read:users")
def read(request: HttpRequest, state: State, user_id: str) -> JsonResponse:
    return JsonResponse(selected(found_user(state, user_id).profile, request))


@endpoint("GET", "read:users")
def by_email(request: HttpRequest, state: State) -> JsonResponse:
    query.check_names(request, ("email", "fields", "include_fields"))
    email = request.GET.get("email")
    if not email:
        raise query.invalid_query("Missing required property: email")
    found = [selected(user.profile, request) for user in state.users_with_email(email)]
    return JsonResponse(found, safe=False)
