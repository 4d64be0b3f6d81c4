"""The page between a link for a new password and the page where it is chosen: the site's own question (R1)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict

from ..answers import private
from ..services import state_of, verification
from ..services.mails import masked
from ..services.verification import Attempt
from .base import OpenPage, no_such_page, show

WITH_A_LINE = (forms.TextInput, forms.PasswordInput, forms.Textarea, forms.Select)
"""Widgets that look like a line to type on."""


class VerifyView(OpenPage):
    """An Action leads here with `session_token` and `state`. Opening it does nothing: scanners of mail open links, and
    what these lead to. Every answer is asked for by the person, in a form (VER-02)."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        if not verification.is_offered():
            return no_such_page(request)
        return ask(request, arrived(request, request.GET), begun=False)

    def post(self, request: HttpRequest) -> HttpResponse:
        if not verification.is_offered():
            return no_such_page(request)
        attempt = arrived(request, request.POST)
        page = verification.page_of(attempt)
        if page["button"] and "begun" not in request.POST:
            return ask(request, attempt, begun=True, told=verification.begin(attempt))
        with verification.no_approval():
            form = (page["form"] or forms.Form)(request.POST)
            if not form.is_valid():
                return ask(request, attempt, begun=True, form=form)
        try:
            answer = verification.answer(attempt, form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return ask(request, attempt, begun=True, form=form)
        return private(show(request, "verified", answer=answer), referrer="no-referrer")


def arrived(request: HttpRequest, data: QueryDict) -> Attempt:
    """Of two states the last is Auth0's own: it is added to what stands in the Action's address."""
    return verification.open_attempt(data.get("session_token", ""), data.get("state", ""), visitor=request.user)


def ask(
    request: HttpRequest, attempt: Attempt, *, begun: bool, told: str = "", form: forms.BaseForm | None = None
) -> HttpResponse:
    """The page with the button that begins, or with the question; `told` is what was just done."""
    page = verification.page_of(attempt)
    waits = bool(page["button"]) and not begun
    if form is None and page["form"] and not waits:
        form = page["form"]()
    state = state_of(attempt.user) if attempt.user is not None else None
    context: dict[str, Any] = {
        "words": page["words"],
        "button": page["button"],
        "waits": waits,
        "told": told,
        "form": dressed(form),
        "account": masked(state.address) if state and state.address else "",
        "session_token": request.POST.get("session_token") or request.GET.get("session_token", ""),
        "state": attempt.state,
    }
    wrong = form is not None and form.is_bound
    return show(request, "verify", status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK, **context)


def dressed(form: forms.BaseForm | None) -> forms.BaseForm | None:
    """Fields of the site's own forms look like ours, unless they say how they look."""
    for field in form.fields.values() if form is not None else ():
        if isinstance(field.widget, WITH_A_LINE):
            field.widget.attrs.setdefault("class", "ap-field")
    return form
