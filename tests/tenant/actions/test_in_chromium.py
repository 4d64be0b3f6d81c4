"""Actions in a real browser: out to another site after a form, and back by a form of that site."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.tenant import LocalTenant
from tests.tenant.actions.conftest import SCOPES
from tests.tenant.actions.deploying import CHALLENGE, Deployer
from tests.tenant.application import BOB, LOGIN, PASSWORDS, SITE, Application
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
DAVES = "dave@example.com"
FORM = '<!doctype html><title>Site</title><form method=post action="{}/continue">{}<button>Go on</button></form>'


class Site(BaseHTTPRequestHandler):
    """A site on another host name: it shows a form that leads back to the tenant, with everything it was given."""

    def do_GET(self) -> None:
        given = parse_qs(urlsplit(self.path).query)
        fields = "".join(f'<input type=hidden name={name} value="{values[0]}">' for name, values in given.items())
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(FORM.format(given.get("tenant", [""])[0], fields).encode())

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def visited(chromium: Chromium) -> Iterator[tuple[Deployer, Page]]:
    with LocalTenant.start(seed_with_scopes(*SCOPES)) as tenant:
        page = chromium.new_page(viewport={"width": 320, "height": 640})
        page.route(f"{SITE}/**", lambda route: route.fulfill(body="<h1>Northwind</h1>", content_type="text/html"))
        yield Deployer(Application(tenant)), page
        page.context.close()


def sign_in(app: Application, page: Page, email: str) -> None:
    page.goto(app.authorize_url())
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORDS[email])
    page.get_by_role("button", name="Continue", exact=True).click()


def test_out_after_the_password_and_back_across_sites(visited: tuple[Deployer, Page], elsewhere: str):
    deployer, page = visited
    app = deployer.app
    out = f"api.redirect.sendUserTo('{elsewhere}/', {{ query: {{ tenant: '{app.tenant.base_url}' }} }})"
    deployer.run(out, then="console.log(event.request.method)")
    sign_in(app, page, "alice@example.com")
    page.wait_for_url(f"{elsewhere}/**")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{SITE}/complete/auth0/?code=*")
    assert deployer.output() == "POST\n"


def test_out_of_the_reset_page_and_back(visited: tuple[Deployer, Page], elsewhere: str):
    deployer, page = visited
    app = deployer.app
    out = f"api.redirect.sendUserTo('{elsewhere}/', {{ query: {{ tenant: '{app.tenant.base_url}' }} }})"
    deployer.run(out, trigger=CHALLENGE)
    page.goto(app.ticket(BOB, client_id=LOGIN[0]))
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("New password", exact=True).fill("Brand-New-Start-7!")
    page.get_by_label("Re-enter new password").fill("Brand-New-Start-7!")
    page.get_by_role("button", name="Reset password").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Password changed"


def test_a_choice_of_second_factors_on_a_telephone(visited: tuple[Deployer, Page]):
    deployer, page = visited
    app = deployer.app
    app.plan(mfa_factors=["otp", "email", "recovery-code"])
    deployer.run("api.authentication.challengeWithAny([{ type: 'otp' }, { type: 'email' }])")
    sign_in(app, page, DAVES)
    page.get_by_role("link", name="E-mail").click()
    code = next(word for word in app.tenant.mails()[0]["text"].split() if word.isdigit())
    page.get_by_role("link", name="One-time password application").click()
    page.go_back()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Code from the message").fill(code)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url(f"{SITE}/complete/auth0/?code=*")
