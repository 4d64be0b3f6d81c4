"""The ways to a new password that begin with a sign-in, and the one that begins with a mail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from ..answers import leads_back, next_of, to_authorize, to_ticket, to_waiting
from ..exceptions import ProofMissingError
from ..services import issue_ticket, send_change_email, state_of
from ..services.sessions import Stamp
from ..services.sign_ins import MULTI_FACTOR, SignInAsked
from ..services.subjects import address_at_auth0
from ..services.tickets import breach_since
from ..services.waiting import ChangeAsked
from .base import WayOutPage, only_if_named


class ReauthenticateView(WayOutPage):
    """Sign in again, then choose: Auth0 asks who it is although there is a session, and the callback proves it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        only_if_named("reauthenticate")
        return sign_in_again(request)


class TicketView(WayOutPage):
    """Choose a new password right away; where the sign-in is not fresh any more, sign in again first."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        only_if_named("reauthenticate")
        if not leads_back(request) and "tab" not in request.POST:
            return to_waiting(request, ChangeAsked.now("tab", next_of(request)))
        try:
            ticket = issue_ticket(request.user, proof=Stamp.from_session(request.session))  # type: ignore[arg-type]
        except ProofMissingError:
            return sign_in_again(request)
        return to_ticket(request, ticket, next_of(request))


class EmailView(WayOutPage):
    """Have Auth0 mail a link, and wait for what comes of it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        only_if_named("email_link")
        stamp = Stamp.from_session(request.session)
        mail = send_change_email(request.user, organization=stamp.org if stamp else "")  # type: ignore[arg-type]
        again_at = mail.again_at.timestamp() if mail.again_at else 0
        asked = ChangeAsked.now("mail", next_of(request), address=mail.address, again_at=again_at, sure=mail.sure)
        return to_waiting(request, asked)


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Send off to re-authenticate as exactly this person, at the connection that holds the password."""
    state, stamp = state_of(request.user), Stamp.from_session(request.session)  # type: ignore[arg-type]
    if state is None or not state.subject:
        # Known here from before: whoever comes back is bound, and then asked for a new password with a fresh sign-in.
        return to_authorize(request, SignInAsked(next=next_of(request), prompt="login", max_age=0))
    address = address_at_auth0(request.user)  # type: ignore[arg-type]
    wanted = SignInAsked(
        next=next_of(request),
        prompt="login",
        max_age=0,
        connection=state.connection,
        login_hint=address,
        subject=state.subject,
        organization=stamp.org if stamp else "",
        acr_values=MULTI_FACTOR if breach_since(state) else "",
        for_change=True,
        again="again" in request.POST,
    )
    return to_authorize(request, wanted)
