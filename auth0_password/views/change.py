"""The ways to a new password that begin with a sign-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from ..answers import next_of, to_authorize, to_ticket
from ..exceptions import ProofMissingError
from ..services import issue_ticket, state_of
from ..services.sessions import Stamp
from ..services.sign_ins import SignIn
from ..services.subjects import address_at_auth0
from .base import WayOutPage


class ReauthenticateView(WayOutPage):
    """Sign in again, then choose: Auth0 asks who it is although there is a session, and the callback proves it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        return sign_in_again(request)


class TicketView(WayOutPage):
    """Choose a new password right away; where the sign-in is not fresh any more, sign in again first."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            ticket = issue_ticket(request.user, proof=Stamp.from_session(request.session))  # type: ignore[arg-type]
        except ProofMissingError:
            return sign_in_again(request)
        return to_ticket(request, ticket, next_of(request))


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Send off to re-authenticate as exactly this person, at the connection that holds the password."""
    state = state_of(request.user)  # type: ignore[arg-type]
    if state is None or not state.subject:
        # Known here from before: whoever comes back is bound, and then asked for a new password with a fresh sign-in.
        return to_authorize(request, SignIn(next=next_of(request), prompt="login", max_age=0))
    address = address_at_auth0(request.user)  # type: ignore[arg-type]
    wanted = SignIn(
        next=next_of(request),
        prompt="login",
        max_age=0,
        connection=state.connection,
        login_hint=address,
        subject=state.subject,
        for_change=True,
    )
    return to_authorize(request, wanted)
