"""What the doctor says: at most one finding of each check, whose id never changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .patient import Patient


LONGEST = 500
"""Characters of a sentence."""


class Level(StrEnum):
    """How bad it is. The last two are no fault: nothing was found out."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
    NOT_ON_THIS_PLAN = "not on this plan"
    COULD_NOT_LOOK = "could not look"


@dataclass(frozen=True)
class Verdict:
    """What a check came to, in a sentence, and in another what to do about it."""

    level: Level
    what: str
    do: str = ""


def ok(what: str) -> Verdict:
    return Verdict(Level.OK, what)


def note(what: str, do: str = "") -> Verdict:
    return Verdict(Level.NOTE, what, do)


def warning(what: str, do: str) -> Verdict:
    return Verdict(Level.WARNING, what, do)


def error(what: str, do: str) -> Verdict:
    return Verdict(Level.ERROR, what, do)


@dataclass(frozen=True, kw_only=True)
class Check:
    """`id` is `<area>.<name>`; `asks` names what is looked at; `judge` answers None where there is nothing to ask."""

    id: str
    asks: str
    judge: Callable[[Patient], Verdict | None]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One row. Where nobody could look, `why` says why not; `scope` is what a client would need for it."""

    id: str
    area: str
    what: str
    level: Level
    do: str = ""
    why: str = ""
    scope: str = ""

    @classmethod
    def of(cls, check: Check, verdict: Verdict) -> Finding:
        what, do = printable(verdict.what), printable(verdict.do)
        return cls(id=check.id, area=area_of(check), what=what, level=verdict.level, do=do)

    @classmethod
    def unseen(cls, check: Check, why: str, *, scope: str = "") -> Finding:
        level = Level.COULD_NOT_LOOK
        return cls(id=check.id, area=area_of(check), what=check.asks, level=level, why=printable(why), scope=scope)


def printable(text: str) -> str:
    """Names come from the tenant, and a terminal would obey what may stand in them."""
    return "".join(character if character.isprintable() else " " for character in text)[:LONGEST]


def area_of(check: Check) -> str:
    return check.id.partition(".")[0]


@dataclass(frozen=True)
class Report:
    """Every finding, in the order of the checks."""

    findings: tuple[Finding, ...]

    def of(self, *levels: Level) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level in levels)

    @property
    def errors(self) -> tuple[Finding, ...]:
        return self.of(Level.ERROR)

    @property
    def missing_scopes(self) -> tuple[str, ...]:
        """What would let the checks be done that could not be."""
        return tuple(sorted({finding.scope for finding in self.findings if finding.scope}))

    def as_json(self) -> dict[str, Any]:
        counts = {str(level): len(self.of(level)) for level in Level}
        return {
            "findings": [asdict(finding) for finding in self.findings],
            "counts": counts,
            "missing_scopes": list(self.missing_scopes),
        }
