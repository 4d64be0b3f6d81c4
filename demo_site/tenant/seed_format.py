"""The seed's format: every key with its kind, and errors that name the place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demo_site.tenant.clock import seconds
from demo_site.tenant.policy import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from demo_site.tenant.records import Json


class SeedError(ValueError):
    """The seed cannot be planted; the message says what and where."""


@dataclass(frozen=True)
class Kind:
    """``holds`` decides, ``words`` say what was expected."""

    words: str
    holds: Callable[[Any], bool]


def _is_time(value: Any) -> bool:
    try:
        seconds(value)
    except (TypeError, ValueError):
        return False
    return "T" in value


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


TEXT = Kind("text", lambda value: isinstance(value, str) and value != "")
MAYBE_TEXT = Kind("text", lambda value: isinstance(value, str))
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
TEXTS = Kind("a list of texts", _is_list_of_text)
OBJECT = Kind("an object", lambda value: isinstance(value, dict))
OBJECTS = Kind("a list of objects", lambda value: isinstance(value, list) and all(map(OBJECT.holds, value)))
TIME = Kind("an ISO time such as 2026-03-14T09:30:00.000Z", _is_time)
EMAIL = Kind(
    "an e-mail address in lower case",
    lambda value: TEXT.holds(value) and "@" in value and value == value.lower(),
)
USER_ID = Kind("an id such as auth0|64f0…", lambda value: TEXT.holds(value) and "|" in value)
COUNT = Kind("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0)
LEVEL = Kind(f"one of {', '.join(LEVELS)}", lambda value: value in LEVELS or value is None)
NOT_YET = Kind("left out: this tenant has no second steps", lambda _value: False)

TOP = {"connections": OBJECTS, "clients": OBJECTS, "users": OBJECTS}
CONNECTION = {"name": TEXT, "strategy": TEXT, "options": OBJECT}
OPTIONS = {
    "passwordPolicy": LEVEL,
    "password_complexity_options": OBJECT,
    "password_history": OBJECT,
    "password_no_personal_info": OBJECT,
    "password_dictionary": OBJECT,
    "disable_self_service_change_password": FLAG,
}
NESTED_OPTIONS = {
    "password_complexity_options": {"min_length": COUNT},
    "password_history": {"enable": FLAG, "size": COUNT},
    "password_no_personal_info": {"enable": FLAG},
    "password_dictionary": {"enable": FLAG, "dictionary": TEXTS},
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
    "mfa": NOT_YET,
    "site": OBJECT,
    "story": MAYBE_TEXT,
}
SITE = {"is_staff": FLAG, "is_superuser": FLAG}


def check(seed: Any) -> None:
    _object(seed, "the seed", TOP)
    for place, item in _items(seed, "connections"):
        _object(item, place, CONNECTION, required=("name", "strategy"))
        _check_options(item.get("options", {}), f"{place}.options")
    for place, item in _items(seed, "clients"):
        _object(item, place, CLIENT, required=("client_id", "client_secret", "name"))
    strategies = {item["name"]: item["strategy"] for item in seed.get("connections", [])}
    for place, item in _items(seed, "users"):
        _check_user(item, place, strategies)
    _unique(seed)


def _check_options(options: Json, place: str) -> None:
    _object(options, place, OPTIONS)
    for name, keys in NESTED_OPTIONS.items():
        if name in options:
            _object(options[name], f"{place}.{name}", keys)


def _check_user(item: Json, place: str, strategies: dict[str, str]) -> None:
    _object(item, place, USER, required=("connection",))
    if "site" in item:
        _object(item["site"], f"{place}.site", SITE)
    if item["connection"] not in strategies:
        raise _error(place, f"there is no connection {item['connection']!r} in the seed")
    if "email" not in item and "user_id" not in item:
        raise _error(place, "needs an email or a user_id")
    is_database = strategies[item["connection"]] == "auth0"
    if is_database != ("password" in item):
        words = "a database user needs a password" if is_database else "only database users have a password"
        raise _error(place, words)


def _unique(seed: Json) -> None:
    _once("connections", "name", [item["name"] for item in seed.get("connections", [])])
    _once("clients", "client_id", [item["client_id"] for item in seed.get("clients", [])])
    addresses = [(item["connection"], item["email"]) for item in seed.get("users", []) if "email" in item]
    _once("users", "connection and email", addresses)


def _once(table: str, key: str, values: list[Any]) -> None:
    twice = {value for value in values if values.count(value) > 1}
    if twice:
        raise _error(table, f"the same {key} twice: {min(twice)!r}")


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
