"""Who may call: a user's own token, for the ``/me/`` of this host, with the scope."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from demo_site.tenant import hosts
from demo_site.tenant.bodies import parsed
from demo_site.tenant.my_account.errors import ProblemError
from demo_site.tenant.oidc import access_tokens, audiences
from demo_site.tenant.pages.views import not_found
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Json, User
    from demo_site.tenant.state import State

P = ParamSpec("P")


def endpoint(
    scope: str,
) -> Callable[
    [Callable[Concatenate[HttpRequest, State, User, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponse],
]:
    """The view gets the user whose token it is."""

    def decorated(
        view: Callable[Concatenate[HttpRequest, State, User, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            with store.change() as state:
                if not state.plan.my_account_api:
                    return not_found(request)
                user = _user(request, state, scope)
                return view(request, state, user, *args, **kwargs)

        return guarded

    return decorated


def json_object(request: HttpRequest, *fields: str) -> Json:
    """The body, with texts in these fields and no others."""
    if request.content_type != "application/json":
        raise ProblemError(415, "The media type is not supported")
    try:
        body: Any = parsed(request.body)
    except ValueError as error:
        raise ProblemError(400, "The body is not valid JSON") from error
    if not isinstance(body, dict):
        raise ProblemError(400, "The body must be an object")
    for name, value in body.items():
        if name not in fields:
            raise ProblemError(400, "Additional properties not allowed", name)
        if not isinstance(value, str):
            raise ProblemError(400, "Expected type string", name)
    return body


def required(body: Json, *names: str) -> None:
    for name in names:
        if not body.get(name):
            raise ProblemError(400, "Missing required property", name)


def _user(request: HttpRequest, state: State, scope: str) -> User:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    issuer = hosts.issuer(request, state)
    token = access_tokens.signed(value, audiences.my_account(issuer), issuer) if scheme.lower() == "bearer" else None
    user = state.users.get(token.user_id) if token and access_tokens.is_alive(token) else None
    if token is None or user is None or user.blocked:
        raise ProblemError(401, "Invalid Token", title="Invalid Token")
    if scope not in token.scope.split():
        msg = f"Insufficient scope, expected: {scope}"
        raise ProblemError(403, msg, title="Insufficient Scope")
    return user
