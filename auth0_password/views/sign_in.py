"""The login route (Auth0 leads back to it) and signing out, here and at Auth0."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone

from ..answers import landing, next_of, to_auth0_logout, to_authorize
from ..answers.redirects import SeeOther
from ..conf import BACKEND, conf
from ..exceptions import ForeignLinkError
from ..services import state_of
from ..services.sessions import ENDED_KEY, noted_change
from ..services.sign_ins import SignIn
from .base import OpenPage, show

SENT_ON_KEY = "_auth0_password_sent_on"
"""Where a signed-in person who came to sign in was sent on to, last."""


class LoginView(OpenPage):
    """Auth0's default login route, and `LOGIN_URL` (Auth0: configure-default-login-routes).

    Everything in the query but `iss` and `next` is ignored: anybody can make such a link.
    """

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        _refuse_foreign(request)
        wanted, next_url = noted_change(request.session), next_of(request)
        if request.session.pop(ENDED_KEY, False):
            return show(request, "login", next=next_url or wanted or "/", ended=True)
        if wanted is not None:
            return to_authorize(request, SignIn(next=wanted))
        if not request.user.is_authenticated:
            return self._stranger(request, next_url)
        if _is_blocked(request):
            return to_authorize(request, SignIn(next=next_url, prompt="login"))
        return self._member(request, next_url)

    def post(self, request: HttpRequest) -> HttpResponse:
        """The page's button."""
        return to_authorize(request, SignIn(next=next_of(request)))

    @staticmethod
    def _stranger(request: HttpRequest, next_url: str) -> HttpResponse:
        """From a closed page: a page with one button. From anywhere else: no silent sign-in by somebody's link."""
        if next_url:
            return show(request, "login", next=next_url)
        return to_authorize(request, SignIn(prompt="login"))

    @staticmethod
    def _member(request: HttpRequest, next_url: str) -> HttpResponse:
        """Straight on; but whoever is sent back here from the same page at once has no access to it."""
        if next_url and request.session.get(SENT_ON_KEY) == next_url:
            del request.session[SENT_ON_KEY]
            return show(request, "no_access", next=next_url, status=403)
        if next_url:
            request.session[SENT_ON_KEY] = next_url
        return SeeOther(landing(next_url))


class SignOutView(OpenPage):
    """Sign out of the site and of Auth0: otherwise "Not you?" would sign the same person in again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        # Without a session here there may still be one at Auth0: that of a sign-in which was not completed.
        backend = request.session.get(BACKEND_SESSION_KEY, BACKEND)
        logout(request)
        return (
            to_auth0_logout(request)
            if backend == BACKEND
            else SeeOther(resolve_url(settings.LOGOUT_REDIRECT_URL or "/"))
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
