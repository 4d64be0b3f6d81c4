"""The login route: Auth0 leads here, Django does, and anybody can make a link to it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.contrib.sessions.models import Session

from auth0_password.models import PasswordState
from auth0_password.services import require_reset
from tests.stories.people import ALICE, ALICES, BOB, NEW, TEMPORARY, choose, sign_in, type_password
from tests.support.browser import Browser

pytestmark = pytest.mark.story


@pytest.fixture
def route(site):
    return f"{site}/account/login/"


@pytest.fixture
def alice(site, tenant, browser) -> Browser:
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    return browser


def arrive(browser, tenant, url):
    """Open the route, and stop before the tenant: what would be asked of it, or the page shown instead."""
    browser.stop_at = f"{tenant.base_url}/authorize"
    browser.get(url)
    browser.stop_at = None
    return {name: value for name, [value] in parse_qs(urlsplit(browser.page.url).query).items()}


class TestWhoeverComes:
    def test_first_who_asked_for_a_change_signs_in_without_more_ado(self, site, tenant, alice, route):
        """Even while the old session is still alive, and wherever they were going."""
        alice.get(f"{site}/account/")
        alice.submit("Change password")
        type_password(alice, ALICE, ALICES)
        asked = arrive(alice, tenant, f"{route}?iss={tenant.base_url}/")
        assert "prompt" not in asked
        assert asked["max_age"] == "31536000"

    def test_the_mark_falls_when_they_are_back(self, site, tenant, alice, route):
        alice.get(f"{site}/account/")
        alice.submit("Send a link")
        arrive(alice, tenant, route)
        alice.get(alice.page.url)
        assert alice.page.h1 == "Your account"
        assert arrive(alice, tenant, route) == {}
        assert alice.page.h1 == "Your account"

    def test_blocked_people_who_asked_for_a_change_too(self, site, tenant, browser, route):
        sign_in(browser, f"{site}/loans/?sort=due", BOB, TEMPORARY)
        browser.submit("Choose a new password")
        choose(browser, NEW)
        browser.get(f"{route}?iss={tenant.base_url}/")
        assert browser.page.h1 == "Welcome"
        type_password(browser, BOB, NEW)
        assert browser.page.url == f"{site}/loans/?sort=due"

    def test_second_who_is_signed_in_goes_on(self, site, tenant, alice, route):
        alice.get(f"{route}?next=/loans/%3Fsort%3Ddue")
        assert alice.page.url == f"{site}/loans/?sort=due"
        alice.get(route)
        assert alice.page.h1 == "Your account"

    def test_third_a_stranger_with_somewhere_to_go_sees_a_page_first(self, site, tenant, browser, route):
        asked = arrive(browser, tenant, f"{route}?next=/loans/")
        assert asked == {"next": "/loans/"}
        assert browser.page.h1 == "Sign in to go on"
        assert "You wanted to open /loans/" in browser.page.visible_text
        browser.stop_at = f"{tenant.base_url}/authorize"
        browser.submit("Sign in")
        assert "prompt" not in parse_qs(urlsplit(browser.page.url).query)

    def test_anybody_else_is_asked_who_they_are(self, site, tenant, browser, route):
        """No silent sign-in by somebody's link, though there is a session at the tenant."""
        sign_in(browser, f"{site}/loans/", ALICE, ALICES)
        for cookie in [cookie for cookie in browser.session.cookies if cookie.name == "library_session"]:
            browser.session.cookies.clear(cookie.domain, cookie.path, cookie.name)
        assert arrive(browser, tenant, route)["prompt"] == "login"

    def test_somebody_blocked_who_asked_for_nothing(self, site, tenant, browser, route):
        sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
        assert arrive(browser, tenant, f"{route}?next=/loans/")["prompt"] == "login"

    def test_somebody_who_only_would_be_blocked_goes_on(
        self, site, tenant, alice, route, configure, django_user_model
    ):
        configure(ENFORCE="report")
        require_reset(django_user_model.objects.get(email=ALICE), reason="policy")
        alice.get(f"{route}?next=/loans/")
        assert alice.page.h1 == "My loans"

    def test_a_session_that_ended_is_told_once(self, site, tenant, alice, route):
        PasswordState.objects.update(sessions_ended_at="2100-01-01T00:00:00Z")
        alice.get(f"{site}/loans/")
        assert alice.page.h1 == "Sign in again"
        assert "This session was ended." in alice.page.visible_text
        assert arrive(alice, tenant, route)["prompt"] == "login"


