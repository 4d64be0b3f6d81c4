"""The ways to a new password that begin with a sign-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from ..answers import next_of, to_authorize, to_ticket
from ..services import issue_ticket, state_of
from ..services.sessions import Stamp
from ..services.sign_ins import SignIn
from ..services.subjects import address_at_auth0
from ..services.tickets import may_have_ticket, needs_mail
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
        stamp, state = Stamp.from_session(request.session), state_of(request.user)  # type: ignore[arg-type]
        if state is not None and not needs_mail(state) and not may_have_ticket(state, stamp):
            return sign_in_again(request)
        return to_ticket(request, issue_ticket(request.user, proof=stamp), next_of(request))  # type: ignore[arg-type]


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Send off to re-authenticate as exactly this person, at the connection that holds the password."""
    address = address_at_auth0(request.user)  # type: ignore[arg-type]
    state = request.user.password_state  # type: ignore[union-attr]  # the read above needed it
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
