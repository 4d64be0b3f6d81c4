"""The hosted page behind a ticket: what it takes, what it refuses, and what a change does."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import Browser
from tests.support.tenant import LocalTenant, demo_seed
from tests.tenant.application import ALICE, BOB, DATABASE, LOGIN, SITE, Application, callback, change_password

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = "Brand-New-Start-7!"


def test_a_change(app: Application, browser: Browser, tenant: LocalTenant):
    before = datetime.fromisoformat(tenant.advance(3_600))
    change_password(browser, app.ticket(), GOOD)
    assert browser.page.h1 == "Password changed"
    changed = tenant.user("bob@example.com")["last_password_reset"]
    assert 0 <= (datetime.fromisoformat(changed) - before).total_seconds() < 5
    browser.get(app.authorize_url())
    assert browser.submit("Continue", username="bob@example.com", password="Temporary-2026!").status == 400
    browser.submit("Continue", username="bob@example.com", password=GOOD)
    assert callback(browser)["code"]


def test_looking_uses_nothing_up_and_a_change_works_once(app: Application, browser: Browser):
    ticket = app.ticket()
    for _ in range(3):
        assert browser.get(ticket).h1 == "Change your password"
    form = browser.copy()
    form.get(ticket)
    change_password(browser, ticket, GOOD)
    again = form.submit("Reset password", newPassword="Another-One-8!", confirmNewPassword="Another-One-8!")
    assert (again.status, again.h1) == (400, "Invalid link")
    assert "only be used once" in browser.get(ticket).visible_text


def test_a_newer_ticket_voids_the_older_ones_of_that_user_only(app: Application, browser: Browser):
    bobs, alices = app.ticket(), app.ticket(ALICE)
    newer = app.ticket()
    assert browser.get(bobs).h1 == "Link expired"
    assert browser.get(newer).h1 == "Change your password"
    assert browser.get(alices).h1 == "Change your password"


@pytest.mark.parametrize(("ttl", "seconds"), [(600, 600), (0, 432_000), (None, 432_000)])
def test_expiry(app: Application, browser: Browser, tenant: LocalTenant, ttl: int | None, seconds: int):
    ticket = app.ticket(**({} if ttl is None else {"ttl_sec": ttl}))
    tenant.advance(seconds - 5)
    assert browser.get(ticket).h1 == "Change your password"
    tenant.advance(5)
    expired = browser.submit("Reset password", newPassword=GOOD, confirmNewPassword=GOOD)
    assert (expired.status, expired.h1) == (400, "Link expired")


def test_unknown_ticket(tenant: LocalTenant, browser: Browser):
    page = browser.get(f"{tenant.base_url}/u/reset-verify?ticket=nothing")
    assert (page.status, page.h1) == (400, "Invalid link")


@pytest.mark.parametrize(
    ("new", "again", "words"),
    [
        (GOOD, "Brand-New-Start-8!", "The passwords do not match"),
        ("", "", "Enter the new password twice"),
        ("short1A", "short1A", "Password is too weak"),
        ("onlylowercase", "onlylowercase", "Password is too weak"),
        ("Temporary-2026!", "Temporary-2026!", "Password has previously been used"),
        ("My-Name-Is-Bob-1", "My-Name-Is-Bob-1", "Password contains user information"),
    ],
)
def test_refusals_leave_the_ticket_usable(app: Application, browser: Browser, new: str, again: str, words: str):
    ticket = app.ticket()
    change_password(browser, ticket, new, again)
    assert browser.page.status == 400
    assert words in browser.page.visible_text
    assert 'role="alert"' in browser.page.text
    assert not new or new not in browser.page.text
    change_password(browser, ticket, GOOD)
    assert browser.page.h1 == "Password changed"


def test_the_policy_is_shown_and_what_is_missing_marked(app: Application, browser: Browser):
    ticket = app.ticket()
    text = browser.get(ticket).visible_text
    assert "At least 10 characters in length" in text
    assert "Not one of your last 3 passwords" in text
    assert "(not yet)" not in text
    change_password(browser, ticket, "onlylowercase")
    assert "4 types of characters: (not yet)" in browser.page.visible_text
    assert "length (not yet)" not in browser.page.visible_text


def test_history_is_three_long(app: Application, browser: Browser):
    change_password(browser, app.ticket(), "Second-Word-22!")
    change_password(browser, app.ticket(), "Third-Word-33!")
    change_password(browser, app.ticket(), "Temporary-2026!")
    assert "previously been used" in browser.page.visible_text
    change_password(browser, app.ticket(), "Fourth-Word-44!")
    change_password(browser, app.ticket(), "Temporary-2026!")
    assert browser.page.h1 == "Password changed"


@pytest.mark.parametrize("marked", [True, False])
def test_mark_email_as_verified(app: Application, browser: Browser, tenant: LocalTenant, marked: bool):
    seed = demo_seed(SITE)
    seed["users"][0]["email_verified"] = False
    tenant.seed(seed)
    change_password(browser, app.ticket(mark_email_as_verified=marked), GOOD)
    assert tenant.user("bob@example.com")["email_verified"] is marked


def test_a_change_ends_the_sessions_its_identity_began(app: Application, browser: Browser):
    other, carols = Browser(stop_at=SITE), Browser(stop_at=SITE)
    for person in (browser, other):
        app.sign_in(person, "bob@example.com")
    carols.get(app.authorize_url(connection="google-oauth2"))
    carols.submit("Carol Singh carol@example.com")
    change_password(browser, app.ticket(), GOOD)
    for person, answer in ((browser, "error"), (other, "error"), (carols, "code")):
        person.get(app.authorize_url(prompt="none"))
        assert answer in callback(person)


def test_no_client_no_button(app: Application, browser: Browser):
    change_password(browser, app.ticket(), GOOD)
    assert [label for label, _ in browser.page.links] == ["Overview", "Inbox", "Users", "Actions", "Logs"]


def test_the_button_leads_to_the_default_login_route(app: Application, browser: Browser, tenant: LocalTenant):
    change_password(browser, app.ticket(client_id=LOGIN[0]), GOOD)
    assert "Auth0 refuses http and localhost" in browser.page.visible_text
    browser.click("Back to Northwind Library")
    assert browser.page.url == f"{SITE}/account/login/?iss=http%3A%2F%2F127.0.0.1%3A{tenant.port}%2F"


@pytest.fixture(scope="module")
def strict() -> Iterator[LocalTenant]:
    with LocalTenant.start(demo_seed(SITE), loopback_login_route=False) as tenant:
        yield tenant


class TestWithoutTheSwitch:
    """As Auth0 has it: https only, not localhost."""

    def route(self, strict: LocalTenant, browser: Browser, uri: str) -> str | None:
        seed = demo_seed(SITE)
        seed["clients"][0]["initiate_login_uri"] = uri
        strict.seed(seed)
        change_password(browser, Application(strict).ticket(client_id=LOGIN[0]), GOOD)
        assert "Auth0 refuses" not in browser.page.visible_text
        return dict(browser.page.links).get("Back to Northwind Library")

    @pytest.mark.parametrize(
        "uri", ["http://site.example/login", "https://localhost/login", "https://127.0.0.1/login"]
    )
    def test_refused(self, strict: LocalTenant, browser: Browser, uri: str):
        assert self.route(strict, browser, uri) is None

    @pytest.mark.parametrize(
        ("uri", "begin", "end"),
        [
            ("https://site.example/login", "https://site.example/login?iss=", "%2F"),
            ("https://site.example/login?a=1#x", "https://site.example/login?a=1&iss=", "%2F#x"),
        ],
    )
    def test_allowed(self, strict: LocalTenant, browser: Browser, uri: str, begin: str, end: str):
        route = self.route(strict, browser, uri) or ""
        assert route.startswith(begin)
        assert route.endswith(end)

    def test_an_expired_page_is_an_error_page(self, strict: LocalTenant, browser: Browser):
        strict.seed(demo_seed(SITE))
        browser.get(Application(strict).authorize_url())
        strict.advance(3_600)
        assert browser.submit("Continue", username="x@example.com", password="x").status == 400


def test_who_is_changed(app: Application, browser: Browser, tenant: LocalTenant):
    change_password(browser, app.ticket(BOB), GOOD)
    alice = tenant.user("alice@example.com")
    assert alice["last_password_reset"] == "2026-03-14T09:26:53.589Z"
    assert tenant.user("bob@example.com")["identities"][0]["connection"] == DATABASE
