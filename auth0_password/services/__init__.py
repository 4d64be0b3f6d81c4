"""The verbs. The only writers of models; they know no HTTP request."""

from .changes import hint, look, state_of
from .endings import end_session, end_sessions
from .requirements import clear_reset, require_reset, withdraw
from .tickets import issue_ticket

__all__ = [
    "clear_reset",
    "end_session",
    "end_sessions",
    "hint",
    "issue_ticket",
    "look",
    "require_reset",
    "state_of",
    "withdraw",
]
