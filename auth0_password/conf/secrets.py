"""Secrets that this site shares with its tenant: one, or several while one takes the place of another."""

from __future__ import annotations

import base64
import binascii

from ..exceptions import ConfigurationError

PREFIX = "whsec_"
"""How Standard Webhooks writes a secret: the prefix, then the key in base64. Any other text is the key itself."""

SHORTEST, FEWEST = 32, 10
"""Characters, and different ones among them, below which a secret is a sample or was typed by hand."""


def parse_secrets(name: str, value: object) -> tuple[str, ...]:
    """One secret or a list of them; none of None, "" and []. Raises `ConfigurationError`."""
    found = [value] if isinstance(value, str) and value else value or []
    if not isinstance(found, (list, tuple)) or not all(isinstance(one, str) and _is_readable(one) for one in found):
        raise ConfigurationError(f"AUTH0_PASSWORD[{name!r}] must be a secret of ASCII characters, or a list of them")
    return tuple(found)


def key_of(secret: str) -> bytes:
    """The bytes that sign. Empty for what cannot be read."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _is_readable(secret: str) -> bool:
    """Whether a header can carry it as it is: the servers on the way cut spaces off."""
    return secret.isascii() and secret.isprintable() and secret == secret.strip() and bool(key_of(secret))


def is_weak(secret: str) -> bool:
    """Whether it looks like a sample, or could be guessed."""
    return len(secret) < SHORTEST or len(set(secret.removeprefix(PREFIX))) < FEWEST
