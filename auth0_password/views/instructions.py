"""Where an Action of the tenant leads whom it lets in only with a new password (F1)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from ..answers import next_of
from ..conf import conf
from ..services import handover
from .base import OpenPage, show


class InstructionsView(OpenPage):
    """The same for everybody: it knows nobody, and tells nothing of any account. An Action that mails (one with a form
    does so after a breach) denies whom it could send nothing; the callback leads here, and says so (`denied`)."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        return show(
            request,
            "instructions",
            mailed=conf.FORCE_AT in ("mail", "form") and "denied" not in request.GET,
            offers_choice=handover.is_offered() and "reauthenticate" in conf.WAYS,
            offers_link="email_link" in conf.WAYS,
            next=next_of(request),
        )
