"""/u/reset-password/mfa-otp-challenge: the code that comes before a new password, where an Action wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from demo_site.tenant.universal_login import mfa, transactions
from demo_site.tenant.universal_login.change import open_ticket
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.state import State


@require_http_methods(["GET", "POST"])
@with_state
def challenge(request: HttpRequest, state: State) -> HttpResponse:
    """Passed by the browser that gave the code, not by the link."""
    ticket, browser = open_ticket(request, state), transactions.browser_of(request)
    user = state.users[ticket.user_id]
    if mfa.is_asked_for_at_reset(state, ticket, browser):
        error = mfa.refusal(user, request.POST.get("code", "")) if request.method == "POST" else ""
        if request.method == "GET" or error:
            client = state.clients.get(ticket.client_id or "")
            return mfa.challenge(request, user, {"ticket": ticket.id}, client, error=error)
        ticket.challenged = browser
    response = HttpResponseRedirect(f"/u/reset-verify?ticket={ticket.id}")
    transactions.remember_browser(response, browser)
    return response
