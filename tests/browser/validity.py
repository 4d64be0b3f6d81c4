"""Whether a page's source is valid HTML: the parser's own complaints, and the content models that our pages use."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tinyhtml5.parser import HTMLParser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
FLOW = HEADINGS | {
    "address", "article", "aside", "blockquote", "details", "dialog", "div", "dl", "fieldset", "footer", "form",
    "header", "hr", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "table", "ul",
}  # fmt: skip
PHRASING_ONLY = HEADINGS | {
    "abbr", "b", "button", "cite", "code", "em", "i", "kbd", "label", "legend", "option", "p", "pre", "q", "s",
    "small", "span", "strong", "sub", "summary", "sup", "time", "title", "u",
}  # fmt: skip
INTERACTIVE = frozenset({"a", "button", "details", "input", "label", "select", "summary", "textarea"})
CHILDREN = {
    "ul": {"li"}, "ol": {"li"}, "menu": {"li"}, "dl": {"dt", "dd", "div"}, "select": {"option", "optgroup"},
    "tr": {"td", "th"}, "thead": {"tr"}, "tbody": {"tr"}, "tfoot": {"tr"},
}  # fmt: skip
REFERENCES = ("for", "form", "list", "aria-describedby", "aria-labelledby", "aria-controls")
"""Attributes that name the ids of other elements (HTML, Living Standard; WAI-ARIA 1.2)."""


def mistakes(source: str) -> list[str]:
    """What is wrong with a document; empty for a valid one. Attributes' values are not looked into."""
    parser = HTMLParser(namespace_html_elements=False)
    document = parser.parse(source)
    complaints = [f"line {line}: {code} {more or ''}".strip() for (line, _column), code, more in parser.errors]
    return [*complaints, *_ids(document), *_nesting(document, ())]


def _ids(document: Element) -> Iterator[str]:
    ids = Counter(element.get("id") for element in document.iter() if element.get("id") is not None)
    yield from (f"the id {name!r} is there {count} times" for name, count in ids.items() if count > 1)
    for element in document.iter():
        for attribute in REFERENCES:
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    yield f"{attribute} of <{element.tag}> names {name!r}, which is nowhere"


def _nesting(element: Element, above: tuple[str, ...]) -> Iterator[str]:
    for child in element:
        if not isinstance(child.tag, str):  # a comment
            continue
        tag, parent = child.tag, str(element.tag)
        allowed = CHILDREN.get(parent)
        if allowed is not None and tag not in allowed | {"script", "template"}:
            yield f"<{tag}> in <{parent}>"
        inside = PHRASING_ONLY.intersection((*above, parent))
        if tag in FLOW and inside and not (tag in HEADINGS and inside <= {"summary", "legend"}):
            yield f"<{tag}> inside <{', '.join(sorted(inside))}>"
        if tag in INTERACTIVE and {"a", "button"} & {*above, parent} and child.get("type") != "hidden":
            yield f"<{tag}> inside a link or button"
        yield from _nesting(child, (*above, parent))
