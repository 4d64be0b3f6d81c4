"""System checks: every setting, and what has to stand around the package. Ids are stable.

E001 AUTH0_PASSWORD is not a dict, or has an unknown key      E010 a secret is a sample, or short
E002 a setting is missing or wrong                            E011 a custom domain without the canonical one
E003 the Management client is the login client                E012 a cache answers before the middleware
E004 the middleware is missing                                E014 a shared secret is poor, or used twice
E005 the middleware stands before what it needs               E015 RESET_VERIFIER is half set, or no Verifier
E006 the sign-in backend is missing                           E016 HANDOVER_SECRET stands without SITE_URL
E007 the pipeline links accounts by e-mail address            W001 the pipeline lacks one of our steps
E008 SESSION_COOKIE_SAMESITE is "Strict"                      W002 the middleware stands before LoginRequired
E009 USE_TZ is off                                            W003 SQLite without immediate transactions
                                                              W004 form-action does not name the tenant
                                                              W005 another backend is called "auth0" too
Under `--deploy`, beside Django's own about cookies, HSTS and https:
E013 the tenant is a local one; E010 also where SECRET_KEY is the demonstration's
W006 the site waits for ever for its mail server
W007 nobody is told that a new password is disputed
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from ..conf import conf, is_loopback
from ..exceptions import ConfigurationError
from .surroundings import (
    AUTHENTICATION,
    BY_EMAIL,
    FROM_CACHE,
    LOGIN_REQUIRED,
    MIDDLEWARE,
    SURROUNDINGS,
    content_security_policy,
    handover,
    mail_timeout,
    reset_verifier,
    told_of_disputes,
)
from .values import SAMPLES, sample_secret, unknown_keys, wrong_values

__all__ = [
    "AUTHENTICATION",
    "BY_EMAIL",
    "FROM_CACHE",
    "LOGIN_REQUIRED",
    "MIDDLEWARE",
    "SAMPLES",
    "check_deployment",
    "check_mails",
    "check_policy",
    "check_settings",
    "check_surroundings",
]


@register(Tags.security)
def check_settings(**_: Any) -> list[CheckMessage]:
    """Each key of `AUTH0_PASSWORD`: known, present, of its type."""
    return [*unknown_keys(), *wrong_values()]


@register(Tags.security)
def check_surroundings(**_: Any) -> list[CheckMessage]:
    """Middleware, backend, pipeline, cookies and times."""
    return [message for find in SURROUNDINGS for message in find()]


@register(Tags.security)
def check_policy(**_: Any) -> list[CheckMessage]:
    """The site's Content-Security-Policy, where the tenant is known; and what its Actions lead to."""
    try:
        return [*content_security_policy(), *handover(), *reset_verifier()]
    except ConfigurationError:
        return []


@register(Tags.security, deploy=True)
def check_deployment(**_: Any) -> list[CheckMessage]:
    """What is right on a developer's machine only."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    samples = [sample_secret("SECRET_KEY")] if any(str(key).startswith(SAMPLES) for key in keys) else []
    return [*samples, *_local_tenant()]


@register(Tags.security, deploy=True)
def check_mails(**_: Any) -> list[CheckMessage]:
    """The mail server, and whom we write to, where this site sends mails of ours."""
    try:
        return [*mail_timeout(), *told_of_disputes()]
    except ConfigurationError:
        return []


def _local_tenant() -> list[CheckMessage]:
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
