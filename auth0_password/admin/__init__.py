"""Django admin: the record, read-only, a user's timeline, and actions for the site's user admin."""

from .actions import PasswordActionsMixin
from .history import PasswordChangeAdmin, ResetCampaignAdmin, ResetRequirementAdmin
from .states import PasswordStateAdmin

__all__ = [
    "PasswordActionsMixin",
    "PasswordChangeAdmin",
    "PasswordStateAdmin",
    "ResetCampaignAdmin",
    "ResetRequirementAdmin",
]
