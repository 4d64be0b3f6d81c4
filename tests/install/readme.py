"""The README's install lines, applied word for word as a reader does who has a new project in front of them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[2]
HEADING = "Install it into your site"
TO_FILL_IN = re.compile(r'"(tenant\.eu\.auth0\.com|…)"')
"""What a reader replaces: the tenant's host, and what they copy from Auth0's dashboard."""


@dataclass(frozen=True)
class Lines:
    """The fenced blocks of that section, in their order; `pip` and `manage` as lists of words."""

    pip: list[str]
    settings: str
    urls: str
    manage: list[list[str]]

    @classmethod
    def of_readme(cls) -> Lines:
        _, _, section = (ROOT / "README.md").read_text(encoding="utf-8").partition(f"\n## {HEADING}\n")
        section, _, _ = section.partition("\n## ")
        [(_, pip), (_, settings), (_, urls), (_, manage)] = blocks(section)
        assert [language for language, _ in blocks(section)] == ["sh", "python", "python", "sh"]
        return cls(shlex.split(pip), settings, urls, [shlex.split(line) for line in manage.splitlines()])

    def settings_with(self, values: Iterable[str]) -> str:
        """The settings with the reader's own values in the places for them, in their order; none is left over."""
        given = iter(values)
        filled = TO_FILL_IN.sub(lambda _place: repr(next(given)), self.settings)
        assert list(given) == []
        return filled


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """The fenced blocks of a page: language and text."""
    return ((found[1], found[2]) for found in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
