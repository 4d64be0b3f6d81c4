"""Where a browser is sent: to Auth0, to a ticket, to a page of the site."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.urls import Resolver404, get_script_prefix, resolve, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from social_django.utils import load_backend, load_strategy
from social_django.views import NAMESPACE

from ..conf import BACKEND_NAME, conf, is_loopback
from ..gateway import Ticket
from ..services.sessions import Stamp
from ..services.sign_ins import MAX_NEXT, SignInAsked
from ..services.waiting import ChangeAsked, note_change

APP_NAME = "auth0_password"


class SeeOther(HttpResponseRedirect):
    """303: the browser comes with GET, whatever it came with before (RFC 9700 §4.12)."""

    status_code = 303


def to_authorize(request: HttpRequest, wanted: SignInAsked) -> HttpResponse:
    """Send the browser to Auth0 for a sign-in. Needs no call to Auth0. The one builder of that redirect."""
    backend = backend_of(request)
    backend.wanted = wanted
    return private(SeeOther(backend.auth_url()))


def backend_of(request: HttpRequest) -> Any:
    """Our backend for this request, as social-auth loads it."""
    strategy = load_strategy(request)  # type: ignore[no-untyped-call]
    return load_backend(strategy, BACKEND_NAME, reverse(f"{NAMESPACE}:complete", args=(BACKEND_NAME,)))  # type: ignore[no-untyped-call]


def to_ticket(request: HttpRequest, ticket: Ticket, next_url: str) -> HttpResponse:
    """Send the browser to the page where the new password is typed, and note where to go on afterwards."""
    if leads_back(request):
        note_asked(request, ChangeAsked.now("link", next_url))
    return private(SeeOther(ticket.url), referrer="no-referrer")


def to_waiting(request: HttpRequest, asked: ChangeAsked) -> HttpResponse:
    """Send the browser to the page that waits for a change to arrive."""
    note_asked(request, asked)
    return to_page("waiting")


def note_asked(request: HttpRequest, asked: ChangeAsked) -> None:
    """Note what this session asked for, and the organization that it is in: the next sign-in leads there again."""
    stamp = Stamp.from_session(request.session)
    note_change(request.session, replace(asked, organization=stamp.org if stamp else ""))


def leads_back(request: HttpRequest) -> bool:
    """Whether the last page at Auth0 has a button that leads back here. Auth0 allows none to http or this machine
    (configure-default-login-routes): then the page opens in another tab, and this one waits."""
    hostname = request.get_host().rpartition("]")[0] or request.get_host().partition(":")[0]
    allowed = request.is_secure() and not is_loopback(hostname.strip("[]"))
    return allowed if conf.LOGIN_ROUTE is None else conf.LOGIN_ROUTE


def to_page(name: str, *, next_url: str = "", **query: str) -> HttpResponse:
    """Send the browser to one of our pages, `next` kept."""
    params = QueryDict(mutable=True)
    params.update({**({"next": next_url} if next_url else {}), **query})
    path = reverse(f"{APP_NAME}:{name}")
    return private(SeeOther(f"{path}?{params.urlencode(safe='/')}" if params else path))


def to_auth0_logout(request: HttpRequest) -> HttpResponse:
    """Send the browser to end its session at Auth0 too, and back to the site (Auth0: /v2/logout)."""
    back = request.build_absolute_uri(resolve_url(settings.LOGOUT_REDIRECT_URL or "/"))
    query = urlencode({"client_id": conf.login_client_id, "returnTo": back})
    return private(SeeOther(f"{conf.DOMAIN.url}/v2/logout?{query}"))


def private(response: HttpResponse, *, referrer: str = "same-origin") -> HttpResponse:
    """For one browser only: nothing is cached, framed, sniffed, or told to the next site.

    Pages with forms keep `same-origin`: under `no-referrer` browsers send `Origin: null`, and Django's CSRF check
    refuses the form.
    """
    add_never_cache_headers(response)
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = referrer
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "DENY"
    return response


def safe_next(request: HttpRequest, value: object) -> str:
    """A `next` that may be followed: on this host, not too long, not a step of ours; else ""."""
    if not isinstance(value, str) or not value.startswith("/") or len(value) > MAX_NEXT:
        return ""
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(value, allowed_hosts=hosts, require_https=request.is_secure()):
        return ""
    return "" if _leads_in_circles(value) else value


def next_of(request: HttpRequest) -> str:
    """The checked `next` of a request's form or query."""
    return safe_next(request, request.POST.get("next") or request.GET.get("next"))


def landing(next_url: str) -> str:
    """`next`, or where the site sends people who sign in."""
    return next_url or resolve_url(settings.LOGIN_REDIRECT_URL)


def _leads_in_circles(url: str) -> bool:
    """Whether a URL leads to a sign-out or to a step of ours: nowhere to come back to. The profile is a place."""
    path = url.partition("?")[0].partition("#")[0]
    try:
        match = resolve(f"/{path.removeprefix(get_script_prefix())}")
    except Resolver404:
        return False
    if match.view_name == f"{APP_NAME}:profile":
        return False
    return APP_NAME in match.app_names or "social" in match.app_names or "logout" in (match.url_name or "")
