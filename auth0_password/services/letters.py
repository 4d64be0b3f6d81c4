"""The mail by which this site tells somebody that a new password is required."""

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
from .changes import state_of

if TYPE_CHECKING:
    from ..models import ResetRequirement


def letter(requirement: ResetRequirement, address: str) -> EmailMultiAlternatives:
    """Write it, in the language of the user's last sign-in. Its link leads to this site; it holds no secret.

    The same requirement has the same Message-ID, however often it is sent. Raises `ConfigurationError` without a
    `SITE_URL`.
    """
    state = state_of(requirement.user)
    with translation.override((state.language if state else "") or settings.LANGUAGE_CODE):
        context = _context(requirement)
        mail = EmailMultiAlternatives(
            subject=" ".join(render_to_string("auth0_password/mail/required_subject.txt", context).split()),
            body=render_to_string("auth0_password/mail/required.txt", context),
            to=[address],
            headers={"Message-ID": message_id(requirement), "Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string("auth0_password/mail/required.html", context), "text/html")
    return mail


def site_url() -> str:
    """The address that links in mails begin with. Raises `ConfigurationError` where the site has set none."""
    if not conf.SITE_URL:
        raise ConfigurationError("AUTH0_PASSWORD['SITE_URL'] must be set: the mails of this site link to it")
    return conf.SITE_URL


def message_id(requirement: ResetRequirement) -> str:
    """The same each time, and nothing that a reader could guess another from (RFC 5322 §3.6.4)."""
    text = f"{requirement.pk}\n{requirement.raised_at.isoformat()}\n{settings.SECRET_KEY}"
    return f"<required.{hashlib.sha256(text.encode()).hexdigest()[:32]}@{urlsplit(site_url()).hostname}>"


def _context(requirement: ResetRequirement) -> dict[str, Any]:
    return {
        "requirement": requirement,
        "user": requirement.user,
        "site": urlsplit(site_url()).netloc,
        "link": site_url() + reverse("auth0_password:required"),
        "later": requirement.enforce_from if requirement.enforce_from > timezone.now() else None,
    }
