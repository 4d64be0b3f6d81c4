"""JSON bodies of the Management API, checked against the fields an endpoint knows."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from demo_site.tenant.bodies import parsed
from demo_site.tenant.management.errors import invalid_body

if TYPE_CHECKING:
    from django.http import HttpRequest

    from demo_site.tenant.records import Json

TYPES = {str: "string", int: "integer", bool: "boolean", dict: "object", list: "array"}


EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+")
Fields = Mapping[str, type | tuple[type, ...]]


def json_object(request: HttpRequest, fields: Fields) -> Json:
    try:
        body = parsed(request.body)
    except ValueError as error:
        raise invalid_body("'Invalid request payload JSON format'") from error
    return checked(body, fields)


def checked(body: Any, fields: Fields, path: str = "") -> Json:
    """Where a field may be of several types, the first is the one an error names."""
    if not isinstance(body, dict):
        msg = f"'Expected type object but found type {_type_of(body)}'{_at(path)}"
        raise invalid_body(msg)
    for name, value in body.items():
        if name not in fields:
            msg = f"'Additional properties not allowed: {name}'{_at(path)}"
            raise invalid_body(msg)
        kind, *others = _kinds(fields[name])
        if type(value) not in (kind, *others):
            expected = f"'Expected type {TYPES[kind]} but found type {_type_of(value)}'"
            raise invalid_body(expected + _at(f"{path}.{name}".lstrip(".")))
    return body


def required(body: Json, *names: str, path: str = "") -> None:
    for name in names:
        if name not in body:
            msg = f"'Missing required property: {name}'{_at(path)}"
            raise invalid_body(msg)


def check_lengths(body: Json, longest: Mapping[str, int], never_empty: Collection[str]) -> None:
    for name in (*longest, *never_empty):
        if body.get(name) == "":
            msg = f"'String is too short (0 chars), minimum 1' on property {name}"
            raise invalid_body(msg)
    for name, most in longest.items():
        if len(body.get(name) or "") > most:
            msg = f"'String is too long ({len(body[name])} chars), maximum {most}' on property {name}"
            raise invalid_body(msg)


def check_email(email: str, path: str = "email") -> None:
    if not EMAIL.fullmatch(email):
        msg = f"'Object didn't pass validation for format email: {email}'{_at(path)}"
        raise invalid_body(msg)


def _kinds(wanted: type | tuple[type, ...]) -> tuple[type, ...]:
    return wanted if isinstance(wanted, tuple) else (wanted,)


def _at(path: str) -> str:
    return f" on property {path}" if path else ""


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    return "array" if isinstance(value, list) else TYPES.get(type(value), "number")
