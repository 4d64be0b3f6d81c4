"""Where an Action of the tenant hands over who has just signed in there, to choose a new password (C4a)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from ..answers import leads_back, pending, take_over, to_change, to_ticket
from ..services import handover
from ..services.sessions import Stamp
from .base import OpenPage, no_such_page, show


class HandoverView(OpenPage):
    """The address comes with `session_token`. Opening it does nothing: the form does, which sends itself."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        if not handover.is_offered():
            return no_such_page(request)
        session_token = request.GET.get("session_token", "")
        wanted = pending(request, handover.open_handover(session_token).state)
        in_a_tab = not request.user.is_authenticated and not leads_back(request)
        return show(request, "handover", session_token=session_token, next=wanted.next, in_a_tab=in_a_tab)

    def post(self, request: HttpRequest) -> HttpResponse:
        if not handover.is_offered():
            return no_such_page(request)
        arrived = handover.open_handover(request.POST.get("session_token", ""))
        next_url, before = take_over(request, arrived).next, Stamp.from_session(request.session)
        if request.user.is_authenticated:
            proof = handover.proof_of(arrived, sid=before.sid if before else "")
            return to_change(request, request.user, proof, next_url)
        return to_ticket(request, handover.ticket_for(handover.proof_of(arrived)), next_url)
