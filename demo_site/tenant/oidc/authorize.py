"""GET /authorize: answer from the tenant's own session, or send the browser to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET

from demo_site.tenant.clock import clock
from demo_site.tenant.oidc import callback
from demo_site.tenant.oidc import request as wanted
from demo_site.tenant.oidc.errors import OAuthError
from demo_site.tenant.universal_login import sessions, transactions
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.records import Session, Transaction
    from demo_site.tenant.state import State


@require_GET
@with_state
def authorize(request: HttpRequest, state: State) -> HttpResponse:
    client = wanted.client_of(request.GET, state)
    redirect_uri = wanted.check_callback(client, request.GET.get("redirect_uri", ""))
    browser = transactions.browser_of(request)
    transaction = wanted.transaction_of(request.GET, client, redirect_uri, browser)
    try:
        wanted.check(transaction, request.GET, client, state)
        return _proceed(request, state, transaction)
    except OAuthError as error:
        return callback.failed(transaction, error)


def _proceed(request: HttpRequest, state: State, transaction: Transaction) -> HttpResponse:
    session = sessions.current(request, state)
    if session and _is_enough(session, transaction):
        return callback.succeeded(state, transaction, session)
    if "none" in transaction.prompt:
        raise OAuthError("login_required", "Login required")
    transactions.begin(state, transaction)
    response = HttpResponseRedirect(_first_page(state, transaction))
    transactions.remember_browser(response, transaction.browser)
    return response


def _is_enough(session: Session, transaction: Transaction) -> bool:
    """max_age compares with the age of the authentication (OpenID Connect Core §3.1.2.1)."""
    if {"login", "select_account"} & set(transaction.prompt):
        return False
    if transaction.connection not in (None, session.connection):
        return False
    age = clock.now() - session.auth_time
    return transaction.max_age is None or age < transaction.max_age


def _first_page(state: State, transaction: Transaction) -> str:
    """``connection`` skips the choice: a social one goes straight to the identity provider."""
    connection = state.connections.get(transaction.connection or "")
    page = "/u/login" if connection is None or connection.is_database else "/u/login/social"
    return f"{page}?state={transaction.id}"
