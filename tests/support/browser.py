"""A person's browser over plain HTTP, without scripts: pages, links, forms, cookies and redirects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlencode, urljoin

import requests

from tests.support.page import Form, Page
from tests.support.provenance import DEFAULT_POLICY, Provenance, directive
from tests.support.same_site import same_site

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_HOPS = 20
KEEPS_METHOD = (307, 308)
REDIRECTS = (301, 302, 303, *KEEPS_METHOD)
TIMEOUT_S = 10
ACCEPTED = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en"}
Pairs = list[tuple[str, str]]


@dataclass
class Browser:
    """``Browser()`` is a new person with no cookies.

    ``stop_at``: an address is not visited if it begins so; it becomes ``page.url`` with status 0.
    """

    page: Page = field(default_factory=Page)
    history: list[tuple[str, str, int]] = field(default_factory=list)
    session: requests.Session = field(default_factory=requests.Session)
    stop_at: str | None = None

    def get(self, url: str) -> Page:
        """Type an address, absolute or relative to the page shown."""
        return self._visit("GET", urljoin(self.page.url, url), Provenance())

    def click(self, text: str) -> Page:
        """Follow the first link with this text."""
        for label, href in self.page.links:
            if label == text:
                return self._visit("GET", urljoin(self.page.url, href), self._from_here())
        raise AssertionError(self._missing("link", text, [label for label, _ in self.page.links]))

    def submit(self, button: str | None = None, /, *, form: int | str | None = None, **fields: str | None) -> Page:
        """Press ``button`` (its text or its name) in the form that has it, with ``fields`` filled in.

        ``form`` picks one by index or by a part of its action. A field's value of ``None`` leaves it out.
        """
        chosen = self._find_form(button, form, fields)
        data = chosen.filled(button, fields)
        target = urljoin(self.page.url, chosen.action or self.page.url)
        if chosen.method == "GET":
            target = target.split("?", 1)[0].split("#", 1)[0] + "?" + urlencode(data)
            return self._visit("GET", target, self._from_here(form=True))
        return self._visit("POST", target, self._from_here(form=True), data)

    def copy(self) -> Browser:
        """Somebody else's browser: no cookies, no page."""
        return Browser()

    def cookie(self, name: str) -> str | None:
        return next((cookie.value for cookie in self.session.cookies if cookie.name == name), None)

    def _find_form(self, button: str | None, form: int | str | None, fields: Mapping[str, str | None]) -> Form:
        forms = self.page.forms
        if isinstance(form, int):
            forms = forms[form : form + 1]
        elif form is not None:
            forms = [item for item in forms if form in item.action]
        matching = [item for item in forms if (button is None or item.has_button(button))]
        matching = [item for item in matching if item.has_fields(fields)]
        if not matching:
            raise AssertionError(self._missing("form with the button", button, _described(self.page.forms)))
        return matching[0]

    def _from_here(self, *, form: bool = False) -> Provenance:
        headers = self.page.headers
        policy = headers.get("Referrer-Policy") or DEFAULT_POLICY
        form_action = directive(headers.get("Content-Security-Policy", ""), "form-action") if form else None
        return Provenance(self.page.url, policy, form_action)

    def _visit(self, method: str, url: str, provenance: Provenance, data: Pairs | None = None) -> Page:
        self.history = []
        for _hop in range(MAX_HOPS):
            provenance.move_to(url)
            if self.stop_at and url.startswith(self.stop_at):
                self.page = Page(url)
                return self.page
            answer = self._send(method, url, provenance, data)
            self.history.append((method, url, answer.status_code))
            if answer.status_code not in REDIRECTS or "location" not in answer.headers:
                self.page = Page.of(url, answer)
                return self.page
            url = _next_url(url, answer.headers["location"])
            if answer.status_code not in KEEPS_METHOD:
                method, data = "GET", None
        msg = f"more than {MAX_HOPS} redirects: {[hop[1] for hop in self.history]}"
        raise AssertionError(msg)

    def _send(self, method: str, url: str, provenance: Provenance, data: Pairs | None) -> requests.Response:
        headers = ACCEPTED | provenance.headers(url, method)
        target = urldefrag(url).url
        with same_site(self.session.cookies, provenance.site, method):
            return self.session.request(
                method, target, data=data, headers=headers, allow_redirects=False, timeout=TIMEOUT_S
            )

    def _missing(self, what: str, wanted: str | None, there: Iterable[str]) -> str:
        page = self.page
        have = ", ".join(repr(item) for item in there) or "none"
        return f"no {what} {wanted!r} at {page.url} ({page.status}); there: {have}\n\n{page.visible_text}"


def _described(forms: list[Form]) -> list[str]:
    return [f"{form.method} {form.action} {form.button_texts} fields {sorted(form.names)}" for form in forms]


def _next_url(url: str, location: str) -> str:
    """A redirect without a fragment keeps the one in hand (RFC 9110 §10.2.2)."""
    target = urljoin(url, location)
    fragment = urldefrag(url).fragment
    return f"{target}#{fragment}" if fragment and "#" not in target else target
