"""Wiring: the app's name, its checks, its receivers, and who does the work that is wanted."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Auth0PasswordConfig(AppConfig):
    """`INSTALLED_APPS = [..., "auth0_password"]` is all that a site needs."""

    name = "auth0_password"
    label = "auth0_password"
    verbose_name = _("Passwords at Auth0")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, the sign-in receiver, the dispatcher of work and the shared pace. Keep the
        callback, which calls Auth0, out of `ATOMIC_REQUESTS`: a transaction must not be held while somebody else's
        server answers."""
        from social_django.views import complete  # noqa: PLC0415 - apps are loaded now

        from . import checks, receivers, tasks  # noqa: F401, PLC0415 - registering is what importing them does
        from .decorators import outside_transactions  # noqa: PLC0415
        from .gateway import set_pace  # noqa: PLC0415
        from .services import work  # noqa: PLC0415
        from .services.pace import SharedPace  # noqa: PLC0415

        outside_transactions(complete)
        work.set_dispatcher(tasks.dispatcher())
        set_pace(SharedPace())
