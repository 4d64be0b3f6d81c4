"""Helper functions of variables: ``{{functions.toString(fields.code)}}`` (Auth0: variables and helper functions)."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from demo_site.tenant.clock import clock, iso

if TYPE_CHECKING:
    from collections.abc import Callable

MASK = "███"


def text(value: Any) -> str:
    """As JavaScript writes it; what is not there is nothing."""
    if value is None or value is MISSING:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def number(value: Any) -> float | int:
    """Raises ``ValueError`` for what is none."""
    found = float(text(value))
    return int(found) if found.is_integer() else found


def to_boolean(value: Any) -> bool:
    """Words for no are not looked for: Auth0's example is a number."""
    return value is not MISSING and bool(value)


def timestamp(date: Any = None) -> int:
    return int(clock.now() if date is None else datetime.fromisoformat(text(date)).timestamp())


class _Missing:
    def __bool__(self) -> bool:
        return False


MISSING = _Missing()
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "toArray": lambda value: value if isinstance(value, list) else [value],
    "toBoolean": to_boolean,
    "toNumber": number,
    "toString": text,
    "toTimestamp": timestamp,
    "length": lambda value: len(value if isinstance(value, list) else text(value)),
    "mask": lambda _value: MASK,
    "slice": lambda value, start, end=None: (value if isinstance(value, list) else text(value))[start:end],
    "split": lambda value, separator: text(value).split(separator),
    "includes": lambda values, item: item in (values if isinstance(values, list) else text(values)),
    "replace": lambda value, old, new: text(value).replace(old, new, 1),
    "replaceAll": lambda value, old, new: text(value).replace(old, new),
    "encodeURIComponent": lambda value: quote(text(value), safe="!'()*"),
    "now": lambda: iso(clock.now()),
    "uuid": lambda: str(uuid.uuid4()),
}
