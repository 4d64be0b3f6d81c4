"""Refresh tokens: families, rotation, reuse, and how long they live."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from demo_site.tenant.clock import clock
from demo_site.tenant.oidc.errors import invalid_grant
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Granted, RefreshToken

if TYPE_CHECKING:
    from demo_site.tenant.oidc.grants.asking import Asking
    from demo_site.tenant.records import Client, Json
    from demo_site.tenant.state import State

# What Auth0 fills in where a client says nothing (recorded: terraform-provider-auth0).
DEFAULTS: Json = {
    "expiration_type": "non-expiring",
    "leeway": 0,
    "infinite_token_lifetime": True,
    "infinite_idle_token_lifetime": True,
    "token_lifetime": 31_557_600,
    "idle_token_lifetime": 2_592_000,
    "rotation_type": "non-rotating",
}


# Rotation takes tokens that expire.
ROTATING: Json = {
    "expiration_type": "expiring",
    "infinite_token_lifetime": False,
    "infinite_idle_token_lifetime": False,
    "token_lifetime": 2_592_000,
    "idle_token_lifetime": 1_296_000,
}


UNKNOWN = "Unknown or invalid refresh token."


def settings(client: Client) -> Json:
    rotates = client.refresh_token.get("rotation_type") == "rotating"
    return DEFAULTS | (ROTATING if rotates else {}) | client.refresh_token


def first(state: State, granted: Granted, asking: Asking) -> Json:
    """With offline_access a family begins."""
    if "offline_access" not in granted.scope.split():
        return {}
    now, chosen = clock.now(), settings(asking.client)
    expires = chosen["expiration_type"] == "expiring"
    values = {name: value for name, value in asdict(granted).items() if name in Granted.__dataclass_fields__}
    token = RefreshToken(
        **values,
        id=opaque(),
        created_at=now,
        rotating=chosen["rotation_type"] == "rotating",
        expires_at=now + chosen["token_lifetime"] if expires and not chosen["infinite_token_lifetime"] else None,
        idle_expires_at=_idle_end(chosen, now),
        device=_device(asking, {}),
    )
    return {"refresh_token": _kept(state, token)}


def next_one(state: State, used: RefreshToken, asking: Asking) -> Json:
    """A rotating token is replaced; any other is only used. Its lifetime does not begin anew."""
    now, chosen = clock.now(), settings(asking.client)
    rotating = chosen["rotation_type"] == "rotating"
    used.last_exchanged_at, used.device = now, _device(asking, used.device)
    used.idle_expires_at = _idle_end(chosen, now)
    if not rotating and not used.rotating:
        return {}
    fresh = replace(used, rotating=rotating, number=used.number + 1, replaced_at=None)
    used.replaced_at = used.replaced_at or now
    return {"refresh_token": _kept(state, fresh)}


def usable(state: State, shown: str, client: Client) -> RefreshToken:
    """The token shown, if it is alive. One that was replaced already ends its whole family."""
    token = state.refresh_tokens.get(shown)
    if token is None or token.client_id != client.client_id or not is_alive(token):
        raise invalid_grant(UNKNOWN)
    if token.replaced_at is not None and not _within_leeway(state, token, client):
        end_family(state, token.id)
        raise invalid_grant(UNKNOWN)
    return token


def is_alive(token: RefreshToken) -> bool:
    ends = (token.expires_at, token.idle_expires_at, token.ends_at)
    return all(end is None or clock.now() < end for end in ends)


def families(state: State) -> dict[str, RefreshToken]:
    """The newest token of each living family, by the id that the Management API shows."""
    found: dict[str, RefreshToken] = {}
    for token in state.refresh_tokens.values():
        if token.replaced_at is None and is_alive(token):
            found[token.id] = token
    return found


def end_family(state: State, family: str, at: float | None = None) -> None:
    """At once, or a moment later as the Management API does."""
    for token in state.refresh_tokens.values():
        if token.id == family:
            token.ends_at = min(at or clock.now(), token.ends_at or float("inf"))


def _within_leeway(state: State, token: RefreshToken, client: Client) -> bool:
    """Only the token before the newest may come again, and only for so many seconds."""
    newest = max(item.number for item in state.refresh_tokens.values() if item.id == token.id)
    return token.number == newest - 1 and clock.now() < (token.replaced_at or 0) + settings(client)["leeway"]


def _kept(state: State, token: RefreshToken) -> str:
    secret = f"v1.{opaque(40)}"
    state.refresh_tokens[secret] = token
    return secret


def _idle_end(chosen: Json, now: float) -> float | None:
    expires = chosen["expiration_type"] == "expiring"
    return now + chosen["idle_token_lifetime"] if expires and not chosen["infinite_idle_token_lifetime"] else None


def _device(asking: Asking, before: Json) -> Json:
    seen = {"ip": asking.ip, "user_agent": asking.request.headers.get("User-Agent", "")}
    return {f"initial_{name}": before.get(f"initial_{name}", value) for name, value in seen.items()} | {
        f"last_{name}": value for name, value in seen.items()
    }
