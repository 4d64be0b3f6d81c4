"""New users of a database connection: by the Management API or by an import."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from demo_site.tenant import logs
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.oidc import backchannel_logout
from demo_site.tenant.pictures import gravatar
from demo_site.tenant.records import Json, User
from demo_site.tenant.universal_login import sessions

if TYPE_CHECKING:
    from demo_site.tenant.records import Connection
    from demo_site.tenant.state import State

DATABASE = "auth0"
ROOT = (
    "blocked", "phone_number", "phone_verified", "given_name", "family_name", "username", "app_metadata",
    "user_metadata",
)  # fmt: skip
NAMES = ("name", "nickname", "picture")


def exists(state: State, connection: Connection, body: Json) -> bool:
    """Whether the address, the username or the id is taken."""
    email, username = body.get("email"), body.get("username")
    return bool(
        (email and state.database_user(connection.name, email))
        or (username and state.user_by_username(connection.name, username))
        or ("user_id" in body and state.users.known_as("identity", f"{DATABASE}|{body['user_id']}"))
    )


def create(state: State, connection: Connection, body: Json, password_hash: str | None = None) -> User:
    """Keys are absent unless sent; there is no last_password_reset before the first change."""
    bare_id = body.get("user_id") or secrets.token_hex(12)
    identity = {"connection": connection.name, "user_id": bare_id, "provider": DATABASE, "isSocial": False}
    now = iso(clock.now())
    profile: Json = {"created_at": now, "updated_at": now}
    profile |= {"user_id": f"{DATABASE}|{bare_id}", "identities": [identity]}
    if body.get("email"):
        profile |= {"email": body["email"].lower(), "email_verified": bool(body.get("email_verified"))}
    profile |= names(profile.get("email"), body.get("username")) | given(body, (*ROOT, *NAMES))
    user = User(profile, {f"{DATABASE}|{bare_id}": [password_hash]} if password_hash else {})
    state.users[user.user_id] = user
    return user


def names(email: str | None, fallback: str | None) -> Json:
    """What a profile begins with where nothing else is said."""
    name = email or fallback or ""
    return {"name": name, "nickname": name.partition("@")[0], "picture": gravatar(email or "")}


def given(body: Json, fields: tuple[str, ...]) -> Json:
    return {name: body[name] for name in fields if body.get(name) is not None}


def remove(state: State, user: User) -> None:
    """With everything that belongs to it."""
    connection = user.identities[0]["connection"]
    details = {"body": {"connection": connection, "tenant": "local"}}
    logs.write(state, "sdu", user=user, connection=connection, details=details)
    ended = [cookie for cookie, session in state.sessions.items() if session.user_id == user.user_id]
    sessions.end(state, ended, backchannel_logout.ACCOUNT_DELETED)
    forget(state, user)


def forget(state: State, user: User) -> None:
    """Without a word: gone, or part of another user from now on."""
    user_id = user.user_id
    del state.users[user_id]
    state.refresh_tokens = {key: item for key, item in state.refresh_tokens.items() if item.user_id != user_id}
    for organization in state.organizations.values():
        if user_id in organization.members:
            organization.members.remove(user_id)
