"""/u/mfa-…: what a sign-in asks for after the password, because an Action or a switch of the plan wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.views.decorators.http import require_GET, require_http_methods

from demo_site.tenant.actions import effects
from demo_site.tenant.factors import OTP
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.universal_login import challenges, mfa, progress, sessions, transactions
from demo_site.tenant.views import in_steps, with_state

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Run, Transaction, User
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps


@require_http_methods(["GET", "POST"])
@in_steps
def challenge(request: HttpRequest, state: State, factor: str) -> Steps[HttpResponse]:
    transaction = transactions.resume(request, state)
    run = challenges.waiting(state, transaction.id, transaction.browser)
    if run is None:
        return (yield from _by_plan(request, state, transaction, factor))
    place = challenges.at_sign_in(state, transaction)
    page = challenges.ask(request, state, run, place, factor)
    if page is not None:
        return page
    _note(state, transaction, run, factor)
    if effects.next_challenge(run):
        return HttpResponseRedirect(challenges.page_of(run, place))
    return (yield from progress.go_on(request, state, transaction, run))


@require_GET
@with_state
def choice(request: HttpRequest, state: State) -> HttpResponse:
    transaction = transactions.resume(request, state)
    run = challenges.waiting(state, transaction.id, transaction.browser)
    if run is None:
        raise PageError(400, "invalid_request", challenges.GONE)
    return challenges.choice(request, run, challenges.at_sign_in(state, transaction))


def _note(state: State, transaction: Transaction, run: Run, factor: str) -> None:
    transaction.mfa = True
    session = state.sessions.get(run.session)
    if session is not None:
        challenges.note(session, factor)


def _by_plan(request: HttpRequest, state: State, transaction: Transaction, factor: str) -> Steps[HttpResponse]:
    user = state.users.get(transaction.user_id or "")
    if user is None or user.otp_secret is None or factor != OTP:
        raise PageError(400, "invalid_request", "This sign-in page is not known here any more.")
    error = mfa.refusal(user, request.POST.get("code", "")) if request.method == "POST" else ""
    if request.method == "GET" or error:
        client = state.clients.get(transaction.client_id)
        return mfa.challenge(request, user, {"state": transaction.id}, client, error=error)
    transaction.mfa = True
    return (yield from _passed(request, state, transaction, user))


def _passed(request: HttpRequest, state: State, transaction: Transaction, user: User) -> Steps[HttpResponse]:
    """The sign-in is complete, or a session from before is stepped up and keeps its auth_time."""
    identity = user.identity_named(transaction.identity) if transaction.identity else None
    if identity is not None:
        return (yield from progress.signed_in(request, state, transaction, user, identity))
    session = sessions.current(request, state)
    if session is None or session.user_id != user.user_id:
        raise PageError(400, "invalid_request", "You are not signed in any more.")
    challenges.note(session, OTP)
    return (yield from progress.completed(request, state, transaction, sessions.key_of(request)))
