"""Telling the owner that a new password was chosen: one mail for each change, whoever made it (ASVS 6.3.7).

No limit holds it back: there is one row, so one mail, for each change that a read has shown, and a stranger who cannot
change the password cannot cause any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from ..exceptions import ConfigurationError, MailRefusedError, MailServerError
from ..models import PasswordChange
from . import work
from .disputes import token_of
from .flag.mirroring import next_try
from .letters import confirmation
from .post import post

if TYPE_CHECKING:
    from datetime import datetime

SENT, REFUSED, MAIL_SERVER, OFF = "sent", "address_refused", "mail_server", "off"


def tell_owner(change: PasswordChange) -> None:
    """Send the mail of one change. Raises `OffError` where it will never be sent, or not before the site has a
    `SITE_URL` again; `MailServerError` where it is tried again."""
    try:
        post(confirmation(change, token_of(change)))
    except MailRefusedError as error:
        _note(change, REFUSED)
        raise work.OffError(REFUSED) from error
    except MailServerError:
        _try_later(change, MAIL_SERVER)
        raise
    except ConfigurationError as error:  # `SITE_URL` was there when the change was seen
        _try_later(change, OFF)
        raise work.OffError(OFF) from error
    _note(change, SENT, sent_at=timezone.now())


def _try_later(change: PasswordChange, outcome: str) -> None:
    due, tries = next_try(change.mail_tries, timezone.now())
    rows = PasswordChange.objects.filter(pk=change.pk)
    work.write(rows, mail_due_at=due, mail_tries=tries, mail_outcome=outcome)


def _note(change: PasswordChange, outcome: str, *, sent_at: datetime | None = None) -> None:
    """It is over: nobody needs the address any more."""
    rows = PasswordChange.objects.filter(pk=change.pk)
    work.write(rows, mail_due_at=None, mail_to="", mail_sent_at=sent_at, mail_outcome=outcome)
