"""The profile, and the page for somebody who must choose a new password."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ..answers import landing, next_of, to_page
from ..answers.redirects import SeeOther
from ..models import PasswordHome, PasswordState
from ..services import look, open_sessions, state_of, throttles, ways
from ..services.connections import connection_options
from ..services.sessions import Stamp
from ..services.tickets import may_have_ticket
from .base import Page, WayOutPage, show
from .sessions import just_told


class ProfileView(Page):
    """How this person signs in, how they can change their password, and where they are signed in."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        state = state_of(request.user)  # type: ignore[arg-type]  # signed in: Page sees to it
        return show(
            request,
            "profile",
            state=state,
            grace=_has_grace(state),
            has_password_here=state is not None and state.password_home == PasswordHome.DATABASE,
            lives_elsewhere=state is not None and state.password_home == PasswordHome.ELSEWHERE,
            provider=provider_name(state) if state else "",
            ways=ways(request.user, request.session),  # type: ignore[arg-type]
            by_code=connection_options().reset_by_code,
            fresh=False,
            sessions=open_sessions(request.user, request.session),  # type: ignore[arg-type]
            told=just_told(request),
            next=request.path,
        )


class RequiredView(WayOutPage):
    """Why a new password is needed, since when, and the way to it. Whoever needs none is sent on."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        state, next_url = state_of(request.user), next_of(request)  # type: ignore[arg-type]
        if state is None or not state.needs_reset:
            return SeeOther(landing(next_url))
        stamp = Stamp.from_session(request.session)
        return show(
            request,
            "required",
            state=state,
            grace=_has_grace(state),
            requirement=state.requirement,
            signed_in=stamp.signed_in_at if stamp else None,
            fresh=may_have_ticket(state, stamp),
            bound=bool(state.subject),
            ways=ways(request.user, request.session),  # type: ignore[arg-type]
            by_code=connection_options().reset_by_code,
            next=next_url,
            checked="checked" in request.GET,
        )


class CheckView(WayOutPage):
    """ "I have already changed it": ask Auth0 now. Leads on where it did change; says so where it did not."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        throttles.hit("check", request.user.pk)
        known, next_url = state_of(request.user), next_of(request)  # type: ignore[arg-type]
        state = look(request.user) if known and known.subject else known  # type: ignore[arg-type]
        if state and state.needs_reset:
            return to_page("required", next_url=next_url, checked="1")
        return SeeOther(landing(next_url))


def _has_grace(state: PasswordState | None) -> bool:
    """Whether a new password is required, but nothing is held back yet."""
    return state is not None and state.needs_reset and not state.blocks(timezone.now())


def provider_name(state: PasswordState) -> str:
    """What people call the provider that a user signs in with, other than by a password here: Google for
    `google-oauth2`; empty for a user of a database connection."""
    provider = state.subject.partition("|")[0]
    if provider == "auth0":
        return ""
    connection = state.connection if state.password_home == PasswordHome.ELSEWHERE else provider
    known = {"google-oauth2": "Google", "github": "GitHub", "windowslive": "Microsoft", "apple": "Apple"}
    return known.get(connection, connection)
