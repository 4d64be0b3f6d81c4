"""A question about the tenant, and what can come of asking it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ....models import ProbeAnswer

if TYPE_CHECKING:
    from .lab import Lab

YES, NO, UNKNOWN = (str(answer) for answer in ProbeAnswer.Answer)


@dataclass(frozen=True)
class Answer:
    """`answer`: `YES`, `NO` or `UNKNOWN` (could not tell: `detail` says why)."""

    answer: str
    detail: str = ""


def yes_if(found: bool, detail: str = "") -> Answer:
    return Answer(YES if found else NO, detail)


def unknown(why: str) -> Answer:
    return Answer(UNKNOWN, why)


@dataclass(frozen=True, kw_only=True)
class Question:
    """`name` is what an answer is kept under. `needs`: scopes of the deployment client, for finding out and for
    removing what was made. `by_hand`: what a person would do where this program could not tell."""

    name: str
    words: str
    find_out: Callable[[Lab], Answer]
    needs: frozenset[str]
    by_hand: str
    binds: bool = False
    """Whether an Action has to be bound to a live trigger meanwhile."""
    mails: bool = False
    """Whether a mail is sent, to a mailbox that somebody reads."""


class CannotTellError(Exception):
    """What was tried did not show anything; the text says why."""
