"""Every answer of the token endpoint, by the grant that was asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jwt

from demo_site.tenant.logs.writing import write
from demo_site.tenant.oidc.client_authentication import named_client, parameters
from demo_site.tenant.oidc.errors import OAuthError
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Client, Json, RefreshToken, User
    from demo_site.tenant.state import State

PATH = "/oauth/token"
OK = 200
VENDOR = "http://auth0.com/oauth/grant-type/"
# The second half of each type: success begins with s, failure with f.
GRANTS = {
    "authorization_code": "eacft",
    "client_credentials": "eccft",
    "refresh_token": "ertft",
    "password": "epft",
    f"{VENDOR}password-realm": "epft",
    f"{VENDOR}mfa-otp": "eotpft",
    f"{VENDOR}mfa-oob": "eoobft",
    f"{VENDOR}mfa-recovery-code": "ercft",
}
SHOWN_OF_CODE = 3


def log(request: HttpRequest, response: HttpResponse) -> None:
    """A request that names no grant known here leaves nothing; ``mfa_required`` is no failure."""
    try:
        params, answer = parameters(request), json.loads(response.content)
    except (OAuthError, ValueError):
        return
    ending = GRANTS.get(params.get("grant_type", ""))
    if ending is None or answer.get("error") == "mfa_required":
        return
    good = response.status_code == OK
    with store.change() as state:
        client = state.clients.get(named_client(request, params))
        reused = None if good else _reused(state, params, client)
        user = _user(state, answer) if good else _named(state, params, reused)
        code = "ferrt" if reused else f"{'s' if good else 'f'}{ending}"
        words = answer.get("error_description", "")
        fields = {"details": _details(params, ending), **_wanted(params, answer)}
        write(state, code, words, user=user, client=client, **fields)


def _wanted(params: dict[str, str], answer: Json) -> dict[str, Any]:
    """The scopes as granted, else as asked for; the connection that a password grant names."""
    scope = answer.get("scope") or params.get("scope")
    found = {"audience": params.get("audience"), "scope": scope, "connection": params.get("realm")}
    return {name: value for name, value in found.items() if value}


def _details(params: dict[str, str], ending: str) -> Json | None:
    """A code is shown by its end, nothing else of what was sent."""
    if ending != GRANTS["authorization_code"]:
        return None
    return {"code": f"*************{params.get('code', '')[-SHOWN_OF_CODE:]}"}


def _user(state: State, answer: Json) -> User | None:
    """Whose tokens these are; a token for an API says so itself."""
    token = answer.get("access_token", "")
    known = state.access_tokens.get(token)
    if known:
        return state.users.get(known.user_id)
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return None
    return state.users.get(claims.get("sub", ""))


def _reused(state: State, params: dict[str, str], client: Client | None) -> RefreshToken | None:
    """A refresh token that was replaced, and came again; its failure has a type of its own."""
    token = state.refresh_tokens.get(params.get("refresh_token", ""))
    mine = token is not None and client is not None and token.client_id == client.client_id
    return token if mine and token and token.replaced_at is not None else None


def _named(state: State, params: dict[str, str], reused: RefreshToken | None) -> User | None:
    """Whose password was wrong, where a name came with it, or whose token came again."""
    if reused:
        return state.users.get(reused.user_id)
    name, realm = params.get("username", ""), params.get("realm")
    databases = [item.name for item in state.connections.values() if item.is_database and realm in (None, item.name)]
    found = (state.database_user(connection, name) for connection in databases if name)
    return next((user for user in found if user), None)
