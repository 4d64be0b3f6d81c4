"""The kinds of things that are set up in a tenant, in a safe order: what something needs comes before it."""

from __future__ import annotations

from ..steps import Part
from .actions import Actions
from .form import NewPasswordForm
from .log_stream import LogStreams
from .login_client import BackChannelLogout, IpHeader, LoginRoute, LogoutUrl
from .runtime_grant import RuntimeGrant
from .tenant_settings import InstructionsUrl
from .vault import UnusedApplication

PARTS: tuple[Part, ...] = (
    RuntimeGrant(),
    LoginRoute(),
    LogoutUrl(),
    IpHeader(),
    BackChannelLogout(),
    InstructionsUrl(),
    NewPasswordForm(),
    Actions(),
    UnusedApplication(),
    LogStreams(),
)
