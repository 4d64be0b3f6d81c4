"""Why a session is over, in the words for its owner."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ..models import Ended

WORDS = {
    Ended.CHANGED: _("Your password was changed. Sign in with the new one."),
    Ended.BY_OWNER: _("You signed this device out from another one. If that was not you, change your password."),
    Ended.BY_STAFF: _("The people who run this site ended this session."),
    Ended.AT_AUTH0: _("This session was ended at the sign-in service."),
    Ended.DISPUTED: _("Somebody said that a new password of this account was not theirs: every session was ended."),
}


def why_ended(why: str) -> str:
    """`why` is one of `Ended`, or anything else where nothing more is known."""
    return str(WORDS.get(why, _("This session was ended.")))  # type: ignore[call-overload]  # a word is a word
