"""Django's own events: every sign-in leaves a stamp in its session; a user who is deleted leaves nothing behind."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.http import HttpRequest

from .answers.client import client_of
from .conf import BACKEND_NAME
from .models import Ended
from .services import state_of
from .services.known_sessions import begin, over
from .services.personal import forget
from .services.sessions import Stamp


@receiver(user_logged_in, dispatch_uid="auth0_password.stamp")
def stamp_sign_in(request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """Write the stamp: from the ID token's claims, or from the moment for any other backend."""
    if request is None or not hasattr(request, "session"):
        return
    backend: Any = getattr(request, "backend", None)
    claims = getattr(backend, "id_token", None) if getattr(backend, "name", "") == BACKEND_NAME else None
    stamp = Stamp.of_sign_in(claims, state_of(user)) if claims else Stamp.of_other_backend()
    begin(user, request.session, stamp, client_of(request))


@receiver(user_logged_out, dispatch_uid="auth0_password.signed_out")
def note_sign_out(request: HttpRequest | None, **kwargs: Any) -> None:
    """The session's row is marked; the session itself is Django's to end."""
    stamp = Stamp.from_session(getattr(request, "session", {}))
    if stamp is not None:
        over(stamp, Ended.SIGNED_OUT)


@receiver(pre_delete, dispatch_uid="auth0_password.forget")
def forget_user(sender: type[Any], instance: Any, **kwargs: Any) -> None:
    """What the database does not delete by itself."""
    if issubclass(sender, get_user_model()):
        forget(instance)
