"""The seed's format: every key with its kind, and errors that name the place."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from demo_site.tenant.seed_kinds import (
    CHARACTER_TYPES,
    COUNT,
    DOMAIN,
    EMAIL,
    FLAG,
    LEVEL,
    MAYBE_TEXT,
    OBJECT,
    OBJECTS,
    ORGANIZATION_ID,
    ORGANIZATION_NAME,
    SECRET,
    TEXT,
    TEXTS,
    TIME,
    USER_ID,
    one_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from demo_site.tenant.records import Json
    from demo_site.tenant.seed_kinds import Kind


class SeedError(ValueError):
    """The seed cannot be planted; the message says what and where."""


TOP = {
    "plan": OBJECT,
    "custom_domain": DOMAIN,
    "connections": OBJECTS,
    "clients": OBJECTS,
    "users": OBJECTS,
    "organizations": OBJECTS,
    "resource_servers": OBJECTS,
    "tenant_settings": OBJECT,
}
TENANT_SETTINGS = {
    "allowed_logout_urls": TEXTS,
    "default_redirection_uri": TEXT,
    "friendly_name": TEXT,
    "flags": OBJECT,
    "skip_non_verifiable_callback_uri_confirmation_prompt": FLAG,
}
CONNECTION = {"name": TEXT, "strategy": TEXT, "options": OBJECT, "enabled_clients": TEXTS}
OPTIONS = {
    "passwordPolicy": LEVEL,
    "password_complexity_options": OBJECT,
    "password_history": OBJECT,
    "password_no_personal_info": OBJECT,
    "password_dictionary": OBJECT,
    "disable_self_service_change_password": FLAG,
    "requires_username": FLAG,
    "disable_signup": FLAG,
    "enabledDatabaseCustomization": FLAG,
    "import_mode": FLAG,
    "attributes": OBJECT,
    "password_options": OBJECT,
}
NESTED_OPTIONS = {
    "password_complexity_options": {"min_length": COUNT},
    "password_history": {"enable": FLAG, "size": COUNT},
    "password_no_personal_info": {"enable": FLAG},
    "password_dictionary": {"enable": FLAG, "dictionary": TEXTS},
    "password_options": {"complexity": OBJECT, "profile_data": OBJECT, "history": OBJECT, "dictionary": OBJECT},
}
PASSWORD_OPTIONS = {
    "complexity": {
        "min_length": COUNT,
        "character_types": CHARACTER_TYPES,
        "character_type_rule": one_of("all", "three_of_four"),
        "identical_characters": one_of("allow", "block"),
        "sequential_characters": one_of("allow", "block"),
        "max_length_exceeded": one_of("truncate", "error"),
    },
    "profile_data": {"active": FLAG, "blocked_fields": TEXTS},
    "history": {"active": FLAG, "size": COUNT},
    "dictionary": {"active": FLAG, "default": one_of("en_10k", "en_100k"), "custom": TEXTS},
}
CLIENT = {
    "client_id": TEXT,
    "client_secret": TEXT,
    "name": TEXT,
    "callbacks": TEXTS,
    "allowed_logout_urls": TEXTS,
    "initiate_login_uri": TEXT,
    "grant_types": TEXTS,
    "scopes": TEXTS,
    "organization_usage": one_of("deny", "allow", "require"),
    "organization_require_behavior": one_of("no_prompt", "pre_login_prompt"),
    "oidc_logout": OBJECT,
    "token_endpoint_auth_method": one_of("none", "client_secret_post", "client_secret_basic"),
    "is_token_endpoint_ip_header_trusted": FLAG,
    "refresh_token": OBJECT,
    "user_grants": OBJECT,
    "settings": OBJECT,
}
USER = {
    "email": EMAIL,
    "password": TEXT,
    "name": TEXT,
    "connection": TEXT,
    "user_id": USER_ID,
    "email_verified": FLAG,
    "app_metadata": OBJECT,
    "last_password_reset": TIME,
    "mfa": OBJECT,
    "linked": OBJECTS,
    "site": OBJECT,
    "story": MAYBE_TEXT,
}
NESTED_IN_USER = {
    "mfa": {"otp_secret": SECRET, "recovery_code": TEXT},
    "site": {"is_staff": FLAG, "is_superuser": FLAG},
}
LINKED = {
    "connection": TEXT,
    "user_id": USER_ID,
    "email": EMAIL,
    "email_verified": FLAG,
    "name": TEXT,
    "password": TEXT,
}
ORGANIZATION = {
    "id": ORGANIZATION_ID,
    "name": ORGANIZATION_NAME,
    "display_name": TEXT,
    "members": TEXTS,
    "connections": TEXTS,
    "invitations": OBJECTS,
}
INVITATION = {"ticket_id": TEXT, "email": EMAIL}
RESOURCE_SERVER = {"identifier": TEXT, "name": TEXT, "scopes": TEXTS, "allow_offline_access": FLAG}


def check(seed: Any) -> None:
    _object(seed, "the seed", TOP)
    _object(seed.get("tenant_settings", {}), "tenant_settings", TENANT_SETTINGS)
    for place, item in _items(seed, "connections"):
        _object(item, place, CONNECTION, required=("name", "strategy"))
        _check_options(item.get("options", {}), f"{place}.options")
    for place, item in _items(seed, "clients"):
        _object(item, place, CLIENT, required=("client_id", "client_secret", "name"))
    strategies = {item["name"]: item["strategy"] for item in seed.get("connections", [])}
    for place, item in _items(seed, "users"):
        _check_user(item, place, strategies)
    _unique(seed)
    addresses = {identity.get("email") for item in seed.get("users", []) for identity in _identities(item)}
    for place, item in _items(seed, "organizations"):
        _check_organization(item, place, strategies, addresses)
    for place, item in _items(seed, "resource_servers"):
        _object(item, place, RESOURCE_SERVER, required=("identifier", "name"))
    for key in ("id", "name"):
        _once("organizations", key, [item[key] for item in seed.get("organizations", [])])


def _check_options(options: Json, place: str) -> None:
    _object(options, place, OPTIONS)
    for name, keys in NESTED_OPTIONS.items():
        if name in options:
            _object(options[name], f"{place}.{name}", keys)
    for name, value in options.get("password_options", {}).items():
        _object(value, f"{place}.password_options.{name}", PASSWORD_OPTIONS[name])


def _check_user(item: Json, place: str, strategies: dict[str, str]) -> None:
    _object(item, place, USER, required=("connection",))
    for name, keys in NESTED_IN_USER.items():
        if name in item:
            _object(item[name], f"{place}.{name}", keys)
    if "email" not in item and "user_id" not in item:
        raise _error(place, "needs an email or a user_id")
    _check_identity(item, place, strategies)
    for index, linked in enumerate(item.get("linked", [])):
        there = f"{place}.linked[{index}]"
        _object(linked, there, LINKED, required=("connection", "user_id"))
        _check_identity(linked, there, strategies)


def _check_identity(item: Json, place: str, strategies: dict[str, str]) -> None:
    if item["connection"] not in strategies:
        raise _error(place, f"there is no connection {item['connection']!r} in the seed")
    is_database = strategies[item["connection"]] == "auth0"
    if is_database != ("password" in item):
        words = "a database user needs a password" if is_database else "only database users have a password"
        raise _error(place, words)


def _check_organization(item: Json, place: str, strategies: dict[str, str], addresses: set[str | None]) -> None:
    _object(item, place, ORGANIZATION, required=("id", "name", "display_name"))
    for name in item.get("connections", []):
        if name not in strategies:
            raise _error(place, f"there is no connection {name!r} in the seed")
    for email in item.get("members", []):
        if email not in addresses:
            raise _error(place, f"there is no user {email!r} in the seed")
    for index, invitation in enumerate(item.get("invitations", [])):
        _object(invitation, f"{place}.invitations[{index}]", INVITATION, required=("ticket_id", "email"))


def _unique(seed: Json) -> None:
    _once("connections", "name", [item["name"] for item in seed.get("connections", [])])
    _once("clients", "client_id", [item["client_id"] for item in seed.get("clients", [])])
    identities = [identity for item in seed.get("users", []) for identity in _identities(item)]
    addresses = [(item["connection"], item["email"]) for item in identities if "email" in item]
    _once("users", "connection and email", addresses)
    _once("users", "user_id", [item["user_id"] for item in identities if "user_id" in item])


def _once(table: str, key: str, values: list[Any]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise _error(table, f"the same {key} twice: {min(twice)!r}")


def _identities(user: Json) -> list[Json]:
    return [user, *user.get("linked", [])]


def _items(seed: Json, table: str) -> Iterable[tuple[str, Json]]:
    return ((f"{table}[{index}]", item) for index, item in enumerate(seed.get(table, [])))


def _object(value: Any, place: str, keys: dict[str, Kind], required: tuple[str, ...] = ()) -> None:
    if not isinstance(value, dict):
        raise _error(place, "must be an object")
    for key in value:
        if key not in keys:
            raise _error(place, f"unknown key {key!r}; known are {', '.join(keys)}")
        if not keys[key].holds(value[key]):
            msg = f"{place}.{key}"
            raise _error(msg, f"must be {keys[key].words}")
    for key in required:
        if key not in value:
            raise _error(place, f"the key {key!r} is missing")


def _error(place: str, words: str) -> SeedError:
    return SeedError(f"seed: {place}: {words}")
