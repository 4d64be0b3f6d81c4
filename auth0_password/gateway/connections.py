"""What a database connection asks of passwords, read from its `options`, in either of Auth0's two spellings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from time import monotonic
from typing import Any

from ..exceptions import GatewayError, GatewayRefusedError
from .errors import afresh
from .types import ConnectionOptions

KEPT = 300.0
"""Seconds. Every page that names the policy asks for it, and it changes a few times a year."""

LONGEST_PASSWORD, LONGEST_HISTORY = 128, 24
"""Auth0's own bounds of `min_length` and of the history's `size`."""


class RememberedConnections:
    """Keeps what `read` answers, and that it was refused (403: a scope is missing), for some minutes."""

    def __init__(self, read: Callable[[str], ConnectionOptions]) -> None:
        self._read = read
        self._kept: dict[str, tuple[float, ConnectionOptions | GatewayError]] = {}

    def __call__(self, name: str) -> ConnectionOptions:
        kept_at, kept = self._kept.get(name, (0.0, None))
        if kept is None or monotonic() >= kept_at + KEPT:
            kept = self._read_or_refused(name)
            self._kept[name] = (monotonic(), kept)
        if isinstance(kept, GatewayError):
            raise afresh(kept)
        return kept

    def _read_or_refused(self, name: str) -> ConnectionOptions | GatewayError:
        try:
            return self._read(name)
        except GatewayRefusedError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            return afresh(error)


def options_from(name: str, options: Mapping[str, Any] | None) -> ConnectionOptions:
    """Auth0 leaves `options` out where the client lacks `read:connections_options`, and older tenants never ask for
    that scope. What is absent or of another type is not promised to anybody."""
    if options is None:
        return ConnectionOptions(name=name)
    flexible = part(options, "password_options")
    email = part(part(options, "attributes"), "email")
    complexity = part(flexible, "complexity") or part(options, "password_complexity_options")
    return ConnectionOptions(
        name=name,
        policy=text(options.get("passwordPolicy")),
        min_length=count(complexity.get("min_length"), LONGEST_PASSWORD),
        character_types=texts(complexity.get("character_types")),
        character_type_rule=text(complexity.get("character_type_rule")),
        history=history_from(part(flexible, "history") or part(options, "password_history")),
        dictionary=is_on(part(flexible, "dictionary") or part(options, "password_dictionary")),
        no_personal_info=is_on(part(flexible, "profile_data") or part(options, "password_no_personal_info")),
        no_identical=complexity.get("identical_characters") == "block",
        no_sequences=complexity.get("sequential_characters") == "block",
        self_service_change=options.get("disable_self_service_change_password") is not True,
        reset_by_code=email.get("verification_method") == "otp",
    )


def history_from(history: Mapping[str, Any]) -> int:
    """How many former passwords are refused; one at least where it is on."""
    return (count(history.get("size"), LONGEST_HISTORY) or 1) if is_on(history) else 0


def is_on(section: Mapping[str, Any]) -> bool:
    """`enable` in the older spelling, `active` in the flexible policy."""
    return section.get("enable") is True or section.get("active") is True


def part(options: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = options.get(key)
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def count(value: object, most: int) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value <= most else None
