"""WEB-01: opening a page changes nothing here and asks nothing of the tenant, whoever opens it."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.urls import reverse

from auth0_password import urls
from tests.stories.people import ALICE, ALICES, BOB, TEMPORARY, sign_in
from tests.support.browser import Browser

pytestmark = pytest.mark.story

NAMES = sorted({pattern.name for pattern in urls.urlpatterns if "<" not in str(pattern.pattern)} - {"login"})
"""Every page but `login`, which leads to the tenant and keeps what for."""


def everything():
    models = [*apps.get_app_config("auth0_password").get_models(), *apps.get_app_config("auth").get_models()]
    return {model.__name__: list(model._default_manager.values()) for model in models}


@pytest.fixture(params=["nobody", "Alice", "Bob", "Bob, waiting"])
def somebody(request, site, tenant, browser) -> Browser:
    if request.param == "Alice":
        sign_in(browser, f"{site}/account/", ALICE, ALICES)
    elif request.param.startswith("Bob"):
        sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    if request.param == "Bob, waiting":
        browser.submit("Send a link")
    return browser


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_no_page_does_anything(site, tenant, somebody, method):
    """What the tenant says of its connection is asked once in some minutes (the ways depend on it), and a page that
    waits may look, at most once in ten seconds: neither is due here."""
    somebody.session.get(f"{site}/account/required/", timeout=10)
    before, mails = everything(), tenant.mails()
    tenant.clear_requests()
    for name in NAMES:
        url = f"{site}{reverse(f'auth0_password:{name}')}"
        answer = somebody.session.request(method, url, allow_redirects=False, timeout=10)
        assert answer.status_code < 500, name
        assert everything() == before, name
    assert tenant.requests() == []
    assert tenant.mails() == mails


@pytest.mark.parametrize("query", ["?cookies=1", "", "?next=/loans/"])
def test_the_login_route_keeps_what_a_trip_is_for_and_no_more(site, tenant, browser, query):
    before = everything()
    browser.stop_at = tenant.base_url
    browser.get(f"{site}/account/login/{query}")
    assert everything() == before
    assert tenant.requests() == []


def test_headers_on_every_answer(site, tenant, somebody):
    for name in [*NAMES, "login"]:
        url = f"{site}{reverse(f'auth0_password:{name}')}"
        for method in ("GET", "POST"):
            answer = somebody.session.request(method, url, allow_redirects=False, timeout=10)
            if answer.status_code in {403, 405}:
                continue  # Django's own, which say nothing about anybody
            where = (name, method, answer.status_code)
            assert answer.headers["X-Content-Type-Options"] == "nosniff", where
            assert answer.headers["X-Frame-Options"] == "DENY", where
            assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, where
            if "/account/login/?next=" not in answer.headers.get("Location", ""):
                assert "no-store" in answer.headers["Cache-Control"], where
