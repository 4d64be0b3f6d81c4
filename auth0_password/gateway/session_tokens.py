"""The tokens of an Action that leads a browser to this site and takes it back: what it sends along
(`api.redirect.encodeToken`), and what it accepts (`validateToken`). HS256, by a secret that both sides know (Auth0:
redirect-with-actions).

Both kinds have `typ` "JWT" and the same secret, so `iss` and `purpose` tell one from the other.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt

from ..conf import Domain
from ..exceptions import NotGenuineError
from .claims import Claims, header_of, verified

ALGORITHM = "HS256"
KIND = "a session token"
TYPES = ("JWT",)
LONGEST_LIFE = timedelta(minutes=15)
"""What `encodeToken` gives a token where its Action says nothing."""

ANSWER_LIFE = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class SessionToken:
    """An Action of the tenant sent the browser of `subject` here, from a flow at `domain`. `signed` is what of the
    token is signed, so exactly one spelling of it; `secret` is the one that signed."""

    subject: str
    domain: Domain
    expires_at: datetime
    signed: str = field(repr=False)
    secret: str = field(repr=False)


def session_token_from(
    token: str, secrets: Collection[str], *, domains: Collection[Domain], purpose: str, now: datetime
) -> SessionToken:
    """Verify one. `purpose` is what the Action put into its payload. Raises `NotGenuineError`."""
    secret, claims = _verified(token, secrets)
    issued_at, expires_at = claims.life(now)
    domain = next((known for known in domains if known.host == claims.values.get("iss")), None)
    if domain is None:
        claims.refuse("iss")
    claims.check(claims.text("purpose") == purpose, "purpose")
    claims.check("aud" not in claims.values, "aud")
    claims.check(expires_at - issued_at <= LONGEST_LIFE, "exp")
    return SessionToken(
        subject=claims.text("sub"),
        domain=domain,
        expires_at=expires_at,
        signed=token.rpartition(".")[0],
        secret=secret,
    )


def answer_to(token: SessionToken, state: str, *, issuer: str, now: datetime, **claims: Any) -> str:
    """What the Action's `validateToken` takes for this flow, and for a minute: the same `sub`, and the `state` that
    the browser came with."""
    standard = {"iss": issuer, "sub": token.subject, "state": state, "iat": now, "exp": now + ANSWER_LIFE}
    return jwt.encode({**claims, **standard}, token.secret.encode(), ALGORITHM)


def _verified(token: str, secrets: Collection[str]) -> tuple[str, Claims]:
    """The secret that signed it, and what it says."""
    header_of(token, KIND, ALGORITHM, TYPES)
    for secret in secrets:
        with suppress(NotGenuineError):
            return secret, verified(token, KIND, ALGORITHM, secret.encode())
    raise NotGenuineError(f"{KIND}: signature")
