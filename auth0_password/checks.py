"""System checks: every setting, and what has to stand around the package. Ids are stable.

E001 AUTH0_PASSWORD is not a dict, or has an unknown key      E006 the sign-in backend is missing
E002 a setting is missing or wrong                            E007 the pipeline links accounts by e-mail address
E003 the Management client is the login client                E008 SESSION_COOKIE_SAMESITE is "Strict"
E004 the middleware is missing                                E009 USE_TZ is off
E005 the middleware stands before what it needs               W001 the pipeline lacks one of our steps
                                                              W002 the middleware stands before LoginRequired
                                                              W003 SQLite without immediate transactions
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution

from .conf import BACKEND, KEYS, conf
from .exceptions import ConfigurationError
from .pipeline import PIPELINE

MIDDLEWARE = "auth0_password.middleware.PasswordResetMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"
BY_EMAIL = "social_core.pipeline.social_auth.associate_by_email"


@register(Tags.security)
def check_settings(**_: Any) -> list[CheckMessage]:
    """Each key of `AUTH0_PASSWORD`: known, present, of its type."""
    return [*_unknown_keys(), *_wrong_values()]


@register(Tags.security)
def check_surroundings(**_: Any) -> list[CheckMessage]:
    """Middleware, backend, pipeline, cookies and times."""
    return [message for find in SURROUNDINGS for message in find()]


def _unknown_keys() -> Iterator[CheckMessage]:
    value = getattr(settings, "AUTH0_PASSWORD", None)
    if not isinstance(value, dict):
        yield Error(
            "AUTH0_PASSWORD must be a dict.",
            hint='Set AUTH0_PASSWORD = {"MANAGEMENT_CLIENT_ID": …, "MANAGEMENT_CLIENT_SECRET": …}.',
            id="auth0_password.E001",
        )
        return
    for key in value.keys() - set(KEYS):
        yield Error(
            f"AUTH0_PASSWORD has an unknown key {key!r}.",
            hint=f"Known keys: {', '.join(KEYS)}.",
            id="auth0_password.E001",
        )


def _wrong_values() -> Iterator[CheckMessage]:
    if not isinstance(getattr(settings, "AUTH0_PASSWORD", None), dict):
        return
    readable = True
    for key in (*KEYS, "login_client_id"):
        try:
            getattr(conf, key)
        except ConfigurationError as error:
            readable = False
            yield Error(str(error), id="auth0_password.E002")
    if readable and conf.login_client_id == conf.MANAGEMENT_CLIENT_ID:
        yield Error(
            "AUTH0_PASSWORD['MANAGEMENT_CLIENT_ID'] is the login client.",
            hint="Make a machine-to-machine application at Auth0 with read:users and create:user_tickets.",
            id="auth0_password.E003",
        )


def _middleware() -> Iterator[CheckMessage]:
    installed = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in installed:
        yield Error(
            "PasswordResetMiddleware is missing: nobody is held back.",
            hint=f"Put {MIDDLEWARE!r} right after {AUTHENTICATION!r} in MIDDLEWARE.",
            id="auth0_password.E004",
        )
    elif AUTHENTICATION not in installed[: installed.index(MIDDLEWARE)]:
        yield Error(
            "PasswordResetMiddleware needs the user that AuthenticationMiddleware loads.",
            hint=f"Put it right after {AUTHENTICATION!r} in MIDDLEWARE.",
            id="auth0_password.E005",
        )
    elif LOGIN_REQUIRED in installed[installed.index(MIDDLEWARE) :]:
        yield Caution(
            "PasswordResetMiddleware stands before LoginRequiredMiddleware, which looks at every page's user.",
            hint="Put it after LoginRequiredMiddleware, or public pages are closed to blocked users.",
            id="auth0_password.W002",
        )


def _backend() -> Iterator[CheckMessage]:
    if BACKEND not in settings.AUTHENTICATION_BACKENDS:
        yield Error(
            "The sign-in backend is missing.",
            hint=f"Put {BACKEND!r} into AUTHENTICATION_BACKENDS in place of social-auth's own Auth0 backend.",
            id="auth0_password.E006",
        )


def _pipeline() -> Iterator[CheckMessage]:
    steps = getattr(settings, "SOCIAL_AUTH_AUTH0_PIPELINE", getattr(settings, "SOCIAL_AUTH_PIPELINE", ()))
    if BY_EMAIL in steps:
        yield Error(
            "The sign-in pipeline links accounts by e-mail address.",
            hint="Remove associate_by_email: an address at another connection proves nothing about this account.",
            id="auth0_password.E007",
        )
    missing = [step for step in PIPELINE if step.startswith("auth0_password.") and step not in steps]
    if missing:
        yield Caution(
            f"The sign-in pipeline lacks {', '.join(missing)}.",
            hint="Set SOCIAL_AUTH_AUTH0_PIPELINE = auth0_password.pipeline.PIPELINE (add your own steps to it).",
            id="auth0_password.W001",
        )


def _cookies_and_times() -> Iterator[CheckMessage]:
    if settings.SESSION_COOKIE_SAMESITE == "Strict":
        yield Error(
            'SESSION_COOKIE_SAMESITE = "Strict" keeps the session from the callback that comes from Auth0.',
            hint='Use "Lax".',
            id="auth0_password.E008",
        )
    if not settings.USE_TZ:
        yield Error(
            "USE_TZ is off: times cannot be compared with Auth0's.",
            hint="Set USE_TZ = True.",
            id="auth0_password.E009",
        )


def _databases() -> Iterator[CheckMessage]:
    for alias, database in settings.DATABASES.items():
        immediate = database.get("OPTIONS", {}).get("transaction_mode") == "IMMEDIATE"
        if database.get("ENGINE", "").endswith("sqlite3") and not immediate:
            yield Caution(
                f"The SQLite database {alias!r} upgrades its locks: of two sign-ins at once one may have to wait.",
                hint='Set "OPTIONS": {"transaction_mode": "IMMEDIATE"}.',
                id="auth0_password.W003",
            )


SURROUNDINGS: tuple[Callable[[], Iterator[CheckMessage]], ...] = (
    _middleware,
    _backend,
    _pipeline,
    _cookies_and_times,
    _databases,
)
