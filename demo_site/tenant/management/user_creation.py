"""POST /users and DELETE /users/{id}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant import accounts, passwords, policy, verification
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, invalid_body, no_content
from demo_site.tenant.management.payload import check_email, check_lengths, json_object, required
from demo_site.tenant.management.tickets import links_at

if TYPE_CHECKING:
    from demo_site.tenant.records import Connection, Json
    from demo_site.tenant.state import State

FIELDS = {
    "connection": str,
    "email": str,
    "password": str,
    "username": str,
    "user_id": str,
    "email_verified": bool,
    "verify_email": bool,
    "phone_number": str,
    "phone_verified": bool,
    "blocked": bool,
    "given_name": str,
    "family_name": str,
    "name": str,
    "nickname": str,
    "picture": str,
    "app_metadata": dict,
    "user_metadata": dict,
}
LONGEST = {"given_name": 150, "family_name": 150, "name": 300, "nickname": 300, "username": 128, "user_id": 255}
NOT_BY_API = (
    "The connection does not support user creation through the API."
    " It must either be a database or passwordless connection."
)


@endpoint("POST", "create:users")
def create(request: HttpRequest, state: State) -> JsonResponse:
    """An address that is not verified gets a mail, unless ``verify_email`` decides otherwise."""
    body = json_object(request, FIELDS)
    required(body, "connection")
    check_lengths(body, LONGEST, never_empty=("password", "email", "connection"))
    connection = _connection(body, state)
    base_url = links_at(request, state)
    _check_names(body, connection)
    if accounts.exists(state, connection, body):
        raise ApiError(409, "The user already exists.", "auth0_idp_error")
    _check_password(body, connection)
    user = accounts.create(state, connection, body, passwords.hashed(body["password"]))
    if user.email and body.get("verify_email", not body.get("email_verified", False)):
        verification.send(state, user, user.identities[0], base_url, client_id=None)
    return JsonResponse(user.profile, status=201)


@endpoint("DELETE", "delete:users", "delete:current_user")
def delete(_request: HttpRequest, state: State, user_id: str) -> HttpResponse:
    """204 also for who is gone already (recorded: go-auth0's TestUserManager_Delete)."""
    user = state.users.get(user_id)
    if user:
        accounts.remove(state, user)
    return no_content()


def _connection(body: Json, state: State) -> Connection:
    connection = state.connections.get(body["connection"])
    if connection is None:
        raise ApiError(400, "The connection does not exist.", "inexistent_connection")
    if not connection.is_database:
        raise ApiError(400, NOT_BY_API, "operation_not_supported")
    if connection.enabled_clients == []:
        raise ApiError(400, "The connection is disabled.", "operation_not_supported")
    return connection


def _check_names(body: Json, connection: Connection) -> None:
    if connection.options.get("requires_username"):
        if "username" not in body:
            words = f"Missing username for {connection.name} connection with requires_username enabled"
            raise ApiError(400, words, "invalid_body")
    elif "username" in body:
        words = "Cannot set username for connection without requires_username."
        raise ApiError(400, words, "operation_not_supported")
    required(body, "email", "password")
    check_email(body["email"])
    if "|" in body.get("user_id", ""):
        raise invalid_body("'String does not match pattern ^[^|]+$' on property user_id")


def _check_password(body: Json, connection: Connection) -> None:
    """The policy's refusal has three keys only."""
    refused = policy.refusal(connection.options, body["password"], body, [])
    if refused:
        raise ApiError(400, f"{refused.name}: {refused.message}")
