"""The mails of this site: that a new password is required, that one was chosen, that somebody disputes it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from ..conf import conf
from ..exceptions import ConfigurationError
from ..models import ChangeReport
from .changes import state_of

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from ..models import PasswordChange, ResetRequirement


def letter(requirement: ResetRequirement, address: str) -> EmailMultiAlternatives:
    """That a new password is required. Its link leads to this site; it holds no secret.

    This and the next are in the language of the user's last sign-in, and the same row has the same Message-ID,
    however often it is sent. Raise `ConfigurationError` without a `SITE_URL`.
    """
    later = requirement.enforce_from if requirement.enforce_from > timezone.now() else None
    name = message_id("required", requirement.pk, requirement.raised_at.isoformat())
    context = {"requirement": requirement, "link": site_url() + reverse("auth0_password:required"), "later": later}
    return _letter("required", name, requirement.user, address, context)


def confirmation(change: PasswordChange, token: str) -> EmailMultiAlternatives:
    """That a new password was chosen, for `change.mail_to`. `token` is what the link "this was not me" ends with."""
    report = ChangeReport.objects.filter(subject_key=change.subject_key, changed_at=change.changed_at).first()
    context = {
        "change": change,
        "report": report,
        "link": site_url() + reverse("auth0_password:not_me", args=[token]),
    }
    name = message_id("changed", change.pk, change.changed_at.isoformat())
    return _letter("changed", name, change.user, change.mail_to, context)


def site_url() -> str:
    """The address that links in mails begin with. Raises `ConfigurationError` where the site has set none."""
    if not conf.SITE_URL:
        raise ConfigurationError("AUTH0_PASSWORD['SITE_URL'] must be set: the mails of this site link to it")
    return conf.SITE_URL


def message_id(kind: str, *about: object) -> str:
    """The same each time, and nothing that a reader could guess another from (RFC 5322 §3.6.4)."""
    text = "\n".join(map(str, (*about, settings.SECRET_KEY)))
    return f"<{kind}.{hashlib.sha256(text.encode()).hexdigest()[:32]}@{urlsplit(site_url()).hostname}>"


def _letter(
    kind: str, name: str, user: AbstractBaseUser, address: str, context: dict[str, Any]
) -> EmailMultiAlternatives:
    state, context = state_of(user), {**context, "user": user, "site": urlsplit(site_url()).netloc}
    with translation.override((state.language if state else "") or settings.LANGUAGE_CODE):
        mail = EmailMultiAlternatives(
            subject=" ".join(render_to_string(f"auth0_password/mail/{kind}_subject.txt", context).split()),
            body=render_to_string(f"auth0_password/mail/{kind}.txt", context),
            to=[address],
            headers={"Message-ID": name, "Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string(f"auth0_password/mail/{kind}.html", context), "text/html")
    return mail
