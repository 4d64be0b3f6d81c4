"""The connections of an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.management.errors import ApiError
from demo_site.tenant.management.payload import checked, required

if TYPE_CHECKING:
    from demo_site.tenant.records import Connection, Json, Organization
    from demo_site.tenant.state import State

CHANGEABLE = {"assign_membership_on_login": bool, "is_signup_enabled": bool, "show_as_button": bool}
FIELDS = {**CHANGEABLE, "connection_id": str}
ONLY_DATABASES = "Only database connections with assign_membership_on_login = true support is_signup_enabled = true."


def enable(organization: Organization, item: Json, state: State) -> Connection:
    checked(item, FIELDS, "enabled_connections")
    required(item, "connection_id")
    connection = state.connection_by_id(item["connection_id"])
    if connection is None:
        raise ApiError(400, "The connection does not exist", "inexistent_connection")
    if connection.name in organization.connections:
        raise ApiError(409, "The connection is already enabled for the organization.", "organization_conflict")
    settings = {name: value for name, value in item.items() if name != "connection_id"}
    change(organization, connection, {"assign_membership_on_login": False, **settings})
    organization.connections.append(connection.name)
    return connection


def change(organization: Organization, connection: Connection, settings: Json) -> None:
    fresh = organization.connection_settings.get(connection.name, {}) | settings
    joins = connection.is_database and fresh.get("assign_membership_on_login")
    if fresh.get("is_signup_enabled") and not joins:
        raise ApiError(400, ONLY_DATABASES, "invalid_body")
    organization.connection_settings[connection.name] = fresh


def listed(organization: Organization, state: State) -> list[Json]:
    return [shown(organization, state.connections[name]) for name in organization.connections]


def shown(organization: Organization, connection: Connection) -> Json:
    settings = organization.connection_settings.get(connection.name, {})
    return {
        "connection_id": connection.id,
        "assign_membership_on_login": False,
        "show_as_button": True,
        **settings,
        "connection": {"name": connection.name, "strategy": connection.strategy},
    }
