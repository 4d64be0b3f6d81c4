"""The account pages: thin. Each asks a verb, and shows or sends on what it says."""

from .account import CheckView, ProfileView, RequiredView
from .change import EmailView, ReauthenticateView, TicketView
from .forgot import ForgotView
from .handover import HandoverView
from .instructions import InstructionsView
from .not_me import NotMeView
from .sessions import SessionEndView, SessionsEndOthersView
from .sign_in import LoginView, SignOutView
from .verify import VerifyView
from .waiting import StatusView, WaitingView

__all__ = [
    "CheckView",
    "EmailView",
    "ForgotView",
    "HandoverView",
    "InstructionsView",
    "LoginView",
    "NotMeView",
    "ProfileView",
    "ReauthenticateView",
    "RequiredView",
    "SessionEndView",
    "SessionsEndOthersView",
    "SignOutView",
    "StatusView",
    "TicketView",
    "VerifyView",
    "WaitingView",
]
