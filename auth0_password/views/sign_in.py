"""The login route (Auth0 leads back to it) and signing out, here and at Auth0."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone

from ..answers import landing, next_of, note_asked, to_auth0_logout, to_authorize, to_page, why_ended
from ..answers.redirects import SeeOther
from ..conf import BACKEND, conf
from ..exceptions import ForeignLinkError
from ..services import handover, state_of
from ..services.sessions import ENDED_KEY
from ..services.sign_ins import SignInAsked
from ..services.waiting import ChangeAsked, forget_change, noted_change
from .base import OpenPage, show

COOKIES, COOKIE_TEST = "cookies", "auth0_password_cookies"
"""Set in the query, and as a cookie, for a browser that came without any."""

SENT_ON_KEY = "_auth0_password_sent_on"
"""Where a signed-in person who came to sign in was sent on to, last."""


class LoginView(OpenPage):
    """Auth0's default login route, and `LOGIN_URL` (Auth0: configure-default-login-routes).

    Everything in the query but `iss` and `next` is ignored: anybody can make such a link.
    """

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        _refuse_foreign(request)
        asked, next_url = noted_change(request.session), next_of(request)
        why = request.session.pop(ENDED_KEY, "")
        if why:
            return login_page(request, next_url or (asked.next if asked else ""), ended=why)
        if asked is not None:
            return to_authorize(request, SignInAsked(next=next_url or asked.next, organization=asked.organization))
        if not request.user.is_authenticated:
            return self._stranger(request, next_url)
        if _is_blocked(request):
            return to_authorize(request, SignInAsked(next=next_url, prompt="login"))
        return self._member(request, next_url)

    def post(self, request: HttpRequest) -> HttpResponse:
        """The page's button; or the way by "Forgot password?", which the sign-in page itself offers; or, for somebody
        who gets in only with a new password, a sign-in from which an Action hands them over."""
        next_url, forgot = next_of(request), "forgot" in request.POST
        if "choose" in request.POST and handover.is_offered() and "reauthenticate" in conf.WAYS:
            return to_authorize(request, anybody_for_change(request))
        if forgot:
            note_asked(request, ChangeAsked.now("login", next_url))
        asked = noted_change(request.session) if forgot else forget_change(request.session)
        organization = asked.organization if asked else ""
        return to_authorize(
            request, SignInAsked(next=next_url, prompt="login" if forgot else "", organization=organization)
        )

    @staticmethod
    def _stranger(request: HttpRequest, next_url: str) -> HttpResponse:
        """From a closed page: a page with one button. From anywhere else: no silent sign-in by somebody's link."""
        if next_url:
            return login_page(request, next_url)
        if not request.COOKIES:
            return _without_cookies(request)
        return to_authorize(request, SignInAsked(prompt="login"))

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


def anybody_for_change(request: HttpRequest) -> SignInAsked:
    """Whoever they are, they prove it with the password, now. (Where no Action hands over, they are signed in.)"""
    return SignInAsked(
        next=next_of(request),
        prompt="login",
        max_age=0,
        connection=conf.CONNECTION,
        for_change=True,
        again="again" in request.POST,
    )


def login_page(request: HttpRequest, next_url: str, *, ended: str = "") -> HttpResponse:
    """The page with one button; `ended` says why the session before it is over."""
    why, offers_link = why_ended(ended) if ended else "", "email_link" in conf.WAYS
    return show(request, "login", next=next_url, ended=ended, why=why, offers_link=offers_link)


def _without_cookies(request: HttpRequest) -> HttpResponse:
    """Find out whether the browser takes cookies: without them no sign-in can come back, and Auth0, which needs them
    too, would lead here again and again (Auth0: configure-default-login-routes)."""
    if COOKIES in request.GET:
        return show(request, "no_cookies", status=400)
    response = to_page("login", **{COOKIES: "1"})
    response.set_cookie(
        COOKIE_TEST, "1", max_age=600, path=request.path, secure=request.is_secure(), httponly=True, samesite="Lax"
    )
    return response


def _refuse_foreign(request: HttpRequest) -> None:
    """Only a person's own navigation may come here, and only from our tenant (RFC 9207 for `iss`)."""
    issuer = request.GET.get("iss")
    if issuer is not None and issuer.rstrip("/") != conf.DOMAIN.url:
        raise ForeignLinkError("the issuer is not our tenant")
    if request.headers.get("Sec-Fetch-Dest", "document") != "document":
        raise ForeignLinkError("not a navigation of its own")


def _is_blocked(request: HttpRequest) -> bool:
    state = state_of(request.user)  # type: ignore[arg-type]
    return conf.ENFORCE == "block" and state is not None and state.blocks(timezone.now())
