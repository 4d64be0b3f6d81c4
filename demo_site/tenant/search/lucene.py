"""Lucene's query syntax, as far as it is played: fields, values in quotation marks, AND, OR, NOT, parentheses.

From Auth0's manage-users/user-search/user-search-query-syntax. What is not known here is refused, never guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.search import fields
from demo_site.tenant.search.words import QuerySyntaxError, Word, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo_site.tenant.records import Json

    Test = Callable[[Json], bool]

EXISTS = "_exists_"


def parsed(query: str) -> Test:
    """Whether a profile is meant; raises ``QuerySyntaxError``."""
    reader = _Reader(words(query))
    test = reader.any_of(reader.term)
    if reader.next is not None:
        msg = f"between {reader.last!r} and {reader.next.text!r} AND or OR is missing"
        raise QuerySyntaxError(msg)
    return test


class _Reader:
    """Recursive descent; OR binds least, then AND, then NOT."""

    def __init__(self, found: list[Word]) -> None:
        self._words = found
        self._position = 0

    @property
    def next(self) -> Word | None:
        return self._words[self._position] if self._position < len(self._words) else None

    @property
    def last(self) -> str:
        return self._words[self._position - 1].text

    def took(self, kind: str) -> bool:
        found = self.next is not None and self.next.kind == kind
        self._position += found
        return found

    def any_of(self, term: Callable[[], Test]) -> Test:
        tests = [self._all_of(term)]
        while self.took("OR"):
            tests.append(self._all_of(term))
        return lambda profile: any(test(profile) for test in tests)

    def _all_of(self, term: Callable[[], Test]) -> Test:
        tests = [self._maybe_not(term)]
        while self.took("AND"):
            tests.append(self._maybe_not(term))
        return lambda profile: all(test(profile) for test in tests)

    def _maybe_not(self, term: Callable[[], Test]) -> Test:
        if self.took("NOT"):
            test = self._maybe_not(term)
            return lambda profile: not test(profile)
        if self.took("("):
            return self._closed(term)
        return term()

    def _closed(self, term: Callable[[], Test]) -> Test:
        test = self.any_of(term)
        if not self.took(")"):
            raise QuerySyntaxError("a closing parenthesis is missing")
        return test

    def term(self) -> Test:
        """``field:value``, or ``field:("one" OR "another")``."""
        field = self._text("a field")
        if not self.took(":"):
            msg = f"{field!r} has no field: terms without one are not played by the local tenant"
            raise QuerySyntaxError(msg)
        if field == EXISTS:
            return fields.exists(self._text("a field"))
        return self._maybe_not(lambda: fields.equals(field, self._text(f"a value of {field}")))

    def _text(self, what: str) -> str:
        word = self.next
        if word is None or word.kind not in ("text", "quoted"):
            msg = f"{what} is missing" + (f" before {word.text!r}" if word else " at the end")
            raise QuerySyntaxError(msg)
        self._position += 1
        return word.text
