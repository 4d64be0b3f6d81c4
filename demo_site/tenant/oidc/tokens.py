"""Tokens: the ID token and its claims, opaque access tokens, Management API tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.clock import clock
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import AccessToken, Client, Code, Json, User
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from demo_site.tenant.state import State

ACCESS_TOKEN_LIFETIME_S = 86_400
ID_TOKEN_LIFETIME_S = 36_000
CLAIMS = {
    "profile": ("name", "nickname", "given_name", "family_name", "picture", "updated_at"),
    "email": ("email", "email_verified"),
}


def for_user(state: State, code: Code, issuer: str) -> Json:
    """The answer to a good code. What the user may see lives on although a session ends."""
    user = state.users.get(code.user_id)
    access_token = opaque()
    expires_at = clock.now() + ACCESS_TOKEN_LIFETIME_S
    state.access_tokens[access_token] = AccessToken(code.user_id, code.scope, expires_at)
    answer: Json = {"access_token": access_token, "scope": code.scope, "expires_in": ACCESS_TOKEN_LIFETIME_S}
    if user and "openid" in code.scope.split():
        answer["id_token"] = store.signing_keys[0].sign(id_token_claims(user, code, issuer))
    return answer | {"token_type": "Bearer"}


def id_token_claims(user: User, code: Code, issuer: str) -> Json:
    """No claim names the connection; auth_time is there only when it was asked for."""
    now = int(clock.now())
    claims = {
        **user_claims(user, code.scope),
        **code.claims,
        "iss": issuer,
        "aud": code.client_id,
        "sub": user.user_id,
        "iat": now,
        "exp": now + ID_TOKEN_LIFETIME_S,
        "sid": code.session_id,
    }
    if code.nonce is not None:
        claims["nonce"] = code.nonce
    if code.auth_time is not None:
        claims["auth_time"] = code.auth_time
    return claims


def user_claims(user: User, scope: str) -> Json:
    names = [name for asked in scope.split() for name in CLAIMS.get(asked, ())]
    return {name: user.profile[name] for name in names if name in user.profile}


def for_client(client: Client, wanted: str | None, issuer: str) -> Json:
    """A Management API token with the client's scopes, or those of them that were asked for."""
    granted = [scope for scope in client.scopes if wanted is None or scope in wanted.split()]
    now = int(clock.now())
    claims: Json = {
        "iss": issuer,
        "sub": f"{client.client_id}@clients",
        "aud": store.management_audience,
        "iat": now,
        "exp": now + ACCESS_TOKEN_LIFETIME_S,
        "gty": "client-credentials",
        "azp": client.client_id,
    }
    scopes = {"scope": " ".join(granted)} if granted else {}
    answer = {"access_token": store.signing_keys[0].sign(claims | scopes), **scopes}
    return answer | {"expires_in": ACCESS_TOKEN_LIFETIME_S, "token_type": "Bearer"}
