"""One line of a plan: something in the tenant, how it stands to what is wanted, and what would make it so."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from .tenant import Json, Tenant
from .wanted import Wanted


class Change(Enum):
    """The value is the word in a plan; `mark` stands before its lines."""

    CREATE = "create"
    CHANGE = "change"
    REMOVE = "remove"
    REFUSED = "refused"
    UNCHANGED = "unchanged"
    FOREIGN = "foreign"
    LEFT = "left"
    UNASKED = "not asked for"
    NOT_ON_PLAN = "not on this plan"

    @property
    def mark(self) -> str:
        return MARKS[self]


MARKS = {
    Change.CREATE: "+",
    Change.CHANGE: "~",
    Change.REMOVE: "-",
    Change.REFUSED: "!",
    Change.UNCHANGED: "=",
    Change.FOREIGN: ".",
    Change.LEFT: ".",
    Change.UNASKED: "-",
    Change.NOT_ON_PLAN: "-",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """`do` makes it so, and is there where something is to be done; `scope` is what that takes. `details` are lines
    for people, without a secret."""

    part: str
    what: str
    change: Change
    details: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    do: Callable[[], None] | None = field(default=None, repr=False, compare=False)


def left(part: str, what: str) -> Step:
    """What `--remove` does not take back."""
    return Step(part=part, what=what, change=Change.LEFT, details=("the site uses it without Actions, too",))


class Part(Protocol):
    """A kind of thing in a tenant. `names` are the words for it in `DEPLOY["skip"]`, `reads` the scopes to plan it.

    One without a name looks for what nothing asks for any more, where the client may see it."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def reads(self) -> tuple[str, ...]: ...

    def steps(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        """How it stands, by what is read now. In order: what comes first is needed by what follows."""

    def removal(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        """What takes it back."""


def text_diff(before: str, after: str) -> tuple[str, ...]:
    """A unified diff without its file names. What came from the tenant cannot steer a terminal."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm=""))
    return tuple(printable(line) for line in lines[2:])


def printable(text: str) -> str:
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def json_diff(before: Any, after: Any) -> tuple[str, ...]:
    return text_diff(pretty(before), pretty(after))


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)


def field_diff(name: str, before: object, after: object) -> str:
    return f"{name}: {json.dumps(before, default=str)} -> {json.dumps(after, default=str)}"


def added(name: str, values: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{name}: + {value}" for value in values)


def has(found: Any, wanted: Any) -> bool:
    """Whether everything that is wanted is in what was read; Auth0 adds defaults, and leaves out what is empty."""
    if isinstance(wanted, dict):
        fields = found if isinstance(found, dict) else {}
        return all(has(fields.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        items = found if isinstance(found, list) else []
        return len(items) == len(wanted) and all(map(has, items, wanted))
    return bool(found == wanted) or (found is None and not wanted)


def shown_as(found: Any, wanted: Any) -> Any:
    """What was read, as far as it is about what is wanted."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return {key: shown_as(found[key], value) for key, value in wanted.items() if key in found}
    if isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        return [shown_as(one, other) for one, other in zip(found, wanted, strict=True)]
    return found


def texts(value: Any) -> list[str]:
    """A list of texts as Auth0 shows one; nothing where it has none."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


__all__ = [
    "Change",
    "Json",
    "Part",
    "Step",
    "added",
    "field_diff",
    "has",
    "json_diff",
    "left",
    "printable",
    "shown_as",
    "text_diff",
    "texts",
]
