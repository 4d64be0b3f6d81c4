"""`docs/outages.md`: what the stories saw, written and read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "outages.md"
SEPARATOR = ", "

HEAD = """\
# When Auth0 misbehaves

Written by its test (`python -m tests.faults.table > docs/outages.md`); each line is a story that is played over plain
HTTP against the local tenant, and a test fails when one ends differently.

Bob must choose a new password, Alice need not. In every story:

- nobody gets in who is held back; whoever was signed in, and not held back, stays so;
- a first sign-in that fails leaves no account behind;
- “Nothing was changed.” stands only on pages where that is so at Auth0, too;
- the step is done again a minute later, when Auth0 is back: it ends as if nothing had been, and nothing is missing or
  doubled. Where the answer about a mail is lost, nobody knows whether it was sent: the page says where to ask for
  another, and that is done where none came;
- no password, token, link or client secret, and nothing that Auth0 answered, is in a log (at DEBUG), on a page, in a
  row or in a session.

“Lost after the effect”, “cut short” and “half a JSON”: Auth0 did what was asked of it, but its answer never arrived
whole. “Mails” counts what Auth0 sent before the step was done again. Of work that nobody sits in front of: “due again”
is tried again later, “left” was put off at Auth0's wish, “given up” waits for something to happen: the missing scope,
another read of that user, or a dispute of that change.
"""
LINE = "| {call} | {faults} | {sees} | {stands} |"


@dataclass(frozen=True)
class Key:
    """Which story: `who` does `step`, and `fault` hits `call`."""

    step: str
    who: str
    call: str
    fault: str


@dataclass(frozen=True)
class Outcome:
    """What they see, and how they stand afterwards."""

    sees: str
    stands: str


Book = dict[Key, Outcome]

WRITING = False
"""Set by `tests.faults.table`: the document is being made, so it need not say yet what is seen."""

SEEN: Book = {}


def written(book: Book) -> str:
    """The document; stories of one call that end alike share a line."""
    parts = [HEAD.rstrip("\n")]
    for (step, who), keys in groupby(book, lambda key: (key.step, key.who)):
        parts += [f"\n## {step}: {who}\n", "| call | what happens to it | what they see | how they stand |"]
        parts.append("| --- | --- | --- | --- |")
        for call, same_call in groupby(keys, lambda key: key.call):
            parts += lines(call, {key.fault: book[key] for key in same_call})
    return "\n".join(parts) + "\n"


def lines(call: str, outcomes: dict[str, Outcome]) -> list[str]:
    found = dict.fromkeys(outcomes.values())
    return [
        LINE.format(
            call=call,
            faults=SEPARATOR.join(fault for fault, outcome in outcomes.items() if outcome == one),
            sees=one.sees,
            stands=one.stands,
        )
        for one in found
    ]


def read() -> Book:
    """The stories that the document tells."""
    book: Book = {}
    step = who = ""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            step, who = line.removeprefix("## ").rsplit(": ", 1)
        elif line.startswith("| ") and step and not line.startswith(("| call ", "| --- ")):
            call, faults, sees, stands = line.strip("| ").split(" | ")
            book |= {Key(step, who, call, fault): Outcome(sees, stands) for fault in faults.split(SEPARATOR)}
    return book
