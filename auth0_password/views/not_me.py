"""“This was not me”: the page that the confirmation mail links to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from ..answers.redirects import SeeOther
from ..services import state_of
from ..services.disputes import change_of, dispute
from ..services.mails import masked
from .base import OpenPage, show


class NotMeView(OpenPage):
    """Opening it changes nothing: mail scanners open links, too. Works in any browser, signed in or not."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        change = change_of(token)
        state = state_of(change.user)
        return show(request, "not_me", change=change, account=masked(state.address) if state else "")

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        dispute(change_of(token))
        return SeeOther(request.path)
