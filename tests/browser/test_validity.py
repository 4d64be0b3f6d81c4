"""The validator finds what it is there for, and nothing in a page that is in order."""

from __future__ import annotations

import pytest

from tests.browser.validity import mistakes

pytestmark = pytest.mark.browser


def page(body: str) -> str:
    return f"<!doctype html><html lang=en><head><title>A page</title></head><body>{body}</body></html>"


IN_ORDER = """<main id="content"><h1>A <em>page</em></h1><ul><li><div><h2>One</h2><p>Two</p></div></li></ul>
<form method="post"><label>Name <input name="name" aria-describedby="help"></label><p id="help">Yours</p>
<fieldset><legend><h2>Which?</h2></legend></fieldset><button>Go <strong>on</strong></button></form>
<dl><div><dt>A</dt><dd><p>B</p></dd></div></dl><details><summary>More</summary><p>Less</p></details></main>"""

WRONG = {
    "a paragraph in a paragraph": ("<p>one<p>two</p></p>", "unexpected-end-tag"),
    "an element that is never closed": ("<div><section></div>", "end-tag"),
    "one attribute twice": ('<a href="/" href="/b">x</a>', "duplicate-attribute"),
    "one id twice": ('<p id="a"></p><p id="a"></p>', "the id 'a' is there 2 times"),
    "a label for nothing": ('<label for="nobody">x</label>', "names 'nobody'"),
    "a heading in a span": ("<span><h2>x</h2></span>", "<h2> inside <span>"),
    "a list without items": ("<ul><div>x</div></ul>", "<div> in <ul>"),
    "a button in a link": ('<a href="/"><button>x</button></a>', "<button> inside a link"),
    "a form in a form": ("<form><form></form></form>", "unexpected-start-tag"),
}


def test_a_page_in_order():
    assert mistakes(page(IN_ORDER)) == []


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake(name):
    body, words = WRONG[name]
    assert any(words in mistake for mistake in mistakes(page(body)))


def test_no_doctype():
    assert mistakes(page("").removeprefix("<!doctype html>")) != []
