"""What follows when somebody has proved who they are, to choose a new password."""

from __future__ import annotations

from typing import Any, NoReturn

from django.http import HttpRequest, HttpResponse
from social_core.exceptions import AuthSessionError

from ..gateway import Handover
from ..services import issue_ticket, state_of
from ..services.known_sessions import begin
from ..services.sessions import Stamp
from ..services.sign_ins import SignInAsked
from ..services.waiting import ChangeAsked
from .client import client_of
from .redirects import backend_of, leads_back, to_ticket, to_waiting


def to_change(request: HttpRequest, user: Any, stamp: Stamp, next_url: str) -> HttpResponse:
    """The fresh sign-in of whoever is signed in is their session's new one, and authorises one ticket.

    The ticket comes first: Django sends no cookie with a 5xx, so a session with a new key would be lost with it.
    """
    ticket = issue_ticket(user, proof=stamp) if leads_back(request) else None
    begin(user, request.session, stamp, client_of(request))
    request.session.cycle_key()
    if ticket is None:
        return to_waiting(request, ChangeAsked.now("tab", next_url))
    return to_ticket(request, ticket, next_url)


def pending(request: HttpRequest, state: str) -> SignInAsked:
    """What the trip was for that this browser's session has under way by that `state`. Uses nothing up. Raises
    `AuthSessionError` where there is none: whoever is handed over began elsewhere, or was here before."""
    backend = backend_of(request)
    trip = request.session.get(backend.transaction_key(state))
    if not isinstance(trip, dict):
        refuse(backend, "session_context_missing")
    wanted = backend.wanted = SignInAsked.from_session(trip.get("wanted"))
    request.__dict__["backend"] = backend  # pages for what goes wrong keep its `next`
    return wanted


def take_over(request: HttpRequest, handover: Handover) -> SignInAsked:
    """End the trip that somebody is handed over from, as the callback would: its `state` is this session's, and used
    up; it was for a change; they were asked again; and it is who and where they were.

    Raises social-auth's errors, as the callback does.
    """
    wanted = pending(request, handover.state)
    backend = backend_of(request)
    backend.data = {"state": handover.state}
    backend.validate_state()
    backend.validate_trip(
        {
            "iat": handover.issued_at.timestamp(),
            "auth_time": handover.authenticated_at.timestamp(),
            "org_id": handover.organization,
        }
    )
    if not wanted.for_change:
        refuse(backend, "state_mismatch")
    if wanted.subject not in {"", handover.subject} or not _nobody_else(request.user, handover.subject):
        refuse(backend, "user_mismatch")
    return wanted


def refuse(backend: Any, code: str) -> NoReturn:
    raise AuthSessionError(backend, code=code, stage="callback")


def _nobody_else(user: Any, subject: str) -> bool:
    state = state_of(user) if user.is_authenticated else None
    return not user.is_authenticated or (state is not None and state.subject == subject)
