"""Settings, typed: `conf.DOMAIN`, `conf.CONNECTION`, … nobody else reads `AUTH0_PASSWORD`."""

from .deploy import PARTS, Deploy, Receiver
from .domains import Domain, is_loopback, parse_domain
from .limits import Rate
from .secrets import is_weak, key_of
from .settings import KEYS, Settings, conf

BACKEND_NAME = "auth0"
"""social-auth's name of the backend: part of the callback's path and of every `UserSocialAuth` row."""

BACKEND = "auth0_password.backends.Auth0PasswordBackend"
"""Django's name of it, in `AUTHENTICATION_BACKENDS` and in sessions."""

__all__ = [
    "BACKEND",
    "BACKEND_NAME",
    "KEYS",
    "PARTS",
    "Deploy",
    "Domain",
    "Rate",
    "Receiver",
    "Settings",
    "conf",
    "is_loopback",
    "is_weak",
    "key_of",
    "parse_domain",
]
