"""Logout tokens: OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6, with what is Auth0's own about them.

Auth0 writes `typ` as `JWT` (ASVS 10.5.5 would have `logout+jwt`), so the claims have to tell it from other tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ..exceptions import NotGenuineError
from .claims import LONGEST_NAME, header_of, verified

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

ALGORITHM = "RS256"
KIND = "a logout token"
TYPES = (None, "JWT", "logout+jwt")
EVENT = "http://schemas.openid.net/event/backchannel-logout"


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
    claims = verified(token, KIND, ALGORITHM, key_of(_key_name(token)))
    values, events = claims.values, claims.values.get("events")
    issued_at, expires_at = claims.life(now)
    claims.check(any(values.get("iss") == issuer for issuer in issuers), "iss")
    claims.check(values.get("aud") in (audience, [audience]), "aud")
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
    """It chooses among the tenant's keys, and nothing else."""
    name = header_of(token, KIND, ALGORITHM, TYPES).get("kid")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise NotGenuineError(f"{KIND}: header")
    return name
