"""The query syntax of GET /logs: fields, bare terms, phrases, ``*``, ranges of dates, AND, OR, NOT, parentheses.

From Auth0's deploy-monitor/logs/log-search-query-syntax. What is not known here is refused, never guessed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo_site.tenant.records import Json

    Test = Callable[[Json], bool]

FIELDS = (
    "client_id", "client_name", "connection", "connection_id", "description", "date", "hostname", "ip", "log_id",
    "organization_id", "user_id", "user_name", "user_agent", "strategy", "strategy_type", "type",
)  # fmt: skip
# Where a term without a field is looked for.
BARE = ("client_name", "connection", "description", "ip", "log_id", "type", "user_name")
TOKEN = re.compile(
    r"""\s*(?:
      (?P<sign>(?:AND|OR|NOT)(?=[\s(])|[()])
    | (?:(?P<field>[a-z_]+):)?
      (?: "(?P<phrase>[^"]*)" | (?P<range>[\[{]\S+\s+TO\s+\S+[\]}]) | (?P<word>[^\s()":\[\]{}]+) )
    )""",
    re.VERBOSE,
)
RANGE = re.compile(r"(?P<open>[\[{])(?P<low>\S+)\s+TO\s+(?P<high>\S+?)(?P<close>[\]}])")
SHORTEST_INNER = 3


class SearchError(ValueError):
    """A query that is wrong, or that this stand-in does not know; the words say which."""


def parsed(query: str) -> Test:
    """Whether a log is meant; raises ``SearchError``. Letters' case counts."""
    reader = _Reader(query)
    test = reader.any_of()
    if reader.rest:
        msg = f"AND or OR is missing before {reader.rest!r}"
        raise SearchError(msg)
    return test


class _Reader:
    """Recursive descent; OR binds least, then AND, then NOT."""

    def __init__(self, query: str) -> None:
        self.rest = query.strip()

    def any_of(self) -> Test:
        tests = [self._all_of()]
        while self._took("OR"):
            tests.append(self._all_of())
        return lambda log: any(test(log) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._one()]
        while self._took("AND"):
            tests.append(self._one())
        return lambda log: all(test(log) for test in tests)

    def _one(self) -> Test:
        if self._took("NOT"):
            test = self._one()
            return lambda log: not test(log)
        if self._took("("):
            test = self.any_of()
            if not self._took(")"):
                raise SearchError("a closing parenthesis is missing")
            return test
        match = TOKEN.match(self.rest)
        if match is None or match["sign"]:
            msg = f"a term is missing at {self.rest!r}"
            raise SearchError(msg)
        self.rest = self.rest[match.end() :].lstrip()
        return _term(match)

    def _took(self, sign: str) -> bool:
        match = TOKEN.match(self.rest)
        found = match is not None and match["sign"] == sign
        if match and found:
            self.rest = self.rest[match.end() :].lstrip()
        return found


def _term(match: re.Match[str]) -> Test:
    field = match["field"]
    if field is not None and field not in FIELDS:
        msg = f"{field!r} cannot be searched"
        raise SearchError(msg)
    if match["range"]:
        return _range(field, match["range"])
    holds = _value(match, field)
    return lambda log: any(holds(str(log[name])) for name in ((field,) if field else BARE) if log.get(name))


def _value(match: re.Match[str], field: str | None) -> Callable[[str], bool]:
    """Values are compared whole; dates by their beginning."""
    if match["phrase"] is not None:
        phrase = match["phrase"]
        return lambda text: text.startswith(phrase) if field == "date" else text == phrase
    word = match["word"]
    if re.search(r"(?<!\\)[?~^+!/]", word):
        msg = f"signs as in {word!r} are not known here"
        raise SearchError(msg)
    if word.startswith("*") and len(word.strip("*")) < SHORTEST_INNER and word != "*":
        msg = f"{word!r} is too short for a wildcard at the beginning"
        raise SearchError(msg)
    pattern = re.compile(".*".join(re.escape(part) for part in word.split("*")) + (".*" if field == "date" else ""))
    return lambda text: pattern.fullmatch(text) is not None


def _range(field: str | None, text: str) -> Test:
    """``[`` takes its end in, ``{`` does not; ``*`` is open. A date is as exact as it is written."""
    match = RANGE.fullmatch(text)
    if field != "date" or match is None:
        msg = f"ranges as in {text!r} are known here for date only"
        raise SearchError(msg)
    low, high = match["low"], match["high"]

    def holds(log: Json) -> bool:
        from_low, from_high = log["date"][: len(low)], log["date"][: len(high)]
        above = low == "*" or from_low > low or (match["open"] == "[" and from_low == low)
        below = high == "*" or from_high < high or (match["close"] == "]" and from_high == high)
        return above and below

    return holds
