"""The account pages: thin. Each asks a verb, and shows or sends on what it says."""

from .account import CheckView, ProfileView, RequiredView
from .change import ReauthenticateView, TicketView
from .sign_in import LoginView, SignOutView

__all__ = [
    "CheckView",
    "LoginView",
    "ProfileView",
    "ReauthenticateView",
    "RequiredView",
    "SignOutView",
    "TicketView",
]
