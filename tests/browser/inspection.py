"""What every page has to stand: valid HTML, three widths, light and dark, from the right, axe; and pictures of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults

from tests.browser.validity import mistakes

if TYPE_CHECKING:
    from tests.browser.person import Person

WIDTHS, SCHEMES = (360, 768, 1280), ("light", "dark")
TURNED = tuple(zip(WIDTHS, ("light", "dark", "light"), strict=True))
COLOURS = ("color-contrast", "link-in-text-block")
OPTIONS = {"resultTypes": ["violations"], "preload": False}
OF_COLOURS = {**OPTIONS, "runOnly": COLOURS}
OF_LAYOUT = {**OPTIONS, "rules": {"target-size": {"enabled": True}} | {rule: {"enabled": False} for rule in COLOURS}}
"""No colour depends on the width, and nothing else on light or dark: so colours are looked at in both, on the
narrowest page, and all the rest at every width."""

ASK = "([within, options]) => axe.run(within || document, options).then(({violations}) => ({violations}))"
TURN = """() => {
  // Letters become Hebrew ones, so that the browser orders them from the right; addresses stay, as they would.
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  window.turnedTexts = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("code, script, style, em") || !node.data.trim()) continue;
    window.turnedTexts.push([node, node.data]);
    node.data = node.data.replace(/[^\\s]+/g, word => /[@/\\d]/.test(word) ? word : word.replace(/[a-z]/gi,
      letter => String.fromCharCode(0x5d0 + (letter.toLowerCase().charCodeAt(0) - 97) % 26)));
  }
  document.documentElement.dir = "rtl";
}"""
TURN_BACK = """() => {
  for (const [node, text] of window.turnedTexts) node.data = text;
  document.documentElement.removeAttribute("dir");
}"""


def inspect(person: Person, name: str, *, within: Any = "", turned: bool = True) -> None:
    """Look at the page in every way, and leave it as it was. `within` names what is ours of a page, as axe's context
    does; not `turned` is what is never translated."""
    found = mistakes(person.source)
    assert not found, f"{name}: {found}"
    page, before = person.page, person.page.viewport_size
    for width in WIDTHS:
        for scheme in SCHEMES:
            _look(person, f"{name}-{width}-{scheme}", width, scheme)
            if width == min(WIDTHS):
                _ask_axe(person, within, OF_COLOURS)
        _ask_axe(person, within, OF_LAYOUT)
    if turned:
        page.evaluate(TURN)
        for width, scheme in TURNED:
            _look(person, f"{name}-{width}-{scheme}-rtl", width, scheme)
        page.evaluate(TURN_BACK)
    page.set_viewport_size(before)
    page.emulate_media(color_scheme="light")


def _look(person: Person, name: str, width: int, scheme: str) -> None:
    page = person.page
    if page.viewport_size["width"] != width:
        page.set_viewport_size({"width": width, "height": 640})
    page.emulate_media(color_scheme=scheme)
    person.shoot(name)
    assert person.fits(), name


def _ask_axe(person: Person, within: Any, options: dict[str, Any]) -> None:
    """The pages forbid foreign scripts; axe is put in past their policy, through the browser's own debugger."""
    if not person.page.evaluate("'axe' in window"):
        person.page.evaluate(AXE_SCRIPT)
    results = AxeResults(person.page.evaluate(ASK, [within, options]))
    assert results.violations_count == 0, results.generate_report()
