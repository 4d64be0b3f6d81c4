"""Django admin: the record, read-only, and an action for the site's user admin."""

from .actions import PasswordActionsMixin
from .history import PasswordStateAdmin, ResetRequirementAdmin

__all__ = ["PasswordActionsMixin", "PasswordStateAdmin", "ResetRequirementAdmin"]
