"""PATCH /users/{id}: which fields together, by which token, and what a change brings with it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from django.http import HttpRequest, JsonResponse

from demo_site.tenant import tickets, verification
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.management import metadata
from demo_site.tenant.management.access import endpoint, granted
from demo_site.tenant.management.errors import ApiError, invalid_body
from demo_site.tenant.management.lookup import found_user
from demo_site.tenant.management.payload import check_lengths, json_object
from demo_site.tenant.management.targets import Target, target_of
from demo_site.tenant.management.tickets import links_at
from demo_site.tenant.plan import PATCH
from demo_site.tenant.records import identity_id

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, User
    from demo_site.tenant.state import State

ANY = "update:users"
APP_METADATA = "update:users_app_metadata"
NULLABLE = (str, type(None))
NAMES = ("given_name", "family_name", "name", "nickname", "picture")
# Kept with the identity that is changed; a linked one has its own.
OF_IDENTITY = ("email", "email_verified", "phone_number", "phone_verified", "username")
FIELDS: dict[str, type | tuple[type, ...]] = {
    "blocked": bool,
    "email_verified": bool,
    "email": NULLABLE,
    "phone_number": NULLABLE,
    "phone_verified": bool,
    "user_metadata": dict,
    "app_metadata": dict,
    **dict.fromkeys(NAMES, NULLABLE),
    "verify_email": bool,
    "verify_phone_number": bool,
    "password": NULLABLE,
    "connection": str,
    "client_id": str,
    "username": NULLABLE,
}
LONGEST = {"given_name": 150, "family_name": 150, "name": 300, "nickname": 300, "username": 128}
NEVER_EMPTY = ("password", "connection", "email")
# In the order in which Auth0 names them.
NOT_TOGETHER = (
    ("password", "email"),
    ("password", "email_verified"),
    ("username", "email"),
    ("username", "email_verified"),
    ("username", "password"),
)


@endpoint("PATCH", ANY, APP_METADATA)
def update(request: HttpRequest, state: State, user_id: str) -> JsonResponse:
    body, base_url = json_object(request, FIELDS), links_at(request, state)
    return JsonResponse(changed(state, user_id, body, granted(request, state), base_url))


def changed(  # noqa: PLR0913 - who, what, and by whom
    state: State, user_id: str, body: Json, scopes: set[str], base_url: str, *, cause: str = PATCH
) -> Json:
    """All or nothing: what can be refused comes first, the password last of it. ``cause``: how a password changes."""
    if not body:
        raise invalid_body("'Too few properties defined (0), minimum 1'")
    check_lengths(body, LONGEST, NEVER_EMPTY)
    _check_scopes(body, scopes, state)
    _check_together(body)
    user = found_user(state, user_id)
    target = target_of(body, user, state)
    if body.get("password") is not None:
        _set_password(body["password"], user, target, state, cause)
    _write(body, user, target)
    if body.get("verify_email"):
        verification.send(state, user, target.identity, base_url, client_id=body.get("client_id"))
    return user.profile


def _check_scopes(body: Json, scopes: set[str], state: State) -> None:
    """app_metadata has a scope of its own. The words are those of auth0/auth0.js#194."""
    if state.plan.app_metadata_needs_update_users and ANY not in scopes:
        raise ApiError(403, f"Insufficient scope, expected any of: {ANY}", "insufficient_scope")
    needed = {name: APP_METADATA if name == "app_metadata" else ANY for name in body}
    refused = [name for name, scope in needed.items() if scope not in scopes]
    if refused:
        words = f"You cannot update the following fields: {', '.join(refused)}"
        raise ApiError(403, words, "insufficient_scope")


def _check_together(body: Json) -> None:
    for one, other in NOT_TOGETHER:
        if one in body and other in body:
            words = f"Cannot update {one} and {other} simultaneously"
            raise ApiError(400, words, "operation_not_supported")


def _set_password(password: str, user: User, target: Target, state: State, cause: str) -> None:
    """The policy's refusal has three keys only. Auth0 sends no mail about it."""
    identity = target.identity
    connection = identity["connection"]
    refused = tickets.set_password(state, user, identity_id(identity), connection, password, cause=cause)
    if refused:
        raise ApiError(400, f"{refused.name}: {refused.message}")
    if state.plan.patch_voids_links:
        tickets.void_links(state, user)


def _write(body: Json, user: User, target: Target) -> None:
    profile = user.profile
    # A new address is not verified unless the call says so.
    body = {"email_verified": False, **body} if body.get("email") else body
    for name in chain(OF_IDENTITY, ("blocked", *NAMES)):
        if name in body:
            _set(target.profile if name in OF_IDENTITY else profile, name, body[name])
    for name in metadata.NAMES:
        if name in body:
            metadata.merge(profile, name, body[name])
    profile["updated_at"] = iso(clock.now())


def _set(profile: Json, name: str, value: object) -> None:
    """Null takes a key away; addresses are stored in lower case."""
    if value is None:
        profile.pop(name, None)
    else:
        profile[name] = value.lower() if name == "email" and isinstance(value, str) else value
