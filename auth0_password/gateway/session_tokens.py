"""The tokens of an Action that leads a browser to this site: what it sends along (`api.redirect.encodeToken`), and
what it accepts when it takes the browser back (`validateToken`). HS256, by a secret that both sides know (Auth0:
redirect-with-actions).

All have `typ` "JWT", and those of one trip the same secret, so `iss`, `aud` and `purpose` tell one from the other.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from ..conf import Domain
from ..exceptions import NotGenuineError
from .claims import LAST_SECOND, Claims, header_of, verified

ALGORITHM = "HS256"
KIND = "a session token"
TYPES = ("JWT",)
LONGEST_LIFE = timedelta(minutes=15)
"""What `encodeToken` gives a token where its Action says nothing."""

ANSWER_LIFE = timedelta(seconds=60)

HANDOVER, HANDOVER_LIFE = "change-password", timedelta(seconds=60)
"""`purpose` of a token that hands somebody over, and how long one may live."""

METHODS = {"pwd", "passkey"}
"""How somebody who is handed over may have signed in: the ways of a database connection (Auth0: post-login event)."""

AHEAD = timedelta(seconds=5)
"""So much may one server of Auth0's be ahead of another."""


@dataclass(frozen=True, kw_only=True)
class SessionToken:
    """An Action of the tenant sent the browser of `subject` here, from a flow at `domain`. `signed` is what of the
    token is signed, so exactly one spelling of it; `secret` is the one that signed."""

    subject: str
    domain: Domain
    expires_at: datetime
    signed: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Handover(SessionToken):
    """Of somebody who proved at `authenticated_at`, with the password or passkey of a database connection, who they
    are. `state` is that of the sign-in which led there. Both times are Auth0's clock. `mfa`: a second factor was
    shown; `organization`: the one they signed in to, or empty."""

    issued_at: datetime
    authenticated_at: datetime
    state: str = field(repr=False)
    organization: str
    mfa: bool


def session_token_from(
    token: str, secrets: Collection[str], *, domains: Collection[Domain], purpose: str, now: datetime
) -> SessionToken:
    """Verify one. `purpose` is what the Action put into its payload. Raises `NotGenuineError`."""
    secret, claims = _verified(token, secrets)
    claims.check("aud" not in claims.values, "aud")
    standard = _standard(claims, domains, purpose=purpose, life=LONGEST_LIFE, now=now)
    return SessionToken(**standard, signed=_signed(token), secret=secret)


def handover_from(
    token: str, secrets: Collection[str], *, domains: Collection[Domain], audience: str, now: datetime
) -> Handover:
    """Verify one that hands somebody over to the site `audience`. Raises `NotGenuineError`."""
    secret, claims = _verified(token, secrets)
    claims.check(claims.values.get("aud") == audience, "aud")
    standard = _standard(claims, domains, purpose=HANDOVER, life=HANDOVER_LIFE, now=now)
    issued_at = claims.moment("iat")
    claims.check(claims.text("method") in METHODS, "method")
    return Handover(
        **standard,
        signed=_signed(token),
        secret=secret,
        issued_at=issued_at,
        authenticated_at=_authenticated_at(claims, issued_at),
        state=claims.text("app_state"),
        organization=claims.text("organization") if "organization" in claims.values else "",
        mfa=claims.values.get("mfa") is True,
    )


def answer_to(token: SessionToken, state: str, *, issuer: str, now: datetime, **claims: Any) -> str:
    """What the Action's `validateToken` takes for this flow, and for a minute: the same `sub`, and the `state` that
    the browser came with."""
    standard = {"iss": issuer, "sub": token.subject, "state": state, "iat": now, "exp": now + ANSWER_LIFE}
    return jwt.encode({**claims, **standard}, token.secret.encode(), ALGORITHM)


def _standard(
    claims: Claims, domains: Collection[Domain], *, purpose: str, life: timedelta, now: datetime
) -> dict[str, Any]:
    """What `encodeToken` writes into every token; and what this one is for."""
    issued_at, expires_at = claims.life(now)
    domain = next((known for known in domains if known.host == claims.values.get("iss")), None)
    claims.check(domain is not None, "iss")
    claims.check(claims.text("purpose") == purpose, "purpose")
    claims.check(expires_at - issued_at <= life, "exp")
    return {"subject": claims.text("sub"), "domain": domain, "expires_at": expires_at}


def _authenticated_at(claims: Claims, issued_at: datetime) -> datetime:
    """`auth_at`: milliseconds, as the `timestamp` of a method has them."""
    value = claims.values.get("auth_at")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= LAST_SECOND * 1000:
        claims.refuse("auth_at")
    found = datetime.fromtimestamp(value / 1000, UTC)
    claims.check(found <= issued_at + AHEAD, "auth_at")
    return found


def _signed(token: str) -> str:
    """Exactly one spelling of a token: the last letter of a signature has bits to spare."""
    return token.rpartition(".")[0]


def _verified(token: str, secrets: Collection[str]) -> tuple[str, Claims]:
    """The secret that signed it, and what it says."""
    header_of(token, KIND, ALGORITHM, TYPES)
    for secret in secrets:
        with suppress(NotGenuineError):
            return secret, verified(token, KIND, ALGORITHM, secret.encode())
    raise NotGenuineError(f"{KIND}: signature")
