"""Everything that is said to Auth0's APIs: the only room that imports auth0-python (when it first calls it)."""

from __future__ import annotations

import os
import threading

from django.core.signals import setting_changed

from .exports import ExportedUser
from .limits import Allowance
from .log_records import Changed, Leaked, LogPage, LogRecord, Written, page_from, record_from, subject_from
from .logout_tokens import LogoutToken
from .management import ManagementGateway
from .pace import Priority, background, closed_by, set_pace
from .session_tokens import Handover, SessionToken, answer_to, handover_from, session_token_from
from .types import ChangeEmail, ConnectionOptions, Gateway, Identity, Revoked, Ticket, UserProfile, parse_time

__all__ = [
    "Allowance",
    "ChangeEmail",
    "Changed",
    "ConnectionOptions",
    "ExportedUser",
    "Gateway",
    "Handover",
    "Identity",
    "Leaked",
    "LogPage",
    "LogRecord",
    "LogoutToken",
    "Priority",
    "Revoked",
    "SessionToken",
    "Ticket",
    "UserProfile",
    "Written",
    "answer_to",
    "background",
    "closed_by",
    "get_gateway",
    "handover_from",
    "page_from",
    "parse_time",
    "record_from",
    "session_token_from",
    "set_gateway",
    "set_pace",
    "subject_from",
]

_lock = threading.Lock()
_gateway: Gateway | None = None


def get_gateway() -> Gateway:
    """This process's gateway, made at the first call. Raises `ConfigurationError` where a setting is missing."""
    global _gateway  # noqa: PLW0603 - one per process is the point: it holds the connections and the token
    with _lock:
        if _gateway is None:
            _gateway = ManagementGateway()
        return _gateway


def set_gateway(gateway: Gateway | None) -> None:
    """Use this gateway from now on (tests); None means: make a real one at the next call."""
    global _gateway  # noqa: PLW0603
    with _lock:
        _gateway = gateway


def _forget_gateway(*, setting: str, **_: object) -> None:
    if setting == "AUTH0_PASSWORD" or setting.startswith("SOCIAL_AUTH_AUTH0_"):
        set_gateway(None)


def _start_anew() -> None:
    """In a process that was forked: its parent's connections are not shared, nor locks that another thread held."""
    global _lock, _gateway  # noqa: PLW0603
    _lock = threading.Lock()
    if isinstance(_gateway, ManagementGateway):
        _gateway = None


os.register_at_fork(after_in_child=_start_anew)
setting_changed.connect(_forget_gateway, dispatch_uid="auth0_password.gateway")
