"""What the page on deployment shows is what the command writes."""

from __future__ import annotations

import re

from auth0_password.deployment.scopes import DEPLOYMENT
from tests.support.documents import DOCS, block


def shown(place: int) -> str:
    return alike(block("deployment", "text", place))


def alike(text: str) -> str:
    """Without the size of an Action and the places in it, which every edit of a comment changes."""
    return re.sub(r"\d+ bytes|@@ .* @@", "…", text.strip())


def test_as_the_page_shows_it(deploy, configure):
    configure(FORCE_AT="site")
    assert alike(deploy()[1]) == shown(0)
    assert alike(deploy("--apply")[1]) == shown(1)
    assert deploy("--apply") == (0, "nothing to do\n")
    configure(FORCE_AT="deny")
    assert shown(2) in alike(deploy()[1])
    assert alike(deploy("--remove")[1]) == shown(3)


def test_scopes():
    page = (DOCS / "deployment.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for scope in (scope for scopes in DEPLOYMENT.values() for scope in scopes):
        verb, _, kind = scope.partition(":")
        assert any(f"`{scope}`" in row or (f"`{verb}:…`" in row and f"`{kind}`" in row) for row in rows), scope
