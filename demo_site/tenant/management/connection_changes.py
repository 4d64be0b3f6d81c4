"""Creating, changing and deleting connections (recorded: go-auth0's TestConnectionManager_*)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant import accounts
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.management import connections
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, invalid_body, no_content
from demo_site.tenant.management.payload import json_object, required
from demo_site.tenant.opaque import opaque
from demo_site.tenant.policy_rules import LEVELS
from demo_site.tenant.records import Connection, Json

if TYPE_CHECKING:
    from demo_site.tenant.state import State

CHANGEABLE = {
    "display_name": str,
    "options": dict,
    "enabled_clients": list,
    "is_domain_connection": bool,
    "show_as_button": bool,
    "realms": list,
    "metadata": dict,
    "authentication": dict,
    "connected_accounts": dict,
}
FIELDS = {**CHANGEABLE, "name": str, "strategy": str}
NAME = re.compile(r"[a-zA-Z0-9](-[a-zA-Z0-9]|[a-zA-Z0-9])*")
LONGEST_NAME = 128
ALWAYS: Json = {
    "passkey_options": {
        "challenge_ui": "both",
        "progressive_enrollment_enabled": True,
        "local_enrollment_enabled": True,
    },
    "authentication_methods": {"password": {"enabled": True}, "passkey": {"enabled": False}},
    "brute_force_protection": True,
}
AT_FIRST: Json = {"mfa": {"active": True, "return_enroll_settings": True}, "strategy_version": 2}
COMPLEXITY: Json = {
    "character_type_rule": "all",
    "identical_characters": "allow",
    "sequential_characters": "allow",
    "max_length_exceeded": "error",
    "character_types": [],
}
LEGACY = (
    "passwordPolicy", "password_complexity_options", "password_history", "password_dictionary",
    "password_no_personal_info",
)  # fmt: skip
NOT_TOGETHER = ("requires_username", "validation")


@endpoint("POST", "create:connections")
def create(request: HttpRequest, state: State) -> JsonResponse:
    """For no application unless it says so."""
    body = json_object(request, FIELDS)
    required(body, "name", "strategy")
    if not NAME.fullmatch(body["name"]) or len(body["name"]) > LONGEST_NAME:
        msg = f"'String does not match pattern: {body['name']}' on property name"
        raise invalid_body(msg)
    if body["name"] in state.connections:
        raise ApiError(409, "A connection with the same name already exists", "connection_conflict")
    options = {**AT_FIRST, **body.pop("options", {})} if body["strategy"] == "auth0" else body.pop("options", {})
    connection = Connection(f"con_{opaque(16)}", body.pop("name"), body.pop("strategy"), enabled_clients=[])
    _write(connection, {**body, "options": options}, state)
    state.connections[connection.name] = connection
    return JsonResponse(connections.shown(connection, state), status=201)


@endpoint("PATCH", "update:connections")
def update(request: HttpRequest, state: State, connection_id: str) -> JsonResponse:
    """``options`` are replaced as a whole."""
    body = json_object(request, CHANGEABLE)
    connection = connections.found(state, connection_id)
    _write(connection, body, state)
    return JsonResponse(connections.shown(connection, state))


@endpoint("DELETE", "delete:connections")
def delete(_request: HttpRequest, state: State, connection_id: str) -> HttpResponse:
    """Its users go with it. 202 the first time, then 204."""
    connection = state.connection_by_id(connection_id)
    if connection is None:
        return no_content()
    for user in list(state.users_of(connection.name)):
        main, *others = user.identities
        if main["connection"] == connection.name:
            accounts.remove(state, user)
        else:
            rest = [item for item in others if item["connection"] != connection.name]
            state.users[user.user_id].profile["identities"] = [main, *rest]
    for organization in state.organizations.values():
        organization.connections = [name for name in organization.connections if name != connection.name]
    del state.connections[connection.name]
    return JsonResponse({"deleted_at": iso(clock.now())}, status=202)


def _write(connection: Connection, body: Json, state: State) -> None:
    unknown = set(body.get("enabled_clients", [])) - state.clients.keys()
    if unknown:
        msg = f"One or more of the clients do not exist: {min(unknown)}"
        raise ApiError(400, msg, "inexistent_client")
    if "options" in body:
        options = body.pop("options")
        connection.options = _database_options(options) if connection.is_database else options
    connection.enabled_clients = body.pop("enabled_clients", connection.enabled_clients)
    connection.settings |= body


def _database_options(options: Json) -> Json:
    """With defaults; ``password_options`` take the place of the legacy policy."""
    if "attributes" in options:
        for name in NOT_TOGETHER:
            if name in options:
                msg = f"Cannot set both options.attributes and options.{name}"
                raise ApiError(400, msg, "invalid_body")
    if (options.get("passwordPolicy") or "none") not in LEVELS:
        msg = f"'No enum match for: {options['passwordPolicy']}' on property options.passwordPolicy"
        raise invalid_body(msg)
    flexible = options.get("password_options")
    if flexible is None:
        return {"passwordPolicy": "good", **ALWAYS, **options}
    kept = {name: value for name, value in options.items() if name not in LEGACY}
    return {**ALWAYS, **kept, "password_options": _filled(flexible)}


def _filled(flexible: Json) -> Json:
    parts = {name: {"active": False, **part} for name, part in flexible.items() if name != "complexity"}
    if "dictionary" in parts:
        parts["dictionary"] = {"custom": [], "default": "en_10k", **parts["dictionary"]}
    return {"complexity": {**COMPLEXITY, **flexible.get("complexity", {})}, **parts}
