"""Refresh tokens, one user's or by id: shown and revoked, never themselves. Only Enterprise plans have these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant.clock import clock, iso
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.entitlements import require_enterprise
from demo_site.tenant.management.errors import ApiError, inexistent_user, invalid_body, no_content
from demo_site.tenant.management.paging import by_checkpoint
from demo_site.tenant.management.payload import json_object
from demo_site.tenant.management.sessions import A_MOMENT_S, end_refresh_tokens
from demo_site.tenant.oidc import refresh_tokens

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, RefreshToken
    from demo_site.tenant.state import State

REVOCATION = {"ids": list, "user_id": str, "client_id": str, "audience": str}


@endpoint("GET", "read:refresh_tokens")
def read_of_user(request: HttpRequest, state: State, user_id: str) -> JsonResponse:
    """An empty list says so in a total (recorded: go-auth0's TestUserManager_ListRefreshTokens)."""
    require_enterprise(state)
    _check_user(state, user_id)
    found = [shown(item) for item in refresh_tokens.families(state).values() if item.user_id == user_id]
    return by_checkpoint(request, "tokens", found) if found else JsonResponse({"tokens": [], "total": 0})


@endpoint("DELETE", "delete:refresh_tokens")
def delete_of_user(_request: HttpRequest, state: State, user_id: str) -> JsonResponse:
    require_enterprise(state)
    _check_user(state, user_id)
    end_refresh_tokens(state, user_id)
    return JsonResponse({}, status=202)


@endpoint("GET", "read:refresh_tokens")
def read(_request: HttpRequest, state: State, token_id: str) -> JsonResponse:
    require_enterprise(state)
    found = refresh_tokens.families(state).get(token_id)
    if found is None:
        raise ApiError(404, "The refresh token does not exist.")
    return JsonResponse(shown(found))


@endpoint("DELETE", "delete:refresh_tokens")
def delete(_request: HttpRequest, state: State, token_id: str) -> HttpResponse:
    """204 where the other calls answer 202, also for an unknown one."""
    require_enterprise(state)
    refresh_tokens.end_family(state, token_id, clock.now() + A_MOMENT_S)
    return no_content()


@endpoint("POST", "delete:refresh_tokens")
def revoke(request: HttpRequest, state: State) -> JsonResponse:
    """Several at once: by id, or all of a user, an application or both."""
    require_enterprise(state)
    body = json_object(request, REVOCATION)
    if not body.keys() & {"ids", "user_id", "client_id"}:
        raise invalid_body("'Missing required property: ids'")
    for family, token in refresh_tokens.families(state).items():
        if _is_meant(family, token, body):
            refresh_tokens.end_family(state, family, clock.now() + A_MOMENT_S)
    return JsonResponse({}, status=202)


def shown(token: RefreshToken) -> Json:
    ends = {"idle_expires_at": token.idle_expires_at, "expires_at": token.expires_at}
    return {
        "id": token.id,
        "user_id": token.user_id,
        "created_at": iso(token.created_at),
        **{name: None if moment is None else iso(moment) for name, moment in ends.items()},
        "device": token.device,
        "client_id": token.client_id,
        "session_id": token.session_id,
        "rotating": token.rotating,
        "resource_servers": [{"audience": token.audience, "scopes": token.scope}] if token.audience else [],
        "last_exchanged_at": None if token.last_exchanged_at is None else iso(token.last_exchanged_at),
    }


def _is_meant(family: str, token: RefreshToken, body: Json) -> bool:
    if "ids" in body:
        return family in body["ids"]
    wanted = {name: body[name] for name in ("user_id", "client_id", "audience") if name in body}
    return all(getattr(token, name) == value for name, value in wanted.items())


def _check_user(state: State, user_id: str) -> None:
    if user_id not in state.users:
        raise inexistent_user()
