"""A seed: checked key by key, then planted as a fresh state."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from demo_site.tenant import passwords
from demo_site.tenant.clock import clock, iso, seconds
from demo_site.tenant.records import Client, Connection, Json, User
from demo_site.tenant.seed_format import SeedError, check
from demo_site.tenant.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SeedError", "planted"]


def planted(seed: Json) -> State:
    """The state a tenant begins with; raises ``SeedError`` before anything is planted."""
    check(seed)
    connections = [_connection(item) for item in seed.get("connections", [])]
    strategies = {item.name: item.strategy for item in connections}
    users = [_user(item, strategies[item["connection"]]) for item in seed.get("users", [])]
    _once("user_id", (user.user_id for user in users))
    return State(
        connections={item.name: item for item in connections},
        clients={item["client_id"]: Client(**item) for item in seed.get("clients", [])},
        users={user.user_id: user for user in users},
    )


def _connection(item: Json) -> Connection:
    return Connection(f"con_{_digest(item['name'])[:16]}", item["name"], item["strategy"], item.get("options", {}))


def _user(item: Json, strategy: str) -> User:
    user_id = item.get("user_id") or f"{strategy}|{_digest(item['connection'] + item['email'])[:24]}"
    provider, _, bare_id = user_id.partition("|")
    identity = {
        "connection": item["connection"],
        "user_id": bare_id,
        "provider": provider,
        "isSocial": strategy != "auth0",
    }
    profile = _profile(item) | {"user_id": user_id, "identities": [identity]}
    hashes = {user_id: [passwords.hashed(item["password"])]} if "password" in item else {}
    return User(profile, hashes, item.get("site", {}), item.get("story", ""))


def _profile(item: Json) -> Json:
    created = item.get("last_password_reset") or iso(clock.now())
    profile: Json = {"created_at": iso(seconds(created)), "updated_at": iso(seconds(created))}
    email = item.get("email")
    if email:
        profile |= {"email": email, "email_verified": item.get("email_verified", False)}
    profile["name"] = item.get("name") or email or item["user_id"]
    profile["nickname"] = (email or profile["name"]).partition("@")[0]
    profile["picture"] = _gravatar(email or "")
    if "app_metadata" in item:
        profile["app_metadata"] = item["app_metadata"]
    if "last_password_reset" in item:
        profile["last_password_reset"] = iso(seconds(item["last_password_reset"]))
    return profile


def _gravatar(email: str) -> str:
    digest = hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()
    return f"https://s.gravatar.com/avatar/{digest}?s=480&r=pg"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _once(what: str, values: Iterable[Any]) -> None:
    seen = set()
    for value in values:
        if value in seen:
            msg = f"seed: two users have the {what} {value!r}"
            raise SeedError(msg)
        seen.add(value)
