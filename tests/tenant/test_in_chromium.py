"""The hosted pages in a real browser: cross-site cookies, form-action, both colour schemes, phone width."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.tenant import LocalTenant, demo_seed
from tests.tenant.application import ALICE, DATABASE, LOGIN, PASSWORDS, RIVERSIDE, Application
from tests.tenant.steering import steer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

PHONE = 320
pytestmark = pytest.mark.browser


class Site(BaseHTTPRequestHandler):
    """An application on another host name: whatever is asked, it says hello."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Northwind</title><h1>Hello from the application</h1>")

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def visited(site: str, chromium: Chromium) -> Iterator[tuple[Application, str, Page]]:
    with LocalTenant.start(demo_seed(site)) as tenant:
        page = chromium.new_page()
        yield Application(tenant), site, page
        page.context.close()


def authorize_url(app: Application, site: str, **params: Any) -> str:
    return app.authorize_url(redirect_uri=f"{site}/complete/auth0/", **params)


def test_sign_in_change_and_back(visited: tuple[Application, str, Page]):
    app, site, page = visited
    page.goto(authorize_url(app, site))
    page.get_by_label("E-mail address").fill("bob@example.com")
    page.get_by_label("Password").fill("Temporary-2026!")
    page.get_by_role("button", name="Continue", exact=True).click()
    assert page.get_by_role("heading").inner_text() == "Hello from the application"
    page.goto(authorize_url(app, site, prompt="none"))
    assert "code=" in page.url
    page.goto(app.ticket(client_id=LOGIN[0]))
    page.get_by_label("New password", exact=True).fill("Brand-New-Start-7!")
    page.get_by_label("Re-enter new password").fill("Brand-New-Start-7!")
    page.get_by_role("button", name="Reset password").click()
    page.get_by_role("link", name="Back to Northwind Library").click()
    assert page.url.startswith(f"{site}/account/login/?iss=")


def test_the_code_on_the_page_is_good_in_chromium(visited: tuple[Application, str, Page]):
    app, site, page = visited
    app.plan(mfa_at_login=True)
    page.goto(authorize_url(app, site))
    page.get_by_label("E-mail address").fill("dave@example.com")
    page.get_by_label("Password").fill(PASSWORDS["dave@example.com"])
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_label("One-time code").fill(page.locator("#stand-in strong").inner_text())
    page.get_by_role("button", name="Continue").click()
    assert page.url.startswith(f"{site}/complete/auth0/?code=")


def test_google_in_chromium(visited: tuple[Application, str, Page]):
    app, site, page = visited
    page.goto(authorize_url(app, site))
    page.get_by_role("button", name="Continue with Google").click()
    page.get_by_role("button", name="Carol Singh").click()
    assert page.url.startswith(f"{site}/complete/auth0/?code=")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit_a_phone(visited: tuple[Application, str, Page], chromium: Chromium, scheme: Any):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    app, site, _page = visited
    context = chromium.new_context(color_scheme=scheme, viewport={"width": PHONE, "height": 640})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    for address in _tour(app, site, page):
        found = axe.run(page)
        assert found.violations_count == 0, f"{address}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, address
    assert complaints == []
    context.close()


def _tour(app: Application, site: str, page: Page) -> Iterator[str]:
    """Every page once, each ready to be looked at."""
    page.goto(authorize_url(app, site, login_hint="bob@example.com"))
    yield page.url
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Continue", exact=True).click()
    yield f"{page.url} (wrong)"
    page.get_by_role("link", name="Forgot password?").click()
    yield page.url
    page.get_by_role("button", name="Continue").click()
    yield f"{page.url} (sent)"
    page.goto(authorize_url(app, site, connection="google-oauth2"))
    yield page.url
    for path in ("/", "/inbox", "/users", "/actions", "/u/reset-verify?ticket=none"):
        page.goto(app.tenant.base_url + path)
        yield page.url
    page.goto(f"{app.tenant.base_url}/logs")
    page.locator("summary").last.click()
    yield page.url
    yield from _tour_of_a_change(app, page)
    yield from _tour_of_second_steps(app, site, page)
    yield from _tour_of_messages(app, site, page)
    body = {"user_id": ALICE, "client_id": LOGIN[0]}
    page.goto(app.api("POST", "tickets/email-verification", json=body).json()["ticket"])
    yield f"{page.url} (verified)"


def _tour_of_messages(app: Application, site: str, page: Page) -> Iterator[str]:
    """By code, and once too often."""
    seed = demo_seed(site)
    seed["connections"][0]["options"]["attributes"] = {"email": {"verification_method": "otp"}}
    app.tenant.seed(seed)
    steer(app.tenant, "rate_limits", {"change_password": {"burst": 1, "per_minute": 1}})
    page.goto(authorize_url(app, site, login_hint="alice@example.com"))
    page.get_by_role("link", name="Forgot password?").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Resend email").click()
    yield f"{page.url} (too many)"
    page.goto(f"{app.tenant.base_url}/inbox")
    page.get_by_role("link", name="Reset your password").click()
    yield f"{page.url} (code)"
    page.goto(app.tenant.mails()[0]["links"][0])
    yield f"{page.url} (code)"
    page.get_by_label("Code from the message").fill("no")
    for label in ("New password", "Re-enter new password"):
        page.get_by_label(label, exact=True).fill("Brand-New-Start-7!")
    page.get_by_role("button", name="Reset password").click()
    yield f"{page.url} (wrong code)"


def _tour_of_second_steps(app: Application, site: str, page: Page) -> Iterator[str]:
    page.goto(authorize_url(app, site, connection=DATABASE, organization=RIVERSIDE))
    yield f"{page.url} (organization)"
    app.plan(mfa_at_login=True)
    page.get_by_label("E-mail address").fill("dave@example.com")
    page.get_by_label("Password").fill(PASSWORDS["dave@example.com"])
    page.get_by_role("button", name="Continue", exact=True).click()
    yield page.url
    page.get_by_label("One-time code").fill("no")
    page.get_by_role("button", name="Continue").click()
    yield f"{page.url} (wrong)"
    seed = demo_seed(site)
    seed["clients"][0] |= {"organization_usage": "require", "organization_require_behavior": "pre_login_prompt"}
    app.tenant.seed(seed)
    page.goto(authorize_url(app, site))
    yield page.url
    page.get_by_label("Organization name").fill("nobody's")
    page.get_by_role("button", name="Continue").click()
    yield f"{page.url} (unknown)"


def _tour_of_a_change(app: Application, page: Page) -> Iterator[str]:
    page.goto(f"{app.tenant.base_url}/inbox")
    yield page.url
    page.get_by_role("link", name="Reset your password").click()
    yield page.url
    page.goto(app.tenant.mails()[0]["links"][0])
    yield page.url
    for password in ("abc", "Brand-New-Start-7!"):
        page.get_by_label("New password", exact=True).fill(password)
        page.get_by_label("Re-enter new password").fill(password)
        page.get_by_role("button", name="Reset password").click()
        yield f"{page.url} ({password})"
