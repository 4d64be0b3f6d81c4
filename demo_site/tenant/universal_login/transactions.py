"""Runs through Universal Login: begun by /authorize, found again by ``state`` and the browser's cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant import hosts
from demo_site.tenant.clock import clock
from demo_site.tenant.opaque import opaque
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.universal_login import cookies
from demo_site.tenant.universal_login.login_route import login_route

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Transaction
    from demo_site.tenant.state import State

COOKIE = "browser"
LIFETIME_S = 3_600
# Ended ones are kept for a while: a page from one of them leads back to its application.
KEPT_S = 86_400


def browser_of(request: HttpRequest) -> str:
    return cookies.read(request, COOKIE) or opaque()


def remember_browser(response: HttpResponse, browser: str) -> None:
    cookies.write(response, COOKIE, browser)


def begin(state: State, transaction: Transaction) -> None:
    _forget_old(state)
    state.transactions[transaction.id] = transaction


def _forget_old(state: State) -> None:
    """The first is the oldest."""
    oldest = clock.now() - KEPT_S
    while state.transactions:
        first = next(iter(state.transactions.values()))
        if first.created_at > oldest:
            return
        del state.transactions[first.id]


def end_of_user(state: State, user_id: str) -> None:
    """Sign-ins under way, after the password: waiting for a second factor, or for an Action."""
    for transaction in state.transactions.values():
        if transaction.user_id == user_id:
            transaction.done = True


def resume(request: HttpRequest, state: State) -> Transaction:
    """The live transaction of this browser; expired, ended and foreign ones go to the default login route."""
    wanted = request.POST.get("state") or request.GET.get("state", "")
    transaction = state.transactions.get(wanted)
    if transaction is None:
        raise PageError(400, "invalid_request", "This sign-in page is not known here any more.")
    check_alive(request, state, transaction, foreign=transaction.browser != cookies.read(request, COOKIE))
    return transaction


def check_alive(request: HttpRequest, state: State, transaction: Transaction, *, foreign: bool = False) -> None:
    """One hour, pages and redirects together."""
    if foreign or transaction.done or clock.now() >= transaction.created_at + LIFETIME_S:
        words = "This sign-in page has expired. Go back to the application and sign in again."
        route = login_route(state.clients.get(transaction.client_id), hosts.issuer(request, state))
        raise PageError(400, "invalid_request", words, go_to=route)
