"""The one reader of `settings.AUTH0_PASSWORD` (and of social-auth's login client). Nothing is cached."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal, TypeVar, cast

from django.conf import settings

from ..exceptions import ConfigurationError
from .deploy import Deploy, parse_deploy
from .domains import Domain, parse_domain
from .limits import LIMITS, Rate, parse_rates
from .secrets import parse_secrets

Choice = TypeVar("Choice", bound=str)

WAYS = ("reauthenticate", "email_link", "universal_login")
"""The ways to a new password that there are, best first."""


class Settings:
    """`settings.AUTH0_PASSWORD`, one typed property per key. Each is read again at every access."""

    @property
    def DOMAIN(self) -> Domain:  # noqa: N802 - properties are named as the settings they read
        """The tenant's canonical host. Default: `SOCIAL_AUTH_AUTH0_DOMAIN`."""
        return parse_domain(self._text("DOMAIN", _social("DOMAIN")))

    @property
    def CUSTOM_DOMAIN(self) -> Domain | None:  # noqa: N802
        """The tenant's other host, where it has one. Its tokens may name it as their issuer."""
        return parse_domain(self._text("CUSTOM_DOMAIN")) if self._all().get("CUSTOM_DOMAIN") else None

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
    def WAYS(self) -> tuple[str, ...]:  # noqa: N802
        """The ways to a new password that this site offers, best first."""
        value = self._all().get("WAYS", WAYS)
        named = list(value) if isinstance(value, (list, tuple)) else []
        if not named or not set(named) <= set(WAYS) or len(set(named)) < len(named):
            raise ConfigurationError(f"AUTH0_PASSWORD['WAYS'] must be a list of some of {', '.join(map(repr, WAYS))}")
        return tuple(named)

    @property
    def FORCE_AT(self) -> Literal["site", "deny", "mail", "form"]:  # noqa: N802
        """Where a flagged user is stopped: by this site, or by an Action of the tenant in one of its modes. Such an
        Action lets nobody through who is flagged: signing in again is a way only where it hands over."""
        return self._choice("FORCE_AT", ("site", "deny", "mail", "form"))

    @property
    def LOGIN_ROUTE(self) -> bool | None:  # noqa: N802
        """Whether the tenant's last page has a button that leads back to the login route. None, the default: wherever
        Auth0 allows one, which is at https addresses that are not this machine."""
        value = self._all().get("LOGIN_ROUTE")
        if value is not None and not isinstance(value, bool):
            raise ConfigurationError("AUTH0_PASSWORD['LOGIN_ROUTE'] must be True, False or None")
        return value

    @property
    def LIMITS(self) -> dict[str, tuple[Rate, ...]]:  # noqa: N802
        """How often something may be done, by name; what is not named keeps its default. `"5/h,20/d"`: at most five
        in an hour and twenty in a day."""
        value = self._all().get("LIMITS", {})
        if not isinstance(value, dict) or value.keys() - LIMITS.keys():
            raise ConfigurationError(f"AUTH0_PASSWORD['LIMITS'] must be a dict with some of {', '.join(LIMITS)}")
        return {name: parse_rates(f"['LIMITS'][{name!r}]", value.get(name, rates)) for name, rates in LIMITS.items()}

    @property
    def TRUSTED_PROXIES(self) -> int:  # noqa: N802
        """How many proxies of yours stand before this site: so many entries of `X-Forwarded-For` are believed, from
        the right. 0: none, the connection's own address counts."""
        return self._whole("TRUSTED_PROXIES", 0, least=0)

    @property
    def SITE_URL(self) -> str:  # noqa: N802
        """This site's address, without a slash at its end: links in its mails begin with it, never with the Host
        header. Empty: the site sends no mails of its own."""
        value = self._all().get("SITE_URL", "")
        if value == "":
            return ""
        text = self._text("SITE_URL").removesuffix("/")
        domain = parse_domain(text) if text.startswith(("https://", "http://")) else None
        if domain is None or domain.url != text.lower():
            raise ConfigurationError(
                "AUTH0_PASSWORD['SITE_URL'] must read like 'https://www.example.com': https, and only a host"
            )
        return domain.url

    @property
    def RETENTION_DAYS(self) -> int:  # noqa: N802
        """After how many days `purge_password_history` deletes what is over."""
        return self._whole("RETENTION_DAYS", 365, least=1)

    @property
    def ACTION_SECRET(self) -> tuple[str, ...]:  # noqa: N802
        """What the tenant's Actions sign their reports with; none: there is no address for them."""
        return parse_secrets("ACTION_SECRET", self._all().get("ACTION_SECRET"))

    @property
    def LOG_STREAM_TOKEN(self) -> tuple[str, ...]:  # noqa: N802
        """The whole `Authorization` value of the tenant's log stream; none: there is no address for it."""
        return parse_secrets("LOG_STREAM_TOKEN", self._all().get("LOG_STREAM_TOKEN"))

    @property
    def HANDOVER_SECRET(self) -> tuple[str, ...]:  # noqa: N802
        """What the tenant's Action signs with that hands somebody over who has just signed in, to choose a new
        password; none: there is no page for it."""
        return parse_secrets("HANDOVER_SECRET", self._all().get("HANDOVER_SECRET"))

    @property
    def RESET_VERIFIER(self) -> str:  # noqa: N802
        """The dotted path of what the site asks before somebody chooses a new password by a link: a subclass of
        `services.verification.Verifier`. Empty: nothing, and there is no page for it."""
        value = self._all().get("RESET_VERIFIER", "")
        if not isinstance(value, str) or (value and not all(part.isidentifier() for part in value.split("."))):
            raise ConfigurationError("AUTH0_PASSWORD['RESET_VERIFIER'] must be the dotted path of a class")
        return value

    @property
    def VERIFIER_SECRET(self) -> tuple[str, ...]:  # noqa: N802
        """What the tenant's Action signs with that leads to the verifier's page, and this site when it answers."""
        return parse_secrets("VERIFIER_SECRET", self._all().get("VERIFIER_SECRET"))

    @property
    def BREACH_FROM_LOGS(self) -> bool:  # noqa: N802
        """Whether a leaked password that the tenant's log tells of requires a new one."""
        value = self._all().get("BREACH_FROM_LOGS", False)
        if not isinstance(value, bool):
            raise ConfigurationError("AUTH0_PASSWORD['BREACH_FROM_LOGS'] must be True or False")
        return value

    @property
    def DEPLOY(self) -> Deploy:  # noqa: N802
        """What `auth0_deploy` does otherwise than by itself: a dict with some of `skip`, `clients`, `receivers` and
        `challenge`."""
        return parse_deploy(self._all().get("DEPLOY", {}))

    @property
    def domains(self) -> tuple[Domain, ...]:
        """The tenant's hosts, its own one first: either may stand in what it sends."""
        return tuple(filter(None, (self.DOMAIN, self.CUSTOM_DOMAIN)))

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

    def _whole(self, key: str, default: int, *, least: int) -> int:
        value = self._all().get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ConfigurationError(f"AUTH0_PASSWORD[{key!r}] must be a whole number, {least} or more")
        return value

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
