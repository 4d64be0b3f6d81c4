"""What every page of ours has in common: never cached or framed, open to blocked users, outside transactions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from django.views.defaults import page_not_found
from django.views.generic import View

from ..answers import next_of, private, to_page
from ..conf import conf
from ..decorators import outside_transactions, password_reset_exempt


@method_decorator([outside_transactions, csrf_protect], name="dispatch")
class Page(View):
    """A page for somebody who is signed in; nobody else gets further than the way to sign in."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_page("login", next_url=next_of(request) or request.path)
        return private_response(super().dispatch(request, *args, **kwargs))


@method_decorator(password_reset_exempt, name="dispatch")
class WayOutPage(Page):
    """A step on the way to a new password: open to somebody who is blocked."""


def only_if_named(way: str) -> None:
    """Raises `Http404` for a way that `WAYS` leaves out: this site has no such page then."""
    if way not in conf.WAYS:
        raise Http404


@method_decorator([outside_transactions, login_not_required, password_reset_exempt, csrf_protect], name="dispatch")
class OpenPage(View):
    """A page for everybody."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return private_response(super().dispatch(request, *args, **kwargs))


def no_such_page(request: HttpRequest) -> HttpResponse:
    """The site's own, kept by no cache: this address may come with a token, and may be there tomorrow."""
    return private(page_not_found(request, Http404()))


def show(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render one of our templates."""
    return render(request, f"auth0_password/{template}.html", context, status=status)


def private_response(response: HttpResponseBase) -> HttpResponseBase:
    """Add the headers, unless what made the response chose stricter ones itself."""
    if isinstance(response, HttpResponse) and "Cache-Control" not in response:
        return private(response)
    return response
