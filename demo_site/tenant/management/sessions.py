"""Sessions, one user's or by id: shown, ended, revoked. Only Enterprise plans have these endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant.clock import clock, iso
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.entitlements import require_enterprise
from demo_site.tenant.management.errors import ApiError, inexistent_user, no_content
from demo_site.tenant.management.paging import by_checkpoint
from demo_site.tenant.management.payload import json_object
from demo_site.tenant.oidc import refresh_tokens
from demo_site.tenant.universal_login import sessions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from demo_site.tenant.records import Json, Session
    from demo_site.tenant.state import State

# Deleting is asynchronous at Auth0: what is deleted lives for a moment longer.
A_MOMENT_S = 1
REVOCATION = {"session_id": str, "preserve_refresh_tokens": bool}


@endpoint("GET", "read:sessions")
def read_of_user(request: HttpRequest, state: State, user_id: str) -> JsonResponse:
    require_enterprise(state)
    return by_checkpoint(request, "sessions", [shown(item) for item in _of_user(state, user_id)])


@endpoint("DELETE", "delete:sessions")
def delete_of_user(_request: HttpRequest, state: State, user_id: str) -> JsonResponse:
    require_enterprise(state)
    _end(_of_user(state, user_id))
    return JsonResponse({}, status=202)


@endpoint("GET", "read:sessions")
def read(_request: HttpRequest, state: State, session_id: str) -> JsonResponse:
    require_enterprise(state)
    return JsonResponse(shown(_found(state, session_id)))


@endpoint("DELETE", "delete:sessions")
def delete(_request: HttpRequest, state: State, session_id: str) -> JsonResponse:
    """An unknown one is answered alike."""
    require_enterprise(state)
    _end(item for item in _alive(state) if item.id == session_id)
    return JsonResponse({}, status=202)


@endpoint("POST", "delete:sessions", "delete:refresh_tokens")
def revoke(_request: HttpRequest, state: State, session_id: str) -> JsonResponse:
    """With the refresh tokens that belong to it."""
    require_enterprise(state)
    _revoke(state, [_found(state, session_id)], keep_refresh_tokens=False)
    return JsonResponse({}, status=202)


@endpoint("POST", "delete:sessions", "delete:refresh_tokens")
def revoke_access(request: HttpRequest, state: State, user_id: str) -> HttpResponse:
    """All sessions of a user, or one; all refresh tokens, or those of that session, or none."""
    require_enterprise(state)
    body = json_object(request, REVOCATION) if request.body else {}
    wanted = body.get("session_id")
    ended = [item for item in _of_user(state, user_id) if wanted in (None, item.id)]
    keep = body.get("preserve_refresh_tokens", False)
    _revoke(state, ended, keep_refresh_tokens=keep)
    if wanted is None and not keep:
        end_refresh_tokens(state, user_id)
    return no_content()


def end_refresh_tokens(state: State, user_id: str) -> None:
    for family, token in refresh_tokens.families(state).items():
        if token.user_id == user_id:
            refresh_tokens.end_family(state, family, clock.now() + A_MOMENT_S)


def shown(session: Session) -> Json:
    times = {
        "created_at": session.created_at,
        "updated_at": session.last_seen,
        "authenticated_at": session.auth_time,
        "idle_expires_at": sessions.idle_end(session),
        "expires_at": session.created_at + sessions.LIFETIME_S,
        "last_interacted_at": session.last_seen,
    }
    return {
        "id": session.id,
        "user_id": session.user_id,
        **{name: iso(moment) for name, moment in times.items()},
        "device": session.device,
        "clients": [{"client_id": client_id} for client_id in session.clients],
        "authentication": {"methods": session.methods},
        "cookie": {"mode": "persistent"},
    }


def _revoke(state: State, ended: list[Session], *, keep_refresh_tokens: bool) -> None:
    _end(ended)
    ids = {item.id for item in ended}
    for family, token in refresh_tokens.families(state).items():
        if token.session_id in ids and not keep_refresh_tokens:
            refresh_tokens.end_family(state, family, clock.now() + A_MOMENT_S)


def _end(ended: Iterable[Session]) -> None:
    for session in ended:
        session.ends_at = session.ends_at or clock.now() + A_MOMENT_S


def _of_user(state: State, user_id: str) -> list[Session]:
    if user_id not in state.users:
        raise inexistent_user()
    return [item for item in _alive(state) if item.user_id == user_id]


def _found(state: State, session_id: str) -> Session:
    found = next((item for item in _alive(state) if item.id == session_id), None)
    if found is None:
        raise ApiError(404, "The session does not exist.")
    return found


def _alive(state: State) -> list[Session]:
    return [item for item in state.sessions.values() if sessions.is_alive(item)]
