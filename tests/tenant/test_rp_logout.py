"""/oidc/logout: hints, addresses compared whole, and the question where a hint is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
import requests

from tests.support.browser import Browser
from tests.support.tenant import demo_seed
from tests.tenant.application import LOGIN, MANAGEMENT, SITE, Application, callback

if TYPE_CHECKING:
    from tests.support.page import Page
    from tests.support.tenant import LocalTenant

BYE = f"{SITE}/bye?from=library"


@pytest.fixture
def app(tenant: LocalTenant) -> Application:
    seed = demo_seed(SITE)
    seed["clients"][0]["allowed_logout_urls"] = [f"{SITE}/", BYE]
    tenant.seed(seed)
    return Application(tenant)


@pytest.fixture
def id_token(app: Application, browser: Browser) -> str:
    answer = app.sign_in(browser)
    return str(app.exchange(answer["code"]).json()["id_token"])


def log_out(app: Application, browser: Browser, **params: str) -> Page:
    return browser.get(f"{app.tenant.base_url}/oidc/logout?{urlencode(params)}")


def is_signed_in(app: Application, browser: Browser) -> bool:
    browser.get(app.authorize_url(prompt="none"))
    return "code" in callback(browser)


def test_with_the_id_token(app: Application, browser: Browser, id_token: str):
    log_out(app, browser, id_token_hint=id_token, post_logout_redirect_uri=BYE, state="s p")
    assert browser.page.url == f"{BYE}&state=s+p"
    assert not is_signed_in(app, browser)


def test_with_the_session_and_the_application(app: Application, browser: Browser, id_token: str):
    sid = app.verified(id_token)["sid"]
    log_out(app, browser, logout_hint=sid, client_id=LOGIN[0], post_logout_redirect_uri=f"{SITE}/")
    assert browser.page.url == f"{SITE}/"
    assert not is_signed_in(app, browser)


@pytest.mark.parametrize(
    "address", [f"{SITE}/?a=1", f"{SITE}/bye", f"{SITE}/bye?from=elsewhere", "https://evil.example/"]
)
def test_an_address_is_compared_query_and_all(app: Application, browser: Browser, id_token: str, address: str):
    """What is not registered gets an error page, and the session is kept."""
    page = log_out(app, browser, id_token_hint=id_token, post_logout_redirect_uri=address)
    assert page.status == 400
    assert is_signed_in(app, browser)


def test_the_tenants_list_without_an_application(app: Application, browser: Browser, id_token: str):
    """With client_id alone, or without, the application's list does not count."""
    assert id_token
    for hint in ({}, {"client_id": LOGIN[0]}):
        assert log_out(app, browser, post_logout_redirect_uri=f"{SITE}/", **hint).status == 400


def test_who_gives_no_hint_is_asked(app: Application, browser: Browser, id_token: str):
    page = log_out(app, browser)
    assert page.h1 == "Do you want to sign out?"
    assert is_signed_in(app, browser)
    log_out(app, browser)
    assert browser.submit("Sign out").h1 == "You are signed out"
    assert not is_signed_in(app, browser)
    assert id_token


def test_the_hint_of_another_session_is_asked_about_too(app: Application, browser: Browser, id_token: str):
    other = Browser(stop_at=SITE)
    app.sign_in(other)
    page = log_out(app, other, id_token_hint=id_token, post_logout_redirect_uri=f"{SITE}/")
    assert page.h1 == "Do you want to sign out?"
    assert "Northwind Library asks for it" in page.visible_text
    other.submit("Sign out")
    assert other.page.url == f"{SITE}/"
    assert is_signed_in(app, browser)


@pytest.mark.parametrize(
    "wrong", [{"logout_hint": "another"}, {"client_id": MANAGEMENT[0]}, {"id_token_hint": "no.token.atall"}]
)
def test_hints_that_contradict_each_other(app: Application, browser: Browser, id_token: str, wrong: dict[str, str]):
    page = log_out(app, browser, **{"id_token_hint": id_token, **wrong})
    assert page.status == 400
    assert is_signed_in(app, browser)


def test_an_expired_token_is_still_a_hint(app: Application, browser: Browser, id_token: str):
    app.tenant.advance(2 * 86_400)
    log_out(app, browser, id_token_hint=id_token, post_logout_redirect_uri=f"{SITE}/")
    assert browser.page.url == f"{SITE}/"


def test_who_is_not_signed_in_is_not_asked(app: Application, browser: Browser):
    assert log_out(app, browser).h1 == "You are signed out"


def test_discovery_names_it(app: Application):
    document = requests.get(f"{app.tenant.base_url}/.well-known/openid-configuration", timeout=5).json()
    assert document["end_session_endpoint"] == f"{app.tenant.base_url}/oidc/logout"
