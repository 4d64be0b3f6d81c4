"""/u/mfa-otp-challenge: the code that a sign-in asks for after the password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_http_methods

from demo_site.tenant.oidc import callback
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.universal_login import mfa, progress, sessions, transactions
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Transaction, User
    from demo_site.tenant.state import State


@require_http_methods(["GET", "POST"])
@with_state
def challenge(request: HttpRequest, state: State) -> HttpResponse:
    transaction = transactions.resume(request, state)
    user = state.users.get(transaction.user_id or "")
    if user is None or user.otp_secret is None:
        raise PageError(400, "invalid_request", "This sign-in page is not known here any more.")
    error = mfa.refusal(user, request.POST.get("code", "")) if request.method == "POST" else ""
    if request.method == "GET" or error:
        client = state.clients.get(transaction.client_id)
        return mfa.challenge(request, user, {"state": transaction.id}, client, error=error)
    transaction.mfa = True
    return _passed(request, state, transaction, user)


def _passed(request: HttpRequest, state: State, transaction: Transaction, user: User) -> HttpResponse:
    """The sign-in is complete, or a session from before is stepped up and keeps its auth_time."""
    identity = user.identity_named(transaction.identity) if transaction.identity else None
    if identity is not None:
        return progress.signed_in(request, state, transaction, user, identity)
    session = sessions.current(request, state)
    if session is None or session.user_id != user.user_id:
        raise PageError(400, "invalid_request", "You are not signed in any more.")
    session.mfa = True
    return callback.succeeded(state, transaction, session)
