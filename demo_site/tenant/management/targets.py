"""Whose e-mail, phone number, username or password a PATCH changes: one identity of the user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo_site.tenant.management.errors import ApiError

if TYPE_CHECKING:
    from demo_site.tenant.records import Connection, Json, User
    from demo_site.tenant.state import State

SYNCED = ("family_name", "given_name", "name", "nickname", "picture")


@dataclass(frozen=True)
class Target:
    """An identity, and where its own address and names are kept: at the root, or in its profileData."""

    identity: Json
    profile: Json


def target_of(body: Json, user: User, state: State) -> Target:
    """``connection`` names a linked identity; without it the main one is meant."""
    identity = _identity(body, user, state)
    connection = state.connections[identity["connection"]]
    _check_kind(body, connection)
    _check_disabled(body, connection)
    _check_synced(body, state.connections[user.identities[0]["connection"]])
    if body.get("email"):
        _check_free(body["email"], user, connection, state)
    if "client_id" in body and body["client_id"] not in state.clients:
        raise ApiError(400, "The client does not exist", "inexistent_client")
    is_main = identity is user.identities[0]
    return Target(identity, user.profile if is_main else identity.setdefault("profileData", {}))


def _identity(body: Json, user: User, state: State) -> Json:
    if "connection" not in body:
        return user.identities[0]
    if body["connection"] not in state.connections:
        raise ApiError(400, "The connection does not exist.", "inexistent_connection")
    identity = user.identity_in(body["connection"])
    if identity is None:
        raise ApiError(400, "The connection is not supported for this operation.", "operation_not_supported")
    return identity


def _check_kind(body: Json, connection: Connection) -> None:
    """Only a database keeps passwords, and addresses that may be changed here."""
    if "username" in body and not connection.options.get("requires_username"):
        words = "Cannot set username for connection without requires_username."
        raise ApiError(400, words, "operation_not_supported")
    if connection.is_database:
        return
    if "password" in body:
        raise ApiError(400, "The user's main connection does not support this operation.", "operation_not_supported")
    if "email" in body:
        raise ApiError(400, "Cannot update email for non-database user.", "operation_not_supported")


def _check_disabled(body: Json, connection: Connection) -> None:
    if connection.enabled_clients == [] and {"email", "password"} & body.keys():
        words = "Cannot change email or password for users in a disabled connection."
        raise ApiError(400, words, "operation_not_supported")


def _check_synced(body: Json, connection: Connection) -> None:
    """What comes from an identity provider at each sign-in cannot be set here."""
    synced = [name for name in SYNCED if name in body]
    if synced and not connection.is_database:
        words = (
            f"The following user attributes cannot be updated: {', '.join(synced)}. The connection"
            f" ({connection.name}) must either be a database connection (using the Auth0 store), a passwordless"
            " connection (email or sms) or has disabled 'Sync user profile attributes at each login'."
        )
        raise ApiError(400, words, "operation_not_supported")


def _check_free(email: str, user: User, connection: Connection, state: State) -> None:
    """400 where POST /users answers 409."""
    owner = state.database_user(connection.name, email)
    if owner is not None and owner is not user:
        raise ApiError(400, "The specified new email already exists", "auth0_idp_error")
