"""The verbs. The only writers of models; they know no HTTP request."""

from .changes import hint, look, state_of
from .requirements import clear_reset, require_reset
from .tickets import issue_ticket

__all__ = ["clear_reset", "hint", "issue_ticket", "look", "require_reset", "state_of"]
