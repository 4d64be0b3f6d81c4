"""What is known and wanted, one file per subject. No network here, and only services write."""

from .changes import PasswordChange
from .requirements import Reason, ResetRequirement, Status
from .state import PasswordHome, PasswordState, subject_key
from .tokens import UsedToken

__all__ = [
    "PasswordChange",
    "PasswordHome",
    "PasswordState",
    "Reason",
    "ResetRequirement",
    "Status",
    "UsedToken",
    "subject_key",
]
