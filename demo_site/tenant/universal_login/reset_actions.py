"""Before a new password: through the tenant's Actions, and back to the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect

from demo_site.tenant import tickets
from demo_site.tenant.actions import post_challenge
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.universal_login import challenges, transactions

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Run, Ticket
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps


def begin(request: HttpRequest, state: State, ticket: Ticket) -> Steps[HttpResponse]:
    browser = transactions.browser_of(request)
    run = post_challenge.begin(state, ticket, browser)
    if run is None:
        return _passed(state, ticket, browser)
    response = yield from go_on(request, state, ticket, run)
    transactions.remember_browser(response, browser)
    return response


def go_on(request: HttpRequest, state: State, ticket: Ticket, run: Run) -> Steps[HttpResponse]:
    """A refusal is a page with the Action's words; the link stays as it is."""
    end = yield from post_challenge.play(request, state, ticket, run)
    if end.is_refused:
        raise PageError(403, "access_denied", end.words)
    if end.waits:
        page = challenges.next_page(end, run, challenges.at_reset(state, ticket))
        return HttpResponseRedirect(page)
    ticket.result_url = run.result_url
    return _passed(state, ticket, run.browser)


def _passed(state: State, ticket: Ticket, browser: str) -> HttpResponse:
    ticket.passed_by = browser
    response = HttpResponseRedirect(tickets.path_of(state, ticket))
    transactions.remember_browser(response, browser)
    return response
