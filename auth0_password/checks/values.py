"""The values of `AUTH0_PASSWORD`: each by itself, and what only shows when they are seen together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from django.conf import settings
from django.core.checks import CheckMessage, Error

from ..conf import KEYS, conf, is_loopback, is_weak
from ..exceptions import ConfigurationError

SHORTEST_SECRET = 32
"""Auth0's are 64 characters."""

SAMPLES = ("local-only-", "demonstration-only-")
"""How every secret of the demonstration begins."""

SHARED = ("ACTION_SECRET", "HANDOVER_SECRET", "LOG_STREAM_TOKEN", "VERIFIER_SECRET")
"""Secrets that the site chooses itself."""


def unknown_keys() -> Iterator[CheckMessage]:
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


def wrong_values() -> Iterator[CheckMessage]:
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
    if not is_loopback(hostname):
        yield from _poor_secrets()
    if not is_loopback(hostname) and not hostname.endswith(".auth0.com") and "DOMAIN" not in settings.AUTH0_PASSWORD:
        yield Error(
            f"{hostname} looks like a custom domain: the Management API answers at the tenant's own host.",
            hint="Set AUTH0_PASSWORD['DOMAIN'] to it, e.g. tenant.eu.auth0.com.",
            id="auth0_password.E011",
        )
    for key in SHARED:
        if any(is_weak(secret) for secret in getattr(conf, key)):
            yield Error(
                f"AUTH0_PASSWORD[{key!r}] is a sample, or too short: whoever guesses it speaks for the tenant.",
                hint='Make one: python -c "import secrets; print(secrets.token_urlsafe(32))"',
                id="auth0_password.E014",
            )
    yield from _shared_twice()


def _shared_twice() -> Iterator[CheckMessage]:
    """The stream's token is sent as it is, and Auth0 shows it to whoever may read streams: it must sign nothing."""
    known = {key: {secret.removeprefix("Bearer ") for secret in getattr(conf, key)} for key in SHARED}
    for one, other in combinations(SHARED, 2):
        if known[one] & known[other]:
            yield Error(
                f"AUTH0_PASSWORD[{one!r}] and [{other!r}] are the same: whoever learns one speaks for the other.",
                hint="Make one for each.",
                id="auth0_password.E014",
            )


def _poor_secrets() -> Iterator[CheckMessage]:
    """Of a tenant that is not on this machine."""
    applications = {
        "AUTH0_PASSWORD['MANAGEMENT_CLIENT_SECRET']": conf.MANAGEMENT_CLIENT_SECRET,
        "SOCIAL_AUTH_AUTH0_SECRET": getattr(settings, "SOCIAL_AUTH_AUTH0_SECRET", None),
    }
    for name, secret in applications.items():
        if secret and (len(str(secret)) < SHORTEST_SECRET or str(secret).startswith(SAMPLES)):  # some have none
            yield sample_secret(name)
    for key in SHARED:
        if any(secret.startswith(SAMPLES) for secret in getattr(conf, key)):
            yield sample_secret(f"AUTH0_PASSWORD[{key!r}]")


def sample_secret(name: str) -> CheckMessage:
    return Error(
        f"{name} is a sample, or too short.",
        hint="Copy the secret of your own application, or make one; keep it out of the code.",
        id="auth0_password.E010",
    )
