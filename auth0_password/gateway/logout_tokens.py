"""Logout tokens: OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6, with what is Auth0's own about them.

Auth0 writes `typ` as `JWT` (ASVS 10.5.5 would have `logout+jwt`), so the claims have to tell it from other tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import jwt

from ..exceptions import NotGenuineError
from .claims import LONGEST_NAME, Claims

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

ALGORITHM = "RS256"
KIND = "a logout token"
TYPES = (None, "JWT", "logout+jwt")
EVENT = "http://schemas.openid.net/event/backchannel-logout"
NAMES_OF_KEYS = {"jku", "jwk", "x5u", "x5c", "crit"}
"""Headers by which a token would choose the key that it is verified with, or ask for more than we know (RFC 8725)."""

SKEW = timedelta(seconds=60)
LONGEST_TOKEN = 8_192
"""Characters. Auth0's are around 900."""


@dataclass(frozen=True, kw_only=True)
class LogoutToken:
    """A session ended at Auth0: the one that `sid` names, or, where that is empty, all of `subject` that began before
    `issued_at` (Auth0's clock). `token_id` is its `jti`, and after `expires_at` nobody takes it any more."""

    subject: str
    sid: str
    issued_at: datetime
    expires_at: datetime
    token_id: str


def logout_token_from(
    token: str, key_of: Callable[[str], RSAPublicKey], *, issuers: Collection[str], audience: str, now: datetime
) -> LogoutToken:
    """Verify one. Raises `NotGenuineError`, and what `key_of` raises."""
    claims = _verified(token, key_of(_key_name(token)))
    issued_at, expires_at = claims.moment("iat"), claims.moment("exp")
    values, events = claims.values, claims.values.get("events")
    claims.check(any(values.get("iss") == issuer for issuer in issuers), "iss")
    claims.check(values.get("aud") in (audience, [audience]), "aud")
    claims.check(issued_at <= now + SKEW, "iat")
    claims.check(now < expires_at + SKEW, "exp")
    claims.check("nbf" not in values or claims.moment("nbf") <= now + SKEW, "nbf")
    claims.check(isinstance(events, dict) and isinstance(events.get(EVENT), dict), "events")
    claims.check("nonce" not in values, "nonce")
    claims.check("sub" in values or "sid" in values, "sub")
    return LogoutToken(
        subject=claims.text("sub") if "sub" in values else "",
        sid=claims.text("sid") if "sid" in values else "",
        issued_at=issued_at,
        expires_at=expires_at,
        token_id=claims.text("jti"),
    )


def _key_name(token: str) -> str:
    """From the header, which nobody has signed yet: it chooses among the tenant's keys, and nothing else."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise NotGenuineError(f"{KIND}: length")
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise NotGenuineError(f"{KIND}: header") from None
    kind, name = header.get("typ"), header.get("kid")
    known = header.get("alg") == ALGORITHM and any(kind == one for one in TYPES)
    if not known or NAMES_OF_KEYS & header.keys() or not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise NotGenuineError(f"{KIND}: header")
    return name


def _verified(token: str, key: RSAPublicKey) -> Claims:
    """Only the signature is left to PyJWT: it takes times that are strings, and lists of audiences."""
    only_the_signature = {"verify_signature": True} | {
        f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
    }
    try:
        values = jwt.decode(token, key, algorithms=[ALGORITHM], options=only_the_signature)  # type: ignore[arg-type]
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise NotGenuineError(f"{KIND}: signature") from None
    return Claims(KIND, values)
