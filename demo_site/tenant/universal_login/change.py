"""/u/reset-verify: the hosted page a ticket opens. Looking at it uses nothing up."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from demo_site.tenant import hosts, policy, tickets
from demo_site.tenant.actions import post_challenge
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.universal_login import mfa, reset_actions, transactions
from demo_site.tenant.universal_login.login_route import deviates, login_route
from demo_site.tenant.views import in_steps

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from demo_site.tenant.policy_rules import Rule
    from demo_site.tenant.records import Client, Json, Ticket
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps

MISMATCH = "The passwords do not match"
MISSING = "Enter the new password twice"
WRONG_CODE = "The code you entered is not the one from the message"
START_OVER = "To reset your password, return to the login page and select “Forgot password?” to send a new email."


@require_http_methods(["GET", "POST"])
@in_steps
def change(request: HttpRequest, state: State) -> Steps[HttpResponse]:
    ticket = open_ticket(state, request.POST.get("ticket") or request.GET.get("ticket", ""))
    browser = transactions.browser_of(request)
    if mfa.is_asked_for_at_reset(state, ticket, browser):
        return HttpResponseRedirect(f"/u/reset-password/mfa-otp-challenge?ticket={ticket.id}")
    if post_challenge.is_due(state, ticket, browser):
        return (yield from _through_actions(request, state, ticket))
    if request.method == "GET":
        return _form(request, state, ticket)
    mistake = _mistake(request.POST, ticket, browser)
    if mistake:
        return _form(request, state, ticket, error=mistake)
    password = request.POST["newPassword"]
    refused = tickets.use(state, ticket, password)
    if refused:
        return _form(request, state, ticket, error=refused.message, refused=password)
    return _changed(request, state, ticket)


def open_ticket(state: State, wanted: str) -> Ticket:
    ticket = state.tickets.get(wanted)
    if ticket is None or ticket.user_id not in state.users:
        raise PageError(400, "Invalid link", START_OVER)
    if ticket.status == "used":
        raise PageError(400, "Invalid link", f"This link can only be used once. {START_OVER}")
    if ticket.status == "voided" or tickets.is_expired(ticket):
        raise PageError(400, "Link expired", START_OVER)
    return ticket


def _through_actions(request: HttpRequest, state: State, ticket: Ticket) -> Steps[HttpResponse]:
    """They come after the first challenge: where the message has a code, a page asks for it before anything else."""
    sent = request.POST.get("code")
    if ticket.code is None or (sent is not None and _is_code(ticket, sent)):
        return (yield from reset_actions.begin(request, state, ticket))
    context = {"ticket": ticket.id, "error": "" if sent is None else WRONG_CODE}
    status = 200 if sent is None else 400
    return page(request, "reset_code.html", context, status=status, client=_client(state, ticket))


def _asks_code(ticket: Ticket, browser: str) -> bool:
    return ticket.code is not None and ticket.passed_by != browser


def _is_code(ticket: Ticket, sent: str) -> bool:
    return hmac.compare_digest(sent.strip().encode(), (ticket.code or "").encode())


def _mistake(sent: QueryDict, ticket: Ticket, browser: str) -> str:
    """What does not even reach the policy; empty if nothing is wrong."""
    if _asks_code(ticket, browser) and not _is_code(ticket, sent.get("code", "")):
        return WRONG_CODE
    password, again = sent.get("newPassword", ""), sent.get("confirmNewPassword", "")
    if not (password and again):
        return MISSING
    return MISMATCH if password != again else ""


def _form(request: HttpRequest, state: State, ticket: Ticket, error: str = "", refused: str = "") -> HttpResponse:
    options = state.connections[ticket.connection].options
    context = {
        "ticket": ticket.id,
        "by_code": _asks_code(ticket, transactions.browser_of(request)),
        "wrong_code": error == WRONG_CODE,
        "code": "" if error == WRONG_CODE else request.POST.get("code", ""),
        "email": _address(state, ticket),
        "organization": state.organizations.get(ticket.organization or ""),
        "rules": [_shown(rule, refused) for rule in policy.strength_rules(options)],
        "other_rules": policy.other_rules(options),
        "error": error,
    }
    client = _client(state, ticket)
    return page(request, "change.html", context, status=400 if error else 200, client=client)


def _address(state: State, ticket: Ticket) -> str | None:
    user = state.users[ticket.user_id]
    identity = user.identity_named(ticket.identity)
    return user.address_of(identity) if identity else None


def _shown(rule: Rule, refused: str) -> Json:
    """After a refusal, which lines of the policy did not hold."""
    return {"text": rule.text, "items": rule.items, "unmet": bool(refused) and not rule.holds(refused)}


def _changed(request: HttpRequest, state: State, ticket: Ticket) -> HttpResponse:
    if ticket.result_url:
        return HttpResponseRedirect(ticket.result_url)
    client = _client(state, ticket)
    route = login_route(client, hosts.issuer(request, state))
    context = {"route": route, "deviates": bool(route) and deviates(client)}
    return page(request, "changed.html", context, client=client)


def _client(state: State, ticket: Ticket) -> Client | None:
    return state.clients.get(ticket.client_id or "")
