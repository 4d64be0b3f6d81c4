"""The account pages: thin. Each asks a verb, and shows or sends on what it says."""

from .account import CheckView, ProfileView, RequiredView
from .change import EmailView, ReauthenticateView, TicketView
from .forgot import ForgotView
from .sign_in import LoginView, SignOutView
from .waiting import StatusView, WaitingView

__all__ = [
    "CheckView",
    "EmailView",
    "ForgotView",
    "LoginView",
    "ProfileView",
    "ReauthenticateView",
    "RequiredView",
    "SignOutView",
    "StatusView",
    "TicketView",
    "WaitingView",
]
