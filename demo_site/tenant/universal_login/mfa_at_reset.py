"""/u/reset-password/mfa-…: what comes before a new password, because an Action or a switch of the plan wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.views.decorators.http import require_GET, require_http_methods

from demo_site.tenant import tickets
from demo_site.tenant.actions import effects
from demo_site.tenant.factors import OTP
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.universal_login import challenges, mfa, reset_actions, transactions
from demo_site.tenant.universal_login.change import open_ticket
from demo_site.tenant.views import in_steps, with_state

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Ticket
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps


@require_http_methods(["GET", "POST"])
@in_steps
def challenge(request: HttpRequest, state: State, factor: str) -> Steps[HttpResponse]:
    """Passed by the browser that gave the code, not by the link."""
    ticket = _ticket(request, state)
    run = challenges.waiting(state, ticket.id, transactions.browser_of(request))
    if run is None:
        return _by_plan(request, state, ticket, factor)
    place = challenges.at_reset(state, ticket)
    page = challenges.ask(request, state, run, place, factor)
    if page is not None:
        return page
    run.methods.append(challenges.method_of(factor))
    if effects.next_challenge(run):
        return HttpResponseRedirect(challenges.page_of(run, place))
    return (yield from reset_actions.go_on(request, state, ticket, run))


@require_GET
@with_state
def choice(request: HttpRequest, state: State) -> HttpResponse:
    ticket = _ticket(request, state)
    run = challenges.waiting(state, ticket.id, transactions.browser_of(request))
    if run is None:
        raise PageError(400, "invalid_request", challenges.GONE)
    return challenges.choice(request, run, challenges.at_reset(state, ticket))


def _ticket(request: HttpRequest, state: State) -> Ticket:
    return open_ticket(state, request.POST.get("ticket") or request.GET.get("ticket", ""))


def _by_plan(request: HttpRequest, state: State, ticket: Ticket, factor: str) -> HttpResponse:
    browser = transactions.browser_of(request)
    user = state.users[ticket.user_id]
    if factor != OTP:
        raise PageError(400, "invalid_request", challenges.GONE)
    if mfa.is_asked_for_at_reset(state, ticket, browser):
        error = mfa.refusal(user, request.POST.get("code", "")) if request.method == "POST" else ""
        if request.method == "GET" or error:
            client = state.clients.get(ticket.client_id or "")
            return mfa.challenge(request, user, {"ticket": ticket.id}, client, error=error)
        ticket.challenged = browser
    response = HttpResponseRedirect(tickets.path_of(state, ticket))
    transactions.remember_browser(response, browser)
    return response
