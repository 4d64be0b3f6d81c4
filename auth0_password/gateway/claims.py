"""The claims of a token whose signature holds, each read as strictly as its standard has it. PyJWT takes more: times
that are strings, for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from ..exceptions import NotGenuineError

LAST_SECOND = 2**36
"""Unix seconds, in the year 4147: a time that calendars can still be moved around."""

LONGEST_NAME = 255
"""Characters. Auth0's names have at most 64."""


@dataclass(frozen=True)
class Claims:
    """Those of one token; `kind` is what errors call it."""

    kind: str
    values: dict[str, Any]

    def moment(self, name: str) -> datetime:
        """A NumericDate (RFC 7519 §2). True is a number to Python, and so are NaN and infinity."""
        value = self.values.get(name)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= LAST_SECOND:
            self.refuse(name)
        return datetime.fromtimestamp(value, UTC)

    def text(self, name: str) -> str:
        """A text that names something."""
        value = self.values.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or not value.isprintable():
            self.refuse(name)
        return value

    def check(self, holds: bool, what: str) -> None:
        if not holds:
            self.refuse(what)

    def refuse(self, what: str) -> NoReturn:
        raise NotGenuineError(f"{self.kind}: {what}")
