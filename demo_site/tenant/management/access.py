"""Who may call a Management API endpoint: a token of ours, for this API, alive, with a scope."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import jwt

from demo_site.tenant import hosts, keys
from demo_site.tenant.clock import clock
from demo_site.tenant.management.errors import ApiError, unauthorized
from demo_site.tenant.pages.views import not_found
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

P = ParamSpec("P")


def endpoint(
    method: str, *scopes: str
) -> Callable[
    [Callable[Concatenate[HttpRequest, State, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponse],
]:
    """Any of the scopes is enough. A method without an endpoint is a 404 at Auth0, not a 405."""

    def decorated(
        view: Callable[Concatenate[HttpRequest, State, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method != method:
                return not_found(request)
            alone = store.look if method == "GET" else store.change
            with alone() as state:
                check_scope(granted(request, state), scopes)
                return view(request, state, *args, **kwargs)

        return guarded

    return decorated


def by_method(**views: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """One address, one view per method."""

    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = views.get(request.method or "")
        return chosen(request, *args, **kwargs) if chosen else not_found(request)

    return view


def granted(request: HttpRequest, state: State) -> set[str]:
    """The token's scopes. It was issued by the host it is used at."""
    return set(_claims(request, hosts.issuer(request, state)).get("scope", "").split())


def _claims(request: HttpRequest, issuer: str) -> Json:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthorized("Missing authentication")
    try:
        claims = keys.verified(token, store.signing_keys, store.management_audience, issuer)
    except jwt.InvalidAudienceError as error:
        msg = f"Bad audience: {error}"
        raise unauthorized(msg) from error
    except jwt.PyJWTError as error:
        raise unauthorized("Invalid token") from error
    if claims["exp"] <= clock.now():
        raise unauthorized("Expired token received for JSON Web Token validation")
    return claims


def check_scope(given: set[str], scopes: tuple[str, ...]) -> None:
    if not given & set(scopes):
        words = f"Insufficient scope, expected any of: {','.join(scopes)}"
        raise ApiError(403, words, "insufficient_scope")
