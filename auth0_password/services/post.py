"""Handing a mail to the site's mail server. Its errors hold addresses: none is carried over."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused
from typing import TYPE_CHECKING

from ..exceptions import MailRefusedError, MailServerError

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

PERMANENT = 500
"""From this status on the server's refusal of an address is final (RFC 5321 §4.2.1)."""


def post(mail: EmailMessage) -> None:
    """Send it now. Raises `MailRefusedError` where the address will never be taken, `MailServerError` where trying
    again may help."""
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        if all(status >= PERMANENT for status, _answer in error.recipients.values()):
            raise MailRefusedError("the mail server refuses the address") from None
        raise MailServerError("the mail server does not take the address now") from None
    except Exception:  # noqa: BLE001 - other backends than Django's raise errors of their own
        raise MailServerError("the mail server did not take the mail") from None
