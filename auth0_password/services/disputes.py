"""“This was not me”: what the link in the confirmation mail leads to."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.mail import mail_admins
from django.db import router, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from ..conf import conf
from ..exceptions import LinkGoneError, MailServerError
from ..models import Ended, PasswordChange, PasswordState, Reason
from . import work
from .endings import end_sessions
from .flag.mirroring import FIRST_RETRY
from .requirements import require_reset

SIGNER = signing.TimestampSigner(salt="auth0_password.not_me")
NAME = re.compile(r"([0-9]{1,18})\.([0-9a-f]{16})")
LIFE = timedelta(days=14)
"""How long the link works: somebody may be on holiday."""

security = logging.getLogger("auth0_password.security")


def token_of(change: PasswordChange) -> str:
    """Signed, bound to that change, good for `LIFE`. It signs nobody in."""
    return SIGNER.sign(f"{change.pk}.{change.subject_key[:16]}")


def change_of(token: str) -> PasswordChange:
    """The change that a link is about, disputed already or not. Raises `LinkGoneError`."""
    try:
        named = NAME.fullmatch(SIGNER.unsign(token, max_age=LIFE))
    except signing.BadSignature:
        named = None
    changes = PasswordChange.objects.select_related("user")
    found = changes.filter(pk=named[1], subject_key__startswith=named[2]).first() if named else None
    if found is None:
        raise LinkGoneError("the link is too old, or damaged")
    return found


def dispute(change: PasswordChange) -> bool:
    """Somebody who reads the owner's mail says that this change was not theirs.

    A new password is required (reason breach), every session ends here and, where it can be done, at Auth0, and the
    administrators are told. No second factor that was seen until now counts: whoever made the change may have enrolled
    it. False: that was said before, and nothing is done twice. Raises `ConflictError`.
    """
    now, database = timezone.now(), router.db_for_write(PasswordChange)
    with transaction.atomic(using=database):
        mine = PasswordChange.objects.using(database).filter(pk=change.pk, disputed_at=None)
        if not mine.update(disputed_at=now, warn_due_at=now, revoke_due_at=now, revoke_tries=0):
            return False
        require_reset(change.user, reason=Reason.BREACH)
        end_sessions(change.user, why=Ended.DISPUTED)
        PasswordState.objects.using(database).filter(pk=change.user_id).update(mfa_seen_at=None)
        work.wake("revoke", change.pk, using=database)
    security.warning("change %s of user %s was disputed", change.pk, change.user_id)
    return True


def warn(change: PasswordChange) -> None:
    """Tell the administrators (`ADMINS`) of a dispute: keys, no addresses. Raises `MailServerError`."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = str(_("Somebody says that a new password is not theirs"))
        text = render_to_string("auth0_password/mail/disputed.txt", {"change": change, "site": conf.SITE_URL})
    rows = PasswordChange.objects.filter(pk=change.pk)
    try:
        mail_admins(subject, text)
    except Exception:  # noqa: BLE001 - backends raise what they like, and their words hold addresses
        work.write(rows, warn_due_at=timezone.now() + FIRST_RETRY)
        raise MailServerError("the mail server did not take the mail") from None
    work.write(rows, warn_due_at=None)
