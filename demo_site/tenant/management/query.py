"""Query parameters, checked with Auth0's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.management.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.http import HttpRequest


def invalid_query(reason: str, name: str | None = None) -> ApiError:
    place = f" on property {name}" if name else ""
    return ApiError(400, f"Query validation error: '{reason}'{place}.", "invalid_query_string")


def check_names(request: HttpRequest, known: Collection[str]) -> None:
    unknown = request.GET.keys() - set(known)
    if unknown:
        msg = f"Additional properties not allowed: {min(unknown)}"
        raise invalid_query(msg)


def flag(request: HttpRequest, name: str, *, default: bool = False) -> bool:
    text = request.GET.get(name)
    if text not in (None, "true", "false"):
        raise invalid_query("Expected type boolean but found type string", name)
    return default if text is None else text == "true"


def number(request: HttpRequest, name: str, *, default: int, least: int = 0, most: int | None = None) -> int:
    text = request.GET.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise invalid_query("Expected type integer but found type string", name)
    value = int(text)
    if value < least:
        msg = f"Value {value} is less than minimum {least}"
        raise invalid_query(msg, name)
    if most is not None and value > most:
        msg = f"Value {value} is greater than maximum {most}"
        raise invalid_query(msg, name)
    return value
