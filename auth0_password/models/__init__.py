"""What is known and wanted, one file per subject. No network here, and only services write."""

from .campaigns import CampaignStatus, ResetCampaign
from .changes import PasswordChange
from .probes import ProbeAnswer
from .reports import ChangeReport, LogCheckpoint
from .requirements import Reason, ResetRequirement, Status, Tell
from .sign_ins import Ended, SignIn
from .state import PasswordHome, PasswordState, subject_key
from .throttles import Throttle
from .tokens import UsedToken

__all__ = [
    "CampaignStatus",
    "ChangeReport",
    "Ended",
    "LogCheckpoint",
    "PasswordChange",
    "PasswordHome",
    "PasswordState",
    "ProbeAnswer",
    "Reason",
    "ResetCampaign",
    "ResetRequirement",
    "SignIn",
    "Status",
    "Tell",
    "Throttle",
    "UsedToken",
    "subject_key",
]
