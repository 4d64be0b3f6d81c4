"""The login route (Auth0 leads back to it) and signing out, here and at Auth0."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone

from ..answers import landing, next_of, to_auth0_logout, to_authorize
from ..answers.redirects import SeeOther
from ..conf import conf
from ..exceptions import ForeignLinkError
from ..services import state_of
from ..services.sessions import noted_change
from ..services.sign_ins import SignIn
from .base import OpenPage, show


class LoginView(OpenPage):
    """Auth0's default login route, and `LOGIN_URL` (Auth0: configure-default-login-routes).

    Everything in the query but `iss` and `next` is ignored: anybody can make such a link.
    """

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        _refuse_foreign(request)
        wanted = noted_change(request.session)
        if wanted is not None:
            return to_authorize(request, SignIn(next=wanted))
        next_url = next_of(request)
        if request.user.is_authenticated and not _is_blocked(request):
            return SeeOther(landing(next_url))
        if next_url and not request.user.is_authenticated:
            return show(request, "login", next=next_url, ended="ended" in request.GET)
        return to_authorize(request, SignIn(next=next_url, prompt="login"))

    def post(self, request: HttpRequest) -> HttpResponse:
        """The page's button."""
        return to_authorize(request, SignIn(next=next_of(request)))


class SignOutView(OpenPage):
    """Sign out of the site and of Auth0: otherwise "Not you?" would sign the same person in again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        through_auth0 = str(request.session.get(BACKEND_SESSION_KEY, "")).startswith("auth0_password.")
        logout(request)
        return (
            to_auth0_logout(request) if through_auth0 else SeeOther(resolve_url(settings.LOGOUT_REDIRECT_URL or "/"))
        )


def _refuse_foreign(request: HttpRequest) -> None:
    """Only a person's own navigation may come here, and only from our tenant (RFC 9207 for `iss`)."""
    issuer = request.GET.get("iss")
    if issuer is not None and issuer.rstrip("/") != conf.DOMAIN.url:
        raise ForeignLinkError("the issuer is not our tenant")
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        raise ForeignLinkError("not a navigation of its own")


def _is_blocked(request: HttpRequest) -> bool:
    state = state_of(request.user)  # type: ignore[arg-type]
    return state is not None and state.blocks(timezone.now())
