"""`AUTH0_PASSWORD["DEPLOY"]`: what `auth0_deploy` does otherwise than by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..exceptions import ConfigurationError
from .domains import is_loopback
from .secrets import parse_secrets

PARTS = (
    "scopes",
    "login-route",
    "logout-url",
    "ip-header",
    "back-channel-logout",
    "instructions-url",
    "form",
    "post-login",
    "post-change-password",
    "password-reset-post-challenge",
    "log-stream",
)
"""What there is to be set up in a tenant, in the order in which it is done."""

KEYS = {"skip", "clients", "receivers", "challenge"}


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """Somebody else who is told of changes by the tenant's Action, and what it signs with for them."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Deploy:
    """`skip`: parts that are left alone. `clients`: applications beside the login client whose sign-ins the Actions
    look after. `receivers`: who is told of changes beside this site. `challenge`: whether somebody with a second
    factor is asked for it before they choose a password by a link."""

    skip: frozenset[str] = frozenset()
    clients: tuple[str, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    challenge: bool = True


def parse_deploy(value: object) -> Deploy:
    """Read the setting. Raises `ConfigurationError`."""
    if not isinstance(value, dict) or value.keys() - KEYS:
        raise ConfigurationError(f"AUTH0_PASSWORD['DEPLOY'] must be a dict with some of {', '.join(sorted(KEYS))}")
    challenge = value.get("challenge", True)
    if not isinstance(challenge, bool):
        raise ConfigurationError("AUTH0_PASSWORD['DEPLOY']['challenge'] must be True or False")
    skip = _texts("skip", value.get("skip", ()))
    if unknown := set(skip) - set(PARTS):
        raise ConfigurationError(
            f"AUTH0_PASSWORD['DEPLOY']['skip'] has {', '.join(sorted(unknown))}: known are {', '.join(PARTS)}"
        )
    return Deploy(
        skip=frozenset(skip),
        clients=_texts("clients", value.get("clients", ())),
        receivers=tuple(map(_receiver, _list("receivers", value.get("receivers", ())))),
        challenge=challenge,
    )


def _receiver(value: object) -> Receiver:
    found = value if isinstance(value, dict) and value.keys() == {"url", "secret"} else {}
    secrets = parse_secrets("DEPLOY']['receivers", found.get("secret"))
    url = found.get("url")
    if len(secrets) != 1 or not isinstance(url, str) or not _can_be_called(url):
        raise ConfigurationError(
            "AUTH0_PASSWORD['DEPLOY']['receivers'] must be a list of {'url': 'https://…', 'secret': '…'}"
        )
    return Receiver(url=url, secret=secrets[0])


def _can_be_called(url: str) -> bool:
    """By the Action: https, or for a local tenant http on this machine."""
    try:
        parts = urlsplit(url)
        hostname = parts.hostname or ""
    except ValueError:
        return False
    return bool(hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(hostname)))


def _texts(key: str, value: object) -> tuple[str, ...]:
    found = _list(key, value)
    if not all(isinstance(one, str) and one for one in found):
        raise ConfigurationError(f"AUTH0_PASSWORD['DEPLOY'][{key!r}] must be a list of texts")
    return tuple(map(str, found))


def _list(key: str, value: object) -> list[object]:
    if not isinstance(value, (list, tuple, set, frozenset)):
        raise ConfigurationError(f"AUTH0_PASSWORD['DEPLOY'][{key!r}] must be a list")
    return list(value)
