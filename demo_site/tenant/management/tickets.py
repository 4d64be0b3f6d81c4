"""POST /tickets/password-change and /tickets/email-verification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, JsonResponse

from demo_site.tenant import hosts, tickets, verification
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, inexistent_user, invalid_body
from demo_site.tenant.management.payload import checked, json_object, required

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, User
    from demo_site.tenant.state import State

FIELDS = {
    "user_id": str,
    "connection_id": str,
    "email": str,
    "client_id": str,
    "result_url": str,
    "organization_id": str,
    "ttl_sec": int,
    "mark_email_as_verified": bool,
    "includeEmailInRedirect": bool,
    "identity": dict,
}
VERIFICATION_FIELDS = {
    "user_id": str,
    "client_id": str,
    "result_url": str,
    "organization_id": str,
    "ttl_sec": int,
    "includeEmailInRedirect": bool,
    "identity": dict,
}
IDENTITY_FIELDS = {"user_id": str, "provider": str, "connection_id": str}


@endpoint("POST", "create:user_tickets")
def password_change(request: HttpRequest, state: State) -> JsonResponse:
    """It asks for no proof and sends no mail. Universal Login ignores ``result_url``."""
    body = json_object(request, FIELDS)
    base_url = links_at(request, state)
    _check_rules(body)
    _check_named_records(body, state)
    user = _user(body, state)
    identity = _identity(body, user, state)
    if not user.address_of(identity):
        raise ApiError(400, "The user does not have an email address.")
    terms = tickets.Terms(
        client_id=body.get("client_id"),
        lifetime_s=body.get("ttl_sec", 0),
        mark_email_as_verified=body.get("mark_email_as_verified", False),
        organization=organization_of(body, user, state),
    )
    ticket = tickets.mint(state, user, identity, terms)
    return JsonResponse({"ticket": tickets.url_of(state, ticket, base_url)}, status=201)


@endpoint("POST", "create:user_tickets")
def email_verification(request: HttpRequest, state: State) -> JsonResponse:
    body = json_object(request, VERIFICATION_FIELDS)
    base_url = links_at(request, state)
    required(body, "user_id")
    _check_rules(body)
    _check_named_records(body, state)
    user = _user(body, state)
    organization_of(body, user, state)
    identity = named_identity(body["identity"], user, state) if "identity" in body else user.identities[0]
    if not user.address_of(identity):
        raise ApiError(400, "The user does not have an email address.")
    lifetime, client_id = body.get("ttl_sec", 0), body.get("client_id")
    found = verification.mint(state, user, identity, client_id=client_id, lifetime_s=lifetime)
    return JsonResponse({"ticket": verification.url_of(found, base_url)}, status=201)


def links_at(request: HttpRequest, state: State) -> str:
    """The base of links made by this call: the header's domain, else the tenant's default one."""
    header = request.headers.get("auth0-custom-domain")
    try:
        return hosts.named(header, state) if header is not None else hosts.default_base_url(state)
    except hosts.UnknownHostError as error:
        raise ApiError(400, str(error)) from error


def _check_rules(body: Json) -> None:
    if "user_id" in body and ("connection_id" in body or "email" in body):
        raise invalid_body("'user_id cannot be combined with connection_id or email'")
    if "user_id" not in body:
        required(body, "connection_id", "email")
    if "result_url" in body and "organization_id" in body:
        raise invalid_body("'result_url cannot be combined with organization_id'")
    if body.get("ttl_sec", 0) < 0:
        msg = f"'Value {body['ttl_sec']} is less than minimum 0' on property ttl_sec"
        raise invalid_body(msg)
    if "identity" in body:
        required(body, "user_id")
        checked(body["identity"], IDENTITY_FIELDS, "identity")
        required(body["identity"], "user_id", "provider", path="identity")


def _check_named_records(body: Json, state: State) -> None:
    if "client_id" in body and body["client_id"] not in state.clients:
        raise ApiError(400, "The client does not exist", "inexistent_client")
    if "connection_id" in body and state.connection_by_id(body["connection_id"]) is None:
        words = f"The connection with id {body['connection_id']} does not exist."
        raise ApiError(400, words, "inexistent_connection")


def _user(body: Json, state: State) -> User:
    connection = state.connection_by_id(body.get("connection_id", ""))
    if connection is None:
        user = state.users.get(body["user_id"])
    else:
        user = state.database_user(connection.name, body["email"])
    if user is None:
        raise inexistent_user()
    return user


def organization_of(body: Json, user: User, state: State) -> str | None:
    """The organization that is named, of which the user must be a member."""
    organization_id: str | None = body.get("organization_id")
    if organization_id is None:
        return None
    if organization_id not in state.organizations:
        raise ApiError(400, "The organization does not exist", "inexistent_organization")
    if user.user_id not in state.organizations[organization_id].members:
        words = f"The user with id {user.user_id} is not a member of organization with id {organization_id}."
        raise ApiError(400, words)
    return organization_id


def _identity(body: Json, user: User, state: State) -> Json:
    """The identity asked for, else the main one; only a database identity has a password."""
    identity = named_identity(body["identity"], user, state) if "identity" in body else _main(body, user, state)
    if not state.connections[identity["connection"]].is_database:
        raise ApiError(400, "The user's main connection does not support this operation.", "operation_not_supported")
    return identity


def _main(body: Json, user: User, state: State) -> Json:
    connection = state.connection_by_id(body.get("connection_id", ""))
    return (user.identity_in(connection.name) if connection else None) or user.identities[0]


def named_identity(wanted: Json, user: User, state: State) -> Json:
    connection = state.connection_by_id(wanted.get("connection_id", ""))
    if "connection_id" in wanted and connection is None:
        raise ApiError(400, "Identity connection does not exist.", "inexistent_connection")
    for identity in user.identities:
        same = all(identity[key] == wanted[key] for key in ("user_id", "provider"))
        if same and (connection is None or identity["connection"] == connection.name):
            return identity
    raise ApiError(400, "The user exists, but does not contain the given identity.")
