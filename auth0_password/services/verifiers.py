"""Two verifiers that ship, for `RESET_VERIFIER`: one to name, one to subclass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..conf import conf
from ..exceptions import MailRefusedError, MailServerError
from . import throttles
from .changes import state_of
from .mails import masked
from .post import post
from .verification import Verdict, Verifier

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

SALT = "auth0_password.verifiers.code"
DIGITS = 6


class ActiveHere(Verifier):
    """Refuses users whom this site has switched off (`is_active`). Whoever has no account here is let through: others
    may use the tenant, too."""

    def decide(self, user: AbstractBaseUser, data: Mapping[str, Any]) -> Verdict:
        if user.is_active:
            return Verdict(approved=True)
        return Verdict(approved=False, words=_("This account is switched off. Ask the people who run this site."))

    def unknown(self) -> Verdict:
        return Verdict(approved=True)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Type the code from the mail.")},
    )

    def clean_code(self) -> str:
        """People write it in groups."""
        return "".join(self.cleaned_data["code"].replace("-", " ").split())


class CodeToSecondContact(Verifier):
    """Mails a code to a second address, which a subclass names. Who reads only the mailbox of the link has none.

    The code is derived from `SECRET_KEY` and the attempt, so it is kept nowhere, and ends with the attempt: a quarter
    of an hour at most. `LIMITS` bound how often it may be typed (`verify`) and mailed (`recipient`).
    """

    def contact(self, user: AbstractBaseUser) -> str:
        """The second address of a user; empty: none is known."""
        raise NotImplementedError

    def words(self, user: AbstractBaseUser) -> str:
        address = self._contact(user)
        words = _("For that you need a code, which we send to %(address)s.")
        return words % {"address": masked(address)} if address else ""

    def button(self, user: AbstractBaseUser) -> str:
        return _("Send the code") if self._contact(user) else ""

    def begin(self, user: AbstractBaseUser) -> str:
        address = self._contact(user)
        throttles.hit("recipient", address)
        context = {"code": self._code(user), "site": urlsplit(conf.SITE_URL).netloc, "user": user}
        subject = " ".join(render_to_string("auth0_password/mail/code_subject.txt", context).split())
        text = render_to_string("auth0_password/mail/code.txt", context)
        try:
            post(EmailMessage(subject, text, to=[address], headers={"Auto-Submitted": "auto-generated"}))
        except MailServerError:
            throttles.give_back("recipient", address)
            raise
        except MailRefusedError:
            words = _("%(address)s takes no mail from us. Ask the people who run this site.")
        else:
            words = _("A code is on its way to %(address)s.")
        return words % {"address": masked(address)}

    def form(self, user: AbstractBaseUser) -> type[forms.BaseForm] | None:
        return CodeForm if self._contact(user) else None

    def decide(self, user: AbstractBaseUser, data: Mapping[str, Any]) -> Verdict:
        if not self._contact(user):
            words = _("We know no second address of yours. Ask the people who run this site.")
            return Verdict(approved=False, words=words)
        throttles.hit("verify", user.pk)
        if not constant_time_compare(data["code"], self._code(user)):
            raise ValidationError({"code": _("This is not the code. Look again, or have it sent anew.")})
        return Verdict(approved=True)

    def _contact(self, user: AbstractBaseUser) -> str:
        """The mailbox that the link went to is no second one."""
        address, state = self.contact(user).strip(), state_of(user)
        first = {state.address.casefold()} if state else set()
        return "" if address.casefold() in first else address

    def _code(self, user: AbstractBaseUser) -> str:
        """Another for each attempt and each address."""
        value = f"{self.attempt}\n{user.pk}\n{self._contact(user)}"
        digest = salted_hmac(SALT, value, algorithm="sha256").hexdigest()
        return f"{int(digest, 16) % 10**DIGITS:0{DIGITS}d}"
