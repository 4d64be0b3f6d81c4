"""The tests' own browser, against two small sites: what it sends must be what real ones send."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.browser import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = """<!doctype html><title>A form</title><h1>Fill <em>in</em></h1>
<script>var hidden = 1</script>
<form action="/search"><input name="q" value="old"><button>Search</button></form>
<form method="post" action="{to}"><input type="hidden" name="token" value="t&amp;1">
<label>Name <input name="name" value="Bob"></label><textarea name="note">two
lines</textarea>
<input type="checkbox" name="agree" value="yes"><input type="checkbox" name="news" checked>
<input type="radio" name="size" value="s" checked><input type="radio" name="size" value="l">
<select name="colour"><option value="r">Red<option value="b" selected>Blue</select>
<button name="act" value="save">Save</button><button name="act" value="drop">Drop it</button></form>
<a href="/echo#part">Go <b>there</b></a>"""


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        page = {"/form": self.form, "/go": self.redirect, "/set": self.set_cookies, "/again": self.again}.get(
            path, self.echo
        )
        page({name: values[0] for name, values in query.items()})

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.do_GET()

    def form(self, query: dict[str, str]) -> None:
        headers = {"Referrer-Policy": query.get("policy", ""), "Content-Security-Policy": query.get("csp", "")}
        self.answer(200, FORM.format(to=query.get("to", "/echo")), "text/html", headers)

    def redirect(self, query: dict[str, str]) -> None:
        self.answer(int(query.get("status", 302)), "", "text/plain", {"Location": query["to"]})

    def again(self, _query: dict[str, str]) -> None:
        self.answer(302, "", "text/plain", {"Location": "/again"})

    def set_cookies(self, _query: dict[str, str]) -> None:
        self.send_response(200)
        for rule in ("Strict", "Lax", "None"):
            self.send_header("Set-Cookie", f"{rule}=1; Path=/; SameSite={rule}")
        self.end_headers()

    def echo(self, _query: dict[str, str]) -> None:
        told = {"method": self.command, "path": self.path, "body": getattr(self, "body", None)}
        self.answer(200, json.dumps(told | {"headers": dict(self.headers)}), "application/json", {})

    def answer(self, status: int, text: str, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def here(port: int) -> str:
    return f"http://localhost:{port}"


@pytest.fixture
def there(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def told(browser: Browser) -> dict[str, Any]:
    return dict(json.loads(browser.page.text))


def test_a_page_is_read(browser: Browser, here: str):
    page = browser.get(f"{here}/form")
    assert (page.title, page.h1, page.status) == ("A form", "Fill in", 200)
    assert ("Go there", "/echo#part") in page.links
    assert "hidden" not in page.visible_text


def test_a_form_sends_what_browsers_send(here: str):
    browser = Browser()
    browser.get(f"{here}/form")
    browser.submit("Save", name="Zoë & Co", size="l", agree="yes")
    sent = parse_qs(told(browser)["body"])
    assert sent == {
        "token": ["t&1"], "name": ["Zoë & Co"], "note": ["two\nlines"], "agree": ["yes"], "news": ["on"],
        "size": ["l"], "colour": ["b"], "act": ["save"],
    }  # fmt: skip


def test_a_get_form_and_a_link(here: str):
    browser = Browser()
    browser.get(f"{here}/form")
    browser.submit("Search", q="new")
    assert told(browser)["path"] == "/search?q=new"
    browser.get("/form")
    browser.click("Go there")
    assert browser.page.url == f"{here}/echo#part"
    assert told(browser)["headers"]["Referer"] == f"{here}/form"


def test_what_is_missing_is_said_with_the_page(here: str):
    browser = Browser()
    browser.get(f"{here}/form")
    with pytest.raises(AssertionError, match=r"no link 'Away'(.|\n)*Go there(.|\n)*Fill in"):
        browser.click("Away")
    with pytest.raises(AssertionError, match=r"button 'Send'(.|\n)*'Drop it'"):
        browser.submit("Send")
    with pytest.raises(AssertionError, match="button 'Save'"):
        browser.submit("Save", no_such_field="x")


@pytest.mark.parametrize(
    ("policy", "referer", "origin"),
    [("", "{here}/", "{here}"), ("no-referrer", None, "null"), ("same-origin", None, "null")],
)
def test_across_sites(here: str, there: str, policy: str, referer: str | None, origin: str):
    browser = Browser()
    browser.get(f"{here}/form?policy={policy}&to={there}/echo")
    browser.submit("Save")
    headers = told(browser)["headers"]
    assert headers.get("Referer") == (referer and referer.format(here=here))
    assert headers["Origin"] == origin.format(here=here)
    assert headers["Sec-Fetch-Site"] == "cross-site"


def test_redirects(here: str, there: str):
    browser = Browser()
    browser.get(f"{here}/form?to=/go%3Fto={there}/go%253Fto={here}/echo%2523end")
    browser.submit("Save")
    assert [(method, status) for method, _, status in browser.history] == [("POST", 302), ("GET", 302), ("GET", 200)]
    assert browser.page.url == f"{here}/echo#end"
    # Once a chain has been elsewhere it stays cross-site.
    assert told(browser)["headers"]["Sec-Fetch-Site"] == "cross-site"
    browser.get(f"{here}/go?to=/echo")
    assert told(browser)["headers"]["Sec-Fetch-Site"] == "none"
    with pytest.raises(AssertionError, match="more than 20 redirects"):
        browser.get(f"{here}/again")


def test_307_keeps_the_method_and_the_body(here: str):
    browser = Browser()
    browser.get(f"{here}/form?to=/go%3Fstatus=307%26to=/echo")
    browser.submit("Drop it")
    assert told(browser)["method"] == "POST"
    assert "act=drop" in told(browser)["body"]


@pytest.mark.parametrize(
    ("button", "sent"), [(None, {"Strict", "Lax", "None"}), ("Go", {"Lax", "None"}), ("Save", {"None"})]
)
def test_same_site_cookies(here: str, there: str, button: str | None, sent: set[str]):
    browser = Browser()
    browser.get(f"{there}/set")
    browser.get(f"{here}/form?to={there}/echo" if button == "Save" else f"{here}/form?to=/go%3Fto={there}/echo")
    if button is None:
        browser.get(f"{there}/echo")
    else:
        browser.submit("Save")
    assert {pair.split("=")[0] for pair in told(browser)["headers"]["Cookie"].split("; ")} == sent
    browser.get(f"{there}/echo")
    assert len(told(browser)["headers"]["Cookie"].split("; ")) == 3


def test_form_action_holds_for_redirects_too(here: str, there: str):
    browser = Browser()
    browser.get(f"{here}/form?csp=form-action+'self'&to=/go%3Fto={there}/echo")
    with pytest.raises(AssertionError, match=f"form-action 'self' of .* forbids {there}/echo"):
        browser.submit("Save")
    browser.get(f"{here}/form?csp=form-action+'self'+{there}&to=/go%3Fto={there}/echo")
    browser.submit("Save")
    assert told(browser)["path"] == "/echo"


def test_a_copy_is_somebody_else(here: str):
    browser = Browser()
    browser.get(f"{here}/set")
    assert browser.cookie("Lax") == "1"
    assert browser.copy().cookie("Lax") is None
