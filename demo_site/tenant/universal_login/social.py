"""A plain stand-in for a social identity provider: pick who you are, no password asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from demo_site.tenant.opaque import opaque
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.pages.tags import provider
from demo_site.tenant.universal_login import cookies, progress, transactions
from demo_site.tenant.views import in_steps

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Connection, Json, Transaction, User
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps

COOKIE = "google"


@require_http_methods(["GET", "POST"])
@in_steps
def begin(request: HttpRequest, state: State) -> Steps[HttpResponse]:
    """Hand over to the provider. Its own session answers at once, and renews auth_time without asking."""
    transaction = transactions.resume(request, state)
    connection = _connection(request, state, transaction)
    user = state.users.get(state.upstream_sessions.get(cookies.read(request, COOKIE), ""))
    identity = user.identity_in(connection.name) if user else None
    if user and identity and "select_account" not in transaction.prompt:
        return (yield from progress.authenticated(request, state, transaction, user, identity))
    return HttpResponseRedirect(f"/stand-in/{connection.name}?state={transaction.id}")


@require_http_methods(["GET", "POST"])
@in_steps
def choose(request: HttpRequest, state: State, connection: str) -> Steps[HttpResponse]:
    transaction = transactions.resume(request, state)
    people = list(state.users_of(connection))
    chosen = next((user for user in people if user.user_id == request.POST.get("user_id")), None)
    if request.method == "POST" and chosen is not None:
        return (yield from _signed_in(request, state, transaction, chosen, connection))
    client = state.clients.get(transaction.client_id)
    name = provider(connection)
    shown = [_as_the_provider_knows(user, connection) for user in people]
    return page(request, "stand_in.html", {"state": transaction.id, "people": shown, "name": name}, client=client)


def _as_the_provider_knows(user: User, connection: str) -> Json:
    """A linked identity has a name and an address of its own."""
    identity = user.identity_in(connection) or {}
    name = identity.get("profileData", user.profile)["name"]
    return {"user_id": user.user_id, "name": name, "email": user.address_of(identity) or ""}


def end_upstream(request: HttpRequest, response: HttpResponse, state: State) -> None:
    state.upstream_sessions.pop(cookies.read(request, COOKIE), None)
    cookies.remove(response, COOKIE)


def _signed_in(
    request: HttpRequest, state: State, transaction: Transaction, user: User, connection: str
) -> Steps[HttpResponse]:
    identity = user.identity_in(connection) or {}
    response = yield from progress.authenticated(request, state, transaction, user, identity)
    cookie = opaque()
    state.upstream_sessions[cookie] = user.user_id
    cookies.write(response, COOKIE, cookie)
    return response


def _connection(request: HttpRequest, state: State, transaction: Transaction) -> Connection:
    name = request.POST.get("connection") or transaction.connection or ""
    connection = state.connections.get(name)
    if connection is None or connection.is_database:
        raise PageError(400, "invalid_request", "the connection was not found")
    return connection
