"""A link for somebody who is not signed in. What it says never depends on whether the address is known."""

from __future__ import annotations

from functools import partial

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ..answers import next_of
from ..answers.client import address_of
from ..services import throttles
from ..services.mails import send_change_email_to
from .base import OpenPage, only_if_named, show


class ForgotForm(forms.Form):
    """The address that somebody signs in with."""

    email = forms.EmailField(
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "class": "ap-field"}),
        error_messages={
            "required": _("Type the address that you sign in with."),
            "invalid": _("This is not an address yet: it needs a name, an @ and a domain, like anna@example.com."),
        },
    )


class ForgotView(OpenPage):
    """POST answers at once, with a page and not a redirect: Auth0 is called after the answer, and until then the
    connection that a redirect would be followed on is busy.

    The same answer, work and time for every address: what is known of it shows in no way (ASVS 6.3.8).
    """

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        only_if_named("email_link")
        return show(request, "forgot", form=ForgotForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        only_if_named("email_link")
        form = ForgotForm(request.POST)
        if not form.is_valid():
            return show(request, "forgot", form=form, status=422)
        throttles.hit("forgot", address_of(request))
        response = show(request, "forgot", sent=True, next=next_of(request))
        # Servers call this when the answer is out (PEP 3333; Django's ASGI handler does it, too).
        response._resource_closers.append(partial(send_change_email_to, form.cleaned_data["email"]))  # type: ignore[attr-defined]
        return response
