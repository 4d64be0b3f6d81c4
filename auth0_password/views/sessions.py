"""Sessions on other devices: ending one, or all of them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..answers import to_page
from ..services import end_sessions
from ..services.known_sessions import end_there
from .base import Page

TOLD_KEY = "_auth0_password_told"
"""What was just done, kept in the session until its owner has been told: which of the two, and how many it ended."""


class SessionEndView(Page):
    """End one session of one's own."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        user: Any = request.user
        count = end_there(user, key, request.session)
        if count is None:
            raise Http404
        request.session[TOLD_KEY] = ["one", count]
        return to_page("profile")


class SessionsEndOthersView(Page):
    """End all sessions but this one, those that we know and those that we do not."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        request.session[TOLD_KEY] = ["others", end_sessions(user, keep=request.session, by=user)]
        return to_page("profile")


def just_told(request: HttpRequest) -> str:
    """What to say of what was just done: once."""
    kind, count = request.session.pop(TOLD_KEY, None) or ("", 0)
    if kind == "others" and count:
        words = ngettext("%(count)d other device was signed out.", "%(count)d other devices were signed out.", count)
        return words % {"count": count}
    if kind == "others":
        return _("No other device that we know of was signed in.")
    if kind == "one":
        return _("That device was signed out.") if count else _("That device had been signed out before.")
    return ""
