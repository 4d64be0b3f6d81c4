"""System checks: every setting, and what has to stand around the package. Ids are stable.

E001 AUTH0_PASSWORD is not a dict, or has an unknown key      E008 SESSION_COOKIE_SAMESITE is "Strict"
E002 a setting is missing or wrong                            E009 USE_TZ is off
E003 the Management client is the login client                E010 the Management secret is a sample, or short
E004 the middleware is missing                                E011 a custom domain without the canonical one
E005 the middleware stands before what it needs               W001 the pipeline lacks one of our steps
E006 the sign-in backend is missing                           W002 the middleware stands before LoginRequired
E007 the pipeline links accounts by e-mail address            W003 SQLite without immediate transactions
                                                              W004 form-action does not name the tenant
                                                              W005 another backend is called "auth0" too
                                                              E012 a cache answers before the middleware
Under `--deploy`, beside Django's own about cookies, HSTS and https:
E013 the tenant is a local one
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.utils.module_loading import import_string

from .conf import BACKEND, BACKEND_NAME, KEYS, conf, is_loopback
from .exceptions import ConfigurationError
from .pipeline import PIPELINE

MIDDLEWARE = "auth0_password.middleware.PasswordResetMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
FROM_CACHE = "django.middleware.cache.FetchFromCacheMiddleware"
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"
SHORTEST_SECRET = 32
"""Auth0's are 64 characters."""

BY_EMAIL = "social_core.pipeline.social_auth.associate_by_email"


@register(Tags.security)
def check_settings(**_: Any) -> list[CheckMessage]:
    """Each key of `AUTH0_PASSWORD`: known, present, of its type."""
    return [*_unknown_keys(), *_wrong_values()]


@register(Tags.security)
def check_surroundings(**_: Any) -> list[CheckMessage]:
    """Middleware, backend, pipeline, cookies and times."""
    return [message for find in SURROUNDINGS for message in find()]


@register(Tags.security)
def check_policy(**_: Any) -> list[CheckMessage]:
    """The site's Content-Security-Policy, where the tenant is known."""
    try:
        return list(_content_security_policy())
    except ConfigurationError:
        return []


@register(Tags.security, deploy=True)
def check_deployment(**_: Any) -> list[CheckMessage]:
    """What is right on a developer's machine only."""
    try:
        domain = conf.DOMAIN
    except ConfigurationError:
        return []
    if not is_loopback(domain.hostname):
        return []
    return [
        Error(
            f"The tenant is {domain}, on this very machine: whoever can start a process there signs in as anybody.",
            hint="Set SOCIAL_AUTH_AUTH0_DOMAIN to your tenant's host.",
            id="auth0_password.E013",
        )
    ]


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
    if readable:
        yield from _wrong_together()


def _wrong_together() -> Iterator[CheckMessage]:
    """What only shows when every setting can be read."""
    if conf.login_client_id == conf.MANAGEMENT_CLIENT_ID:
        yield Error(
            "AUTH0_PASSWORD['MANAGEMENT_CLIENT_ID'] is the login client.",
            hint="Make a machine-to-machine application at Auth0 with read:users and create:user_tickets.",
            id="auth0_password.E003",
        )
    hostname = conf.DOMAIN.hostname
    if not is_loopback(hostname) and len(conf.MANAGEMENT_CLIENT_SECRET) < SHORTEST_SECRET:
        yield Error(
            "AUTH0_PASSWORD['MANAGEMENT_CLIENT_SECRET'] is a sample, or too short to be Auth0's.",
            hint="Copy the secret of the machine-to-machine application; keep it out of the code.",
            id="auth0_password.E010",
        )
    if not is_loopback(hostname) and not hostname.endswith(".auth0.com") and "DOMAIN" not in settings.AUTH0_PASSWORD:
        yield Error(
            f"{hostname} looks like a custom domain: the Management API answers at the tenant's own host.",
            hint="Set AUTH0_PASSWORD['DOMAIN'] to it, e.g. tenant.eu.auth0.com.",
            id="auth0_password.E011",
        )


def _middleware() -> Iterator[CheckMessage]:
    installed = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in installed:
        yield Error(
            "PasswordResetMiddleware is missing: nobody is held back.",
            hint=f"Put {MIDDLEWARE!r} right after {AUTHENTICATION!r} in MIDDLEWARE.",
            id="auth0_password.E004",
        )
        return
    place = installed.index(MIDDLEWARE)
    yield from _order(before=installed[:place], after=installed[place:])


def _order(*, before: list[str], after: list[str]) -> Iterator[CheckMessage]:
    if AUTHENTICATION not in before:
        yield Error(
            "PasswordResetMiddleware needs the user that AuthenticationMiddleware loads.",
            hint=f"Put it right after {AUTHENTICATION!r} in MIDDLEWARE.",
            id="auth0_password.E005",
        )
    if FROM_CACHE in before:
        yield Error(
            "FetchFromCacheMiddleware answers before PasswordResetMiddleware is asked: from the cache to anybody.",
            hint="Put FetchFromCacheMiddleware last, as Django's documentation has it.",
            id="auth0_password.E012",
        )
    if LOGIN_REQUIRED in after:
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


def _other_backends() -> Iterator[CheckMessage]:
    for path in settings.AUTHENTICATION_BACKENDS:
        if path != BACKEND and getattr(import_string(path), "name", "") == BACKEND_NAME:
            yield Caution(
                f"{path} is called {BACKEND_NAME!r} too: social-auth uses whichever it finds last.",
                hint="Remove it; ours takes over its users.",
                id="auth0_password.W005",
            )


def _content_security_policy() -> Iterator[CheckMessage]:
    """Django's own `SECURE_CSP`, and django-csp's setting. Browsers apply form-action to what follows a form."""
    django_csp = getattr(settings, "CONTENT_SECURITY_POLICY", None) or {}
    for policy in (getattr(settings, "SECURE_CSP", None) or {}, django_csp.get("DIRECTIVES", {})):
        allowed = policy.get("form-action")
        if allowed is not None and not {"*", "https:", conf.DOMAIN.url, conf.DOMAIN.host} & set(allowed):
            yield Caution(
                "The Content-Security-Policy's form-action does not name the tenant: browsers stop our buttons.",
                hint=f"Add {conf.DOMAIN.url} to form-action.",
                id="auth0_password.W004",
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
    _other_backends,
    _pipeline,
    _cookies_and_times,
    _databases,
)
