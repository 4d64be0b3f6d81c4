"""What stands in the documents, for tests that do as they say."""

from __future__ import annotations

from pathlib import Path

from tests.install.readme import blocks

DOCS = Path(__file__).parents[2] / "docs"


def block(name: str, language: str, place: int = 0) -> str:
    """One fenced block of a page."""
    found = [text for its, text in blocks((DOCS / f"{name}.md").read_text(encoding="utf-8")) if its == language]
    return found[place]
