"""The kinds of values in a seed, each with the words for what was expected."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demo_site.tenant.clock import seconds
from demo_site.tenant.policy_rules import CLASSES, LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable


SHORTEST_SECRET = 14  # bytes (RFC 4226 wants 128 bits, NIST and pyotp 112)
LOOPBACK_NAME = re.compile(r"([a-z0-9-]+\.)*localhost(:[0-9]+)?")


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


def _is_base_32(value: Any) -> bool:
    try:
        return TEXT.holds(value) and len(base64.b32decode(value, casefold=True)) >= SHORTEST_SECRET
    except ValueError:
        return False


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
CHARACTER_TYPES = Kind(
    f"a list of some of {', '.join(CLASSES)}",
    lambda value: TEXTS.holds(value) and set(value) <= CLASSES.keys(),
)
LEVEL = Kind(f"one of {', '.join(LEVELS)}", lambda value: value in LEVELS or value is None)
# Names that lead to this machine wherever they are asked for.
DOMAIN = Kind(
    "localhost or a name below it, with a port or without",
    lambda value: isinstance(value, str) and bool(LOOPBACK_NAME.fullmatch(value)),
)
SECRET = Kind("a secret of 24 characters or more in base 32", _is_base_32)
ORGANIZATION_ID = Kind(
    "an id such as org_9ybsU1dN2dKfDkBi", lambda value: TEXT.holds(value) and value.startswith("org_")
)
ORGANIZATION_NAME = Kind(
    "lower case letters, digits, - and _",
    lambda value: TEXT.holds(value) and re.fullmatch(r"[a-z0-9][a-z0-9_-]*", value) is not None,
)


def one_of(*values: str) -> Kind:
    return Kind(f"one of {', '.join(values)}", lambda value: value in values)
