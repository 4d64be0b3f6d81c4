"""Django admin: the record, read-only, and an action for the site's user admin."""

from .actions import PasswordActionsMixin
from .history import PasswordChangeAdmin, PasswordStateAdmin, ResetCampaignAdmin, ResetRequirementAdmin

__all__ = [
    "PasswordActionsMixin",
    "PasswordChangeAdmin",
    "PasswordStateAdmin",
    "ResetCampaignAdmin",
    "ResetRequirementAdmin",
]
