"""Tokens: the ID token and its claims, access tokens, opaque or for an API, Management API tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.clock import clock
from demo_site.tenant.oidc import audiences
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import AccessToken, Client, Granted, Json, User
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from demo_site.tenant.state import State

ACCESS_TOKEN_LIFETIME_S = 86_400
ID_TOKEN_LIFETIME_S = 36_000
CLAIMS = {
    "profile": ("name", "nickname", "given_name", "family_name", "picture", "updated_at"),
    "email": ("email", "email_verified"),
}


def for_user(state: State, granted: Granted, issuer: str) -> Json:
    """The answer to a good grant. What the user may see lives on although a session ends."""
    user = state.users.get(granted.user_id)
    answer: Json = {"access_token": _access_token(state, granted, issuer)}
    if granted.scope:
        answer["scope"] = granted.scope
    answer["expires_in"] = ACCESS_TOKEN_LIFETIME_S
    if user and "openid" in granted.scope.split():
        answer["id_token"] = store.signing_keys[0].sign(id_token_claims(user, granted, issuer))
    return answer | {"token_type": "Bearer"}


def id_token_claims(user: User, granted: Granted, issuer: str) -> Json:
    """No claim names the connection; auth_time is there only when it was asked for."""
    now = int(clock.now())
    claims = {
        **user_claims(user, granted.scope),
        **granted.claims,
        "iss": issuer,
        "aud": granted.client_id,
        "sub": user.user_id,
        "iat": now,
        "exp": now + ID_TOKEN_LIFETIME_S,
    }
    optional = {"sid": granted.session_id, "nonce": granted.nonce, "auth_time": granted.auth_time}
    return claims | {name: value for name, value in optional.items() if value is not None}


def user_claims(user: User, scope: str) -> Json:
    names = [name for asked in scope.split() for name in CLAIMS.get(asked, ())]
    return {name: user.profile[name] for name in names if name in user.profile}


def _access_token(state: State, granted: Granted, issuer: str) -> str:
    """Without an audience it is opaque and good for /userinfo only."""
    if granted.audience is None:
        token = opaque()
        expires_at = clock.now() + ACCESS_TOKEN_LIFETIME_S
        state.access_tokens[token] = AccessToken(granted.user_id, granted.scope, expires_at)
        return token
    now = int(clock.now())
    also_userinfo = "openid" in granted.scope.split()
    claims: Json = granted.access_claims | {
        "iss": issuer,
        "sub": granted.user_id,
        "aud": [granted.audience, audiences.userinfo(issuer)] if also_userinfo else granted.audience,
        "iat": now,
        "exp": now + ACCESS_TOKEN_LIFETIME_S,
        "scope": granted.scope,
        "azp": granted.client_id,
    }
    return store.signing_keys[0].sign(claims)


def for_client(client: Client, audience: str, granted: list[str], issuer: str) -> Json:
    """An application's own token for an API."""
    now = int(clock.now())
    claims: Json = {
        "iss": issuer,
        "sub": f"{client.client_id}@clients",
        "aud": audience,
        "iat": now,
        "exp": now + ACCESS_TOKEN_LIFETIME_S,
        "gty": "client-credentials",
        "azp": client.client_id,
    }
    scopes = {"scope": " ".join(granted)} if granted else {}
    answer = {"access_token": store.signing_keys[0].sign(claims | scopes), **scopes}
    return answer | {"expires_in": ACCESS_TOKEN_LIFETIME_S, "token_type": "Bearer"}
