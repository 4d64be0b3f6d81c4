"""Django's own events: every sign-in, by any backend, leaves a stamp in its session."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from .conf import BACKEND_NAME
from .services import state_of
from .services.sessions import Stamp, stamp_session


@receiver(user_logged_in, dispatch_uid="auth0_password.stamp")
def stamp_sign_in(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """Write the stamp: from the ID token's claims, or from the moment for any other backend."""
    if request is None or not hasattr(request, "session"):
        return
    backend: Any = getattr(request, "backend", None)
    claims = getattr(backend, "id_token", None) if getattr(backend, "name", "") == BACKEND_NAME else None
    stamp = Stamp.of_sign_in(claims, state_of(user)) if claims else Stamp.of_other_backend()
    stamp_session(request.session, stamp)