class TestAnybodysLink:
    @pytest.mark.parametrize(
        "query",
        [
            "login_hint=eve@example.com",
            "target_link_uri=https://evil.example/",
            "prompt=none",
            "connection=evil",
            "scope=openid+offline_access",
            "organization=org_evil",
            "invitation=x&organization=org_evil",
            "max_age=1",
            "acr_values=x",
            "redirect_uri=https://evil.example/",
            "audience=https://evil.example/",
            "response_mode=form_post",
            "screen_hint=signup",
            "next=https://evil.example/",
            "next=//evil.example",
            "next=/account/sign-out/",
            "forgot=1",
        ],
    )
    def test_what_it_says_is_ignored(self, site, tenant, browser, route, query):
        plain = arrive(Browser(), tenant, route)
        asked = arrive(browser, tenant, f"{route}?{query}")
        of_one = {"state", "nonce", "code_challenge"}
        assert {name: value for name, value in asked.items() if name not in of_one} == {
            name: value for name, value in plain.items() if name not in of_one
        }
        assert "evil" not in browser.page.url

    @pytest.mark.parametrize(
        ("issuer", "status"),
        [("", 400), ("https://evil.example/", 400), ("{tenant}", 0), ("{tenant}/", 0), ("{tenant}.evil.example/", 400),
         ("{tenant}/x", 400), ("{upper}", 400)],
    )  # fmt: skip
    def test_the_issuer_must_be_ours(self, site, tenant, browser, route, issuer, status):
        value = issuer.format(tenant=tenant.base_url, upper=tenant.base_url.upper())
        arrive(browser, tenant, f"{route}?iss={value}")
        assert browser.page.status == status
        if status:
            assert browser.page.h1 == "This link does not lead to a sign-in here"

    @pytest.mark.parametrize("dest", ["iframe", "frame", "embed", "object", "image", "script", "empty", "fencedframe"])
    def test_only_a_navigation_of_its_own(self, site, tenant, route, dest):
        headers = {"Sec-Fetch-Dest": dest, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site"}
        answer = requests.get(route, headers=headers, allow_redirects=False, timeout=10)
        assert answer.status_code == 400
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "no-store" in answer.headers["Cache-Control"]

    def test_the_button_needs_its_token(self, site, route):
        answer = requests.post(route, {"next": "/loans/"}, allow_redirects=False, timeout=10)
        assert answer.status_code == 403

    def test_at_most_five_are_under_way(self, site, tenant, browser, route):
        browser.get(f"{site}/")
        for _ in range(8):
            arrive(browser, tenant, route)
        assert Session.objects.count() == 1
        kept = Session.objects.get().get_decoded()
        assert len([key for key in kept if key.startswith("auth0_oauth2_state_")]) == 5


class TestCookies:
    def test_a_browser_that_refuses_them_is_told_instead_of_going_round(self, site, tenant, route):
        first = requests.get(route, allow_redirects=False, timeout=10)
        assert first.status_code == 303
        second = requests.get(f"{site}{first.headers['location']}", allow_redirects=False, timeout=10)
        assert second.status_code == 400
        assert "Your browser refuses cookies" in second.text
        assert not Session.objects.exists()

    def test_one_that_takes_them_hardly_notices(self, site, tenant, browser, route):
        asked = arrive(browser, tenant, route)
        assert asked["prompt"] == "login"
        assert [status for _, _, status in browser.history] == [303, 303]
        assert arrive(browser, tenant, route)["prompt"] == "login"
        assert len(browser.history) == 1

    def test_trying_again_begins_anew(self, site, tenant, browser, route):
        """Somebody who keeps or is sent the address of the explanation is not stuck with it."""
        browser.get(f"{route}?cookies=1")
        assert browser.page.h1 == "Your browser refuses cookies"
        browser.click("Try again")
        assert browser.page.h1 == "Welcome"
