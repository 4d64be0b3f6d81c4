"""Linking users, and taking them apart again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, JsonResponse

from demo_site.tenant import accounts
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, invalid_body
from demo_site.tenant.management.lookup import found_user
from demo_site.tenant.management.payload import json_object, required
from demo_site.tenant.records import User, identity_id

if TYPE_CHECKING:
    from demo_site.tenant.management.payload import Fields
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

FIELDS: Fields = {"provider": str, "connection_id": str, "user_id": (str, int), "link_with": str}
# What a linked identity keeps of its own profile (recorded: go-auth0's TestUserManager_Link).
KEPT = ("email", "email_verified", "name", "given_name", "family_name", "nickname", "picture", "username")


@endpoint("POST", "update:users")
def link(request: HttpRequest, state: State, user_id: str) -> JsonResponse:
    """The other user is no user of its own any more; its metadata is lost, its passwords come along."""
    body = json_object(request, FIELDS)
    if "link_with" in body:
        raise invalid_body("'link_with is not played by the local tenant'")
    required(body, "provider", "user_id")
    user, other = found_user(state, user_id), _other(state, body)
    if other is user:
        raise ApiError(400, "Main account and the account to link are the same.", "operation_not_supported")
    accounts.forget(state, other)
    user.profile["identities"] = [*user.identities, *_as_linked(other)]
    user.password_hashes |= other.password_hashes
    return _answer(user, 201)


@endpoint("DELETE", "update:users")
def unlink(_request: HttpRequest, state: State, user_id: str, provider: str, bare_id: str) -> JsonResponse:
    """What is left of the list; the identity becomes a user of its own, without metadata."""
    user = found_user(state, user_id)
    identity = user.identity_named(f"{provider}|{bare_id}")
    if identity is None:
        raise ApiError(404, "The user does not contain the given identity.", "inexistent_identity")
    if identity is user.identities[0]:
        raise ApiError(400, "Cannot unlink the main identity of a user.", "operation_not_supported")
    user.profile["identities"] = [item for item in user.identities if item is not identity]
    _set_free(state, user, identity)
    return _answer(user, 200)


def _other(state: State, body: Json) -> User:
    """With or without its prefix; only a user of its own, not what is linked already."""
    wanted = str(body["user_id"])
    full_id = wanted if wanted.startswith(f"{body['provider']}|") else f"{body['provider']}|{wanted}"
    if "connection_id" in body and state.connection_by_id(body["connection_id"]) is None:
        raise ApiError(400, "The connection does not exist.", "inexistent_connection")
    if full_id not in state.users and state.users.known_as("identity", full_id):
        raise ApiError(409, "Specified identity already exists.", "identity_conflict")
    return found_user(state, full_id)


def _as_linked(other: User) -> list[Json]:
    main, *others = other.identities
    return [{**main, "profileData": accounts.given(other.profile, KEPT)}, *others]


def _set_free(state: State, user: User, identity: Json) -> None:
    now, full_id = iso(clock.now()), identity_id(identity)
    own = dict(identity)
    profile = {"created_at": now, "updated_at": now, **own.pop("profileData", {})}
    hashes = user.password_hashes.pop(full_id, None)
    state.users[full_id] = User(
        profile | {"user_id": full_id, "identities": [own]}, {full_id: hashes} if hashes else {}
    )


def _answer(user: User, status: int) -> JsonResponse:
    """Here the main identity has profileData too."""
    user.profile["updated_at"] = iso(clock.now())
    main, *others = user.identities
    shown = [{"profileData": accounts.given(user.profile, KEPT), **main}, *others]
    return JsonResponse(shown, safe=False, status=status)
