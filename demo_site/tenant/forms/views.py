"""/u/form and /u/reset-password/form: a form that an Action has rendered, at sign-in and before a new password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from demo_site.tenant.actions import events
from demo_site.tenant.forms import flows, journey, opening, pages
from demo_site.tenant.forms.failures import NONE, FlowError, FormError
from demo_site.tenant.forms.visit import Visit
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.universal_login import challenges, progress, reset_actions, transactions
from demo_site.tenant.universal_login.change import open_ticket
from demo_site.tenant.views import in_steps

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Client, Json, Run
    from demo_site.tenant.state import State
    from demo_site.tenant.universal_login.challenges import Place
    from demo_site.tenant.views import Steps


@require_http_methods(["GET", "POST"])
@in_steps
def at_sign_in(request: HttpRequest, state: State) -> Steps[HttpResponse]:
    """A flow may have ended the sign-in, by a new password."""
    transaction = transactions.resume(request, state)
    run = _waiting(state, transaction.id, transaction.browser)
    organization = state.organizations.get(transaction.organization or "")
    more = {"organization": events.organization_of(organization), "transaction": {"state": transaction.id}}
    place = challenges.at_sign_in(state, transaction)
    answer = _answer(request, _visit(request, state, run, place.client, more), place)
    transactions.check_alive(request, state, transaction)
    if answer is not None:
        return answer
    return (yield from progress.go_on(request, state, transaction, run))


@require_http_methods(["GET", "POST"])
@in_steps
def at_reset(request: HttpRequest, state: State) -> Steps[HttpResponse]:
    ticket = open_ticket(state, request.GET.get("ticket", ""))
    run = _waiting(state, ticket.id, transactions.browser_of(request))
    organization = state.organizations.get(ticket.organization or "")
    place = challenges.at_reset(state, ticket)
    more = {"organization": events.organization_of(organization)}
    answer = _answer(request, _visit(request, state, run, place.client, more), place)
    if answer is not None:
        return answer
    return (yield from reset_actions.go_on(request, state, ticket, run))


def _waiting(state: State, subject: str, browser: str) -> Run:
    run = opening.waiting(state, subject, browser)
    if run is None or run.user_id not in state.users:
        raise PageError(400, "invalid_request", challenges.GONE)
    return run


def _visit(request: HttpRequest, state: State, run: Run, client: Client | None, more: Json) -> Visit:
    wanted = request.headers.get("Accept-Language", "").split(",")
    languages = [word.partition(";")[0].strip().partition("-")[0].lower() for word in wanted]
    user = events.user_of(state, state.users[run.user_id])
    del user["enrolledFactors"]
    named = {"client_id": client.client_id, "name": client.name} if client else {}
    context = {"user": user, "client": named, "tenant": {"name": events.TENANT}}
    return Visit(state, run, context | events.present(**more), languages)


def _answer(request: HttpRequest, visit: Visit, place: Place) -> HttpResponse | None:
    """The page to show; none once the form is done and the Actions go on."""
    mistakes, address = NONE, place.address(challenges.FORM)
    try:
        if not visit.trail:
            journey.begin(visit)
        elif request.method == "POST":
            mistakes = journey.submit(visit, request.POST.get("step", ""), request.POST)
        if visit.run.form["over"]:
            return _ended(visit)
        if request.method == "POST" and not mistakes:
            return HttpResponseRedirect(address)
        return pages.step(request, visit, place, address, mistakes)
    except (FormError, FlowError) as error:
        raise PageError(400, "form_error", str(error)) from error


def _ended(visit: Visit) -> HttpResponse | None:
    """The ending's own flow changes nothing any more for the person, whatever comes of it."""
    ending = visit.form.get("ending") or {"resume_flow": True}
    after = (ending.get("after_submit") or {}).get("flow_id")
    if after:
        _play_after(visit, after)
    redirection = ending.get("redirection") or {}
    if not ending.get("resume_flow") and redirection.get("target"):
        return HttpResponseRedirect(visit.scope().text(redirection["target"]))
    visit.run.prompt, visit.run.form = visit.prompt(), {}
    return None


def _play_after(visit: Visit, flow_id: str) -> None:
    try:
        flows.run(visit, flow_id)
    except FlowError:
        return
