"""The sign-in pages: wrong passwords, forgotten ones, pages that have grown old."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import requests

from tests.support.browser import Browser
from tests.support.tenant import LocalTenant, demo_seed
from tests.tenant.application import ALICE, BOB, CALLBACK, DATABASE, SITE, Application, callback

if TYPE_CHECKING:
    from pathlib import Path


def test_wrong_password_and_unknown_address_read_alike(app: Application, browser: Browser):
    pages = []
    for email in ("alice@example.com", "nobody@example.com", "carol@example.com"):
        browser.get(app.authorize_url())
        page = browser.submit("Continue", username=email, password="Not-The-One-1!")
        assert page.status == 400
        assert page.forms[0].values["username"] == email
        assert "password" not in {name for name, value in page.forms[0].values.items() if value and name == "password"}
        pages.append(page.visible_text)
    assert pages[0] == pages[1] == pages[2]
    assert "Wrong email or password" in pages[0]


def test_the_address_may_be_typed_in_any_case(app: Application, browser: Browser):
    browser.get(app.authorize_url())
    browser.submit("Continue", username=" Alice@Example.COM ", password="Quiet-Harbour-42!")
    assert app.claims(callback(browser))["sub"] == ALICE


def test_sign_ins_are_counted(app: Application, browser: Browser, tenant: LocalTenant):
    app.sign_in(browser)
    browser.get(app.authorize_url())
    user = tenant.user("alice@example.com")
    assert user["logins_count"] == 1
    assert user["last_login"].endswith("Z")


def test_a_blocked_user_is_told_at_the_callback(tmp_path: Path):
    """The seed knows no blocked users, so one is written into the state file."""
    state = tmp_path / "state.json"
    with LocalTenant.start(demo_seed(SITE), state=state) as tenant:
        signed_in = Browser(stop_at=SITE)
        Application(tenant).sign_in(signed_in)
    saved = json.loads(state.read_text())
    saved["state"]["users"][ALICE]["profile"]["blocked"] = True
    state.write_text(json.dumps(saved))
    with LocalTenant.start(state=state, port=tenant.port) as tenant:
        app, browser = Application(tenant), Browser(stop_at=SITE)
        answer = app.sign_in(browser)
        assert (answer["error"], answer["error_description"]) == ("unauthorized", "user is blocked")
        browser.get(app.authorize_url(prompt="none"))
        assert callback(browser)["error"] == "login_required"
        signed_in.get(app.authorize_url(prompt="none"))
        assert callback(signed_in)["error"] == "unauthorized"


def test_forgot_password(app: Application, browser: Browser, tenant: LocalTenant):
    seed = demo_seed(SITE)
    seed["users"][1]["email_verified"] = False
    tenant.seed(seed)
    browser.get(app.authorize_url(login_hint="alice@example.com"))
    browser.click("Forgot password?")
    page = browser.submit("Continue", email="alice@example.com")
    assert page.h1 == "Check your email"
    (mail,) = tenant.mails()
    assert mail.keys() == {"id", "to", "subject", "text", "html", "links", "at"}
    assert mail["to"] == "alice@example.com"
    (link,) = mail["links"]
    assert link in mail["text"]
    browser.get(link)
    browser.submit("Reset password", newPassword="Found-Again-9!", confirmNewPassword="Found-Again-9!")
    assert browser.page.h1 == "Password changed"
    assert tenant.user("alice@example.com")["email_verified"] is True


@pytest.mark.parametrize("email", ["nobody@example.com", "carol@example.com"])
def test_forgot_password_says_the_same_and_sends_nothing(
    app: Application, browser: Browser, tenant: LocalTenant, email: str
):
    texts = []
    for address in ("alice@example.com", email):
        browser.get(app.authorize_url())
        browser.click("Forgot password?")
        texts.append(browser.submit("Continue", email=address).visible_text.replace(address, "…"))
    assert texts[0] == texts[1]
    assert [mail["to"] for mail in tenant.mails()] == ["alice@example.com"]


def test_resending_voids_the_older_link(app: Application, browser: Browser, tenant: LocalTenant):
    browser.get(app.authorize_url())
    browser.click("Forgot password?")
    browser.submit("Continue", email="alice@example.com")
    browser.submit("Resend email")
    newer, older = tenant.mails()
    assert browser.get(older["links"][0]).h1 == "Link expired"
    assert browser.get(newer["links"][0]).h1 == "Change your password"


def test_an_address_is_needed(app: Application, browser: Browser):
    browser.get(app.authorize_url())
    browser.click("Forgot password?")
    page = browser.submit("Continue", email="alice")
    assert page.status == 400
    assert "Enter your e-mail address" in page.visible_text


def test_self_service_can_be_off(app: Application, browser: Browser, tenant: LocalTenant):
    seed = demo_seed(SITE)
    seed["connections"][0]["options"]["disable_self_service_change_password"] = True
    tenant.seed(seed)
    browser.get(app.authorize_url())
    assert "Forgot password?" not in browser.page.visible_text
    assert browser.get(browser.page.url.replace("/u/login", "/u/reset-password/request")).status == 404


def test_an_expired_page_leads_to_the_default_login_route(app: Application, browser: Browser, tenant: LocalTenant):
    browser.get(app.authorize_url())
    tenant.advance(3_600)
    browser.submit("Continue", username="alice@example.com", password="Quiet-Harbour-42!")
    assert browser.page.url == f"{SITE}/account/login/?iss=http%3A%2F%2F127.0.0.1%3A{tenant.port}%2F"


def test_a_page_already_used_leads_there_too(app: Application, browser: Browser):
    browser.get(app.authorize_url())
    login_page = browser.page.url
    browser.submit("Continue", username="alice@example.com", password="Quiet-Harbour-42!")
    assert browser.get(login_page).url.startswith(f"{SITE}/account/login/?iss=")


def test_somebody_elses_page_leads_there_too(app: Application, browser: Browser):
    page = browser.get(app.authorize_url())
    assert Browser(stop_at=SITE).get(page.url).url.startswith(f"{SITE}/account/login/?iss=")


def test_an_unknown_page_is_an_error(tenant: LocalTenant, browser: Browser):
    page = browser.get(f"{tenant.base_url}/u/login?state=nothing")
    assert page.status == 400
    assert "invalid_request" in page.visible_text


def test_pages_run_no_scripts_and_may_post_to_the_application(app: Application, browser: Browser):
    page = browser.get(app.authorize_url())
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert f"form-action 'self' {SITE}" in policy
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert 'lang="en"' in page.text
    assert "local tenant · not Auth0" in page.visible_text


def test_pages_for_people(app: Application, browser: Browser, tenant: LocalTenant):
    browser.get(app.authorize_url())
    browser.click("Forgot password?")
    browser.submit("Continue", email="bob@example.com")
    browser.click("inbox")
    browser.click("Reset your password")
    assert "to bob@example.com" not in browser.page.visible_text
    link = tenant.mails()[0]["links"][0]
    browser.click(link)
    assert browser.page.h1 == "Change your password"
    browser.click("Users")
    assert "14 Mar 2026, 09:26 UTC" in browser.page.visible_text
    browser.click("Overview")
    assert "Northwind Library" in browser.page.visible_text
    assert browser.get("/inbox/none").status == 404
    assert browser.get("/nothing/here").status == 404


def test_two_tenants_in_one_browser_keep_apart(app: Application, browser: Browser):
    first = app.claims(app.sign_in(browser))
    with LocalTenant.start(demo_seed(SITE)) as other:
        second = Application(other)
        assert second.claims(second.sign_in(browser, "bob@example.com"))["sub"] == BOB
    browser.get(app.authorize_url(prompt="none"))
    assert app.claims(callback(browser))["sid"] == first["sid"]


class TestLogout:
    def leave(self, browser: Browser, tenant: LocalTenant, query: str) -> Browser:
        browser.get(f"{tenant.base_url}/v2/logout{query}")
        return browser

    def is_signed_in(self, browser: Browser, app: Application) -> bool:
        browser.get(app.authorize_url(prompt="none"))
        return "code" in callback(browser)

    @pytest.mark.parametrize("extra", ["", "?bye=1", "#top"])
    def test_to_an_allowed_address_without_query_and_hash(self, app: Application, browser: Browser, extra: str):
        app.sign_in(browser)
        returned = requests.utils.quote(f"{SITE}/{extra}", safe="")
        self.leave(browser, app.tenant, f"?client_id=demo-login-client&returnTo={returned}")
        assert browser.page.url == f"{SITE}/{extra}"
        assert not self.is_signed_in(browser, app)

    @pytest.mark.parametrize(
        "query",
        [
            "?client_id=demo-login-client&returnTo=https://evil.example/",
            f"?client_id=demo-login-client&returnTo={SITE}/other",
            f"?returnTo={SITE}/",
            f"?client_id=nobody&returnTo={SITE}/",
        ],
    )
    def test_elsewhere_is_an_error_and_keeps_the_session(self, app: Application, browser: Browser, query: str):
        app.sign_in(browser)
        self.leave(browser, app.tenant, query)
        assert browser.page.status == 400
        assert self.is_signed_in(browser, app)

    def test_without_an_address(self, app: Application, browser: Browser):
        app.sign_in(browser)
        assert self.leave(browser, app.tenant, "").page.text == "OK"
        assert not self.is_signed_in(browser, app)
        assert self.leave(browser, app.tenant, "?client_id=demo-login-client").page.url == f"{SITE}/"

    def test_the_session_ends_at_the_tenant_not_only_in_the_browser(self, app: Application, browser: Browser):
        app.sign_in(browser)
        kept = browser.cookie(f"local_tenant_session_{app.tenant.port}")
        self.leave(browser, app.tenant, "")
        thief = Browser(stop_at=SITE)
        thief.session.cookies.set(f"local_tenant_session_{app.tenant.port}", kept, domain="127.0.0.1")
        assert not self.is_signed_in(thief, app)

    @pytest.mark.parametrize(("federated", "asked"), [("", False), ("&federated", True)])
    def test_federated(self, app: Application, browser: Browser, federated: str, asked: bool):
        browser.get(app.authorize_url(connection="google-oauth2"))
        browser.submit("Carol Singh carol@example.com")
        self.leave(browser, app.tenant, f"?client_id=demo-login-client{federated}")
        browser.get(app.authorize_url(connection="google-oauth2"))
        assert (browser.page.h1 == "Google (stand-in)") == asked
        assert asked or browser.page.url.startswith(CALLBACK)
        assert DATABASE not in browser.page.url
