"""User blocks of brute-force protection, by identifier or by user. ``blocked: false`` at a user lifts none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant.attack_protection import brute_force
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, no_content
from demo_site.tenant.management.lookup import found_user

if TYPE_CHECKING:
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State


@endpoint("GET", "read:users")
def read_by_identifier(request: HttpRequest, state: State) -> JsonResponse:
    return JsonResponse(_shown(state, [(None, _identifier(request))]))


@endpoint("DELETE", "update:users")
def delete_by_identifier(request: HttpRequest, state: State) -> HttpResponse:
    brute_force.lift(state, [(None, _identifier(request))])
    return no_content()


@endpoint("GET", "read:users")
def read(_request: HttpRequest, state: State, user_id: str) -> JsonResponse:
    return JsonResponse(_shown(state, brute_force.names_of(found_user(state, user_id))))


@endpoint("DELETE", "update:users")
def delete(_request: HttpRequest, state: State, user_id: str) -> HttpResponse:
    user = found_user(state, user_id)
    brute_force.lift(state, brute_force.names_of(user), user)
    return no_content()


def _shown(state: State, names: list[tuple[str | None, str]]) -> Json:
    """Without an address where all addresses count together."""
    return {
        "blocked_for": [
            {"identifier": item.identifier, **({"ip": item.ip} if item.ip else {}), "connection": item.connection}
            for item in brute_force.blocks_of(state, names).values()
        ]
    }


def _identifier(request: HttpRequest) -> str:
    identifier = request.GET.get("identifier")
    if not identifier:
        words = "Query validation error: 'Missing required property: identifier'."
        raise ApiError(400, words, "invalid_query_string")
    return identifier
