"""The verbs. The only writers of models; they know no HTTP request."""

from .campaigns import confirm, rehearse_reset, withdraw
from .changes import hint, look, state_of
from .endings import end_session, end_sessions
from .known_sessions import open_sessions
from .mails import send_change_email
from .reconcile import reconcile
from .requirements import clear_reset, require_reset
from .tickets import issue_ticket
from .ways import ways

__all__ = [
    "clear_reset",
    "confirm",
    "end_session",
    "end_sessions",
    "hint",
    "issue_ticket",
    "look",
    "open_sessions",
    "reconcile",
    "rehearse_reset",
    "require_reset",
    "send_change_email",
    "state_of",
    "ways",
    "withdraw",
]
