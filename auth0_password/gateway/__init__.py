"""Everything that is said to Auth0's APIs: the only room that imports auth0-python (when it first calls it)."""

from __future__ import annotations

import threading

from django.core.signals import setting_changed

from .management import ManagementGateway
from .types import Gateway, Identity, Ticket, UserProfile

__all__ = ["Gateway", "Identity", "Ticket", "UserProfile", "get_gateway", "set_gateway"]

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


setting_changed.connect(_forget_gateway, dispatch_uid="auth0_password.gateway")
