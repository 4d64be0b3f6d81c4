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
    oldest = clock.now() - KEPT_S
    state.transactions = {key: item for key, item in state.transactions.items() if item.created_at > oldest}
    state.transactions[transaction.id] = transaction


def resume(request: HttpRequest, state: State) -> Transaction:
    """The live transaction of this browser; expired, ended and foreign ones go to the default login route."""
    wanted = request.POST.get("state") or request.GET.get("state", "")
    transaction = state.transactions.get(wanted)
    if transaction is None:
        raise PageError(400, "invalid_request", "This sign-in page is not known here any more.")
    alive = clock.now() < transaction.created_at + LIFETIME_S and not transaction.done
    if not alive or transaction.browser != cookies.read(request, COOKIE):
        words = "This sign-in page has expired. Go back to the application and sign in again."
        route = login_route(state.clients.get(transaction.client_id), hosts.issuer(request, state))
        raise PageError(400, "invalid_request", words, go_to=route)
    return transaction
