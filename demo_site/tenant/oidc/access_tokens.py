"""Users' access tokens where they are shown: opaque ones at /userinfo, signed ones at the API they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jwt

from demo_site.tenant import keys
from demo_site.tenant.clock import clock
from demo_site.tenant.records import AccessToken
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from demo_site.tenant.state import State


def found(state: State, token: str, audience: str, issuer: str) -> AccessToken | None:
    """None for one that is unknown, expired, for somebody else or from another host."""
    known = state.access_tokens.get(token) or signed(token, audience, issuer)
    return known if known and is_alive(known) else None


def is_alive(token: AccessToken) -> bool:
    return token.expires_at > clock.now()


def signed(token: str, audience: str, issuer: str) -> AccessToken | None:
    try:
        claims = keys.verified(token, store.signing_keys, audience, issuer)
    except jwt.PyJWTError:
        return None
    return AccessToken(claims["sub"], claims.get("scope", ""), claims["exp"])
