"""Where an Action of the tenant leads whom it signed out because a new password is needed (F1)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from ..conf import conf
from .base import OpenPage, show


class InstructionsView(OpenPage):
    """The same for everybody: it knows nobody, and tells nothing of any account."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        return show(request, "instructions", offers_link="email_link" in conf.WAYS)
