"""A query's text, taken apart into words and signs."""

from __future__ import annotations

import re
from typing import NamedTuple

WORD = re.compile(
    r"""\s*(?:
      (?P<quoted>"(?:[^"\\]|\\.)*")
    | (?P<sign>[():])
    | (?P<word>(?:[^\s()":\\]|\\.)+)
    )""",
    re.VERBOSE | re.DOTALL,
)
OPERATORS = {"AND": "AND", "&&": "AND", "OR": "OR", "||": "OR", "NOT": "NOT"}
# Syntax of Lucene that Auth0 knows, and this stand-in does not.
UNKNOWN = re.compile(r"(?<!\\)[*?~^\[\]{}+!/]|^-|^[<>]")


class QuerySyntaxError(ValueError):
    """A query that is wrong, or that this stand-in does not know; the words say which."""


class Word(NamedTuple):
    """``kind``: a sign, an operator, "text" or "quoted"."""

    kind: str
    text: str


def words(query: str) -> list[Word]:
    found, position = [], 0
    query = query.rstrip()
    while position < len(query):
        match = WORD.match(query, position)
        if match is None:
            msg = f"a quotation mark is missing near {query[position:].strip()!r}"
            raise QuerySyntaxError(msg)
        found.append(_word(match))
        position = match.end()
    return found


def _word(match: re.Match[str]) -> Word:
    if match["sign"]:
        return Word(match["sign"], match["sign"])
    if match["quoted"]:
        return Word("quoted", _unescaped(match["quoted"][1:-1]))
    text = match["word"]
    if text in OPERATORS:
        return Word(OPERATORS[text], text)
    if UNKNOWN.search(text):
        msg = f"wildcards, ranges and other signs as in {text!r} are not played by the local tenant"
        raise QuerySyntaxError(msg)
    return Word("text", _unescaped(text))


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
