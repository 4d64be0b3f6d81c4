"""What a redirect Action signs (`api.redirect.encodeToken`), and what it does with the answer (`validateToken`)."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any

import jwt

SECRET = "w3-share-this-with-one-Action-of-the-tenant"
ABSENT = object()


def claims_of(subject: str, *, host: str, **changes: Any) -> dict[str, Any]:
    """Those that `encodeToken` writes, and `purpose`, which the Action puts into its payload."""
    now = int(time.time())
    claims = {
        "iss": host, "sub": subject, "iat": now, "exp": now + 900, "ip": "203.0.113.7", "purpose": "verify",
        **changes,
    }  # fmt: skip
    return {name: value for name, value in claims.items() if value is not ABSENT}


def session_token(subject: str, *, host: str, secret: str = SECRET, header: Any = None, **changes: Any) -> str:
    """Also what PyJWT would not write."""
    parts = ({"alg": "HS256", "typ": "JWT", **(header or {})}, claims_of(subject, host=host, **changes))
    return by_hand(*(json.dumps(part).encode() for part in parts), secret=secret)


def by_hand(header: bytes, body: bytes, *, secret: str = SECRET) -> str:
    text = f"{encoded(header)}.{encoded(body)}"
    return f"{text}.{encoded(hmac.digest(secret.encode(), text.encode(), 'sha256'))}"


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def validated(token: str, state: str, *, subject: str, secret: str = SECRET) -> dict[str, Any]:
    """What the Action gets, or an error: signature, expiry, the standard claims, `sub` and `state`."""
    required = {"require": ["sub", "iss", "exp", "iat"]}
    claims: dict[str, Any] = jwt.decode(token, secret.encode(), ["HS256"], options=required)
    assert jwt.get_unverified_header(token)["typ"] == "JWT"
    assert (claims["sub"], claims["state"]) == (subject, state)
    return claims
