"""The one place that reads `settings.AUTH0_PASSWORD` (and social-auth's login client). Nothing is cached."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeVar, cast
from urllib.parse import urlsplit

from django.conf import settings

from .exceptions import ConfigurationError

Choice = TypeVar("Choice", bound=str)

HOSTNAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]+")

BACKEND_NAME = "auth0"
"""social-auth's name of the backend: part of the callback's path and of every `UserSocialAuth` row."""


BACKEND = "auth0_password.backends.Auth0PasswordBackend"
"""Django's name of it, in `AUTHENTICATION_BACKENDS` and in sessions."""


@dataclass(frozen=True)
class Domain:
    """A tenant's host, as `host[:port]` in lower case, and the scheme that it is reached by."""

    host: str
    scheme: str

    @property
    def url(self) -> str:
        """The tenant's address without a trailing slash, e.g. `https://tenant.eu.auth0.com`."""
        return f"{self.scheme}://{self.host}"

    @property
    def hostname(self) -> str:
        """The host without its port."""
        return urlsplit(self.url).hostname or ""

    @property
    def issuer(self) -> str:
        """The `iss` of its tokens: with a trailing slash (OIDC discovery of any Auth0 tenant)."""
        return f"{self.url}/"

    def __str__(self) -> str:
        return self.host


def parse_domain(value: str) -> Domain:
    """Read a tenant's host or URL.

    A bare host is https, unless it is a loopback host, which is http. A URL says its scheme itself; http is
    accepted for loopback hosts only. Raises `ConfigurationError` for anything else.
    """
    value = value.strip()
    refusal = ConfigurationError(f"{value!r} is not the host of an Auth0 tenant, such as tenant.eu.auth0.com")
    try:
        parts = urlsplit(value if "://" in value else f"//{value}")
        hostname, port = parts.hostname, parts.port
    except ValueError:
        raise refusal from None
    host_only = (parts.path.strip("/"), parts.query, parts.fragment, parts.username) == ("", "", "", None)
    if not hostname or not HOSTNAME.fullmatch(hostname) or not host_only:
        raise refusal
    scheme = parts.scheme or ("http" if is_loopback(hostname) else "https")
    if scheme != "https" and not (scheme == "http" and is_loopback(hostname)):
        raise ConfigurationError(f"{value!r} must be reached by https: only a loopback host may use http")
    host = f"[{hostname}]" if ":" in hostname else hostname
    return Domain(host=f"{host}:{port}" if port else host, scheme=scheme)


def is_loopback(hostname: str) -> bool:
    """Whether a host name means this machine (`localhost`, 127.0.0.0/8, ::1)."""
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False


class Settings:
    """`settings.AUTH0_PASSWORD`, one typed property per key. Each is read again at every access."""

    @property
    def DOMAIN(self) -> Domain:  # noqa: N802 - properties are named as the settings they read
        """The tenant's canonical host. Default: `SOCIAL_AUTH_AUTH0_DOMAIN`."""
        return parse_domain(self._text("DOMAIN", _social("DOMAIN")))

    @property
    def MANAGEMENT_CLIENT_ID(self) -> str:  # noqa: N802
        """The machine-to-machine application that reads users and makes tickets; never the login client."""
        return self._text("MANAGEMENT_CLIENT_ID")

    @property
    def MANAGEMENT_CLIENT_SECRET(self) -> str:  # noqa: N802
        """Its secret. Django's error reports hide it because of its name."""
        return self._text("MANAGEMENT_CLIENT_SECRET")

    @property
    def CONNECTION(self) -> str:  # noqa: N802
        """The database connection whose passwords this site cares for, by name."""
        return self._text("CONNECTION", "Username-Password-Authentication")

    @property
    def REAUTH_MAX_AGE(self) -> timedelta:  # noqa: N802
        """How old a sign-in may be to authorise a change without signing in again. Default: 300 seconds."""
        return self._duration("REAUTH_MAX_AGE", timedelta(seconds=300))

    @property
    def ENFORCE(self) -> Literal["block", "report"]:  # noqa: N802
        """`"block"`, or `"report"`: log who would be blocked and let them pass (the first roll-out)."""
        return self._choice("ENFORCE", ("block", "report"))

    @property
    def EXEMPT_VIEWS(self) -> frozenset[str]:  # noqa: N802
        """Views that stay open to blocked users, by view name (`app:name`) or dotted path; never by URL path."""
        value = self._all().get("EXEMPT_VIEWS", ())
        if isinstance(value, str) or not all(isinstance(name, str) and name and "/" not in name for name in value):
            raise ConfigurationError(
                "AUTH0_PASSWORD['EXEMPT_VIEWS'] must be a list of view names or dotted paths, not of URL paths"
            )
        return frozenset(value)

    @property
    def FIRST_LOGIN(self) -> str:  # noqa: N802
        """Who must choose a new password at the first sign-in: `"flagged"` (the tenant's
        `app_metadata.needsPasswordReset`), `"always"` (no password change yet), `"never"`, or the dotted path of a
        function `(*, user, profile) -> reason or None`."""
        value = self._text("FIRST_LOGIN", "flagged")
        if value not in {"flagged", "always", "never"} and "." not in value:
            raise ConfigurationError(
                'AUTH0_PASSWORD[\'FIRST_LOGIN\'] must be "flagged", "always", "never" or the dotted path of a function'
            )
        return value

    @property
    def login_client_id(self) -> str:
        """social-auth's login client: tickets name it, so that Auth0 leads back to its login route."""
        return self._required("SOCIAL_AUTH_AUTH0_KEY", _social("KEY"))

    def _all(self) -> dict[str, Any]:
        value = getattr(settings, "AUTH0_PASSWORD", {})
        if not isinstance(value, dict):
            raise ConfigurationError("AUTH0_PASSWORD must be a dict")
        return value

    def _text(self, key: str, default: object = None) -> str:
        return self._required(f"AUTH0_PASSWORD[{key!r}]", self._all().get(key, default))

    @staticmethod
    def _required(name: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ConfigurationError(f"{name} must be set to a non-empty string")
        return value.strip()

    def _choice(self, key: str, choices: tuple[Choice, ...]) -> Choice:
        value = self._all().get(key, choices[0])
        if value not in choices:
            raise ConfigurationError(f"AUTH0_PASSWORD[{key!r}] must be one of {', '.join(map(repr, choices))}")
        return cast("Choice", value)

    def _duration(self, key: str, default: timedelta) -> timedelta:
        value = self._all().get(key, default)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = timedelta(seconds=value)
        if not isinstance(value, timedelta) or value <= timedelta(0):
            raise ConfigurationError(f"AUTH0_PASSWORD[{key!r}] must be a timedelta or a number of seconds above 0")
        return value


def _social(name: str) -> object:
    return getattr(settings, f"SOCIAL_AUTH_AUTH0_{name}", None)


KEYS = tuple(name for name in vars(Settings) if name.isupper())
"""Every key that `AUTH0_PASSWORD` may have."""

conf = Settings()
