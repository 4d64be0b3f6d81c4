"""What must not work, each a clear page, and nothing changed."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest
from django.contrib.auth import get_user_model

from auth0_password.models import PasswordState, ResetRequirement, UsedToken
from tests.stories.people import ALICE, ALICES, BOB, NEW, TEMPORARY, choose, open_page, sign_in, type_password
from tests.support.browser import Browser

pytestmark = pytest.mark.story

TICKETS = "/api/v2/tickets/password-change"


@pytest.fixture
def bob(site, browser) -> Browser:
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    assert browser.page.h1 == "Choose a new password"
    return browser


@pytest.fixture
def unchanged():
    """Whatever the test does, Bob stays flagged and no password changes."""
    yield
    assert ResetRequirement.objects.get(user__email=BOB).status == "open"
    assert PasswordState.objects.get(user__email=BOB).changed_at is None


def altered(url: str, **changes: str | None) -> str:
    """The address with some of its parameters changed, or left out."""
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query)), **changes}
    return urlunsplit(
        parts._replace(query=urlencode({key: value for key, value in query.items() if value is not None}))
    )


def stop_before(browser: Browser, address: str) -> None:
    browser.stop_at = address


def go_on(browser: Browser, url: str) -> None:
    browser.stop_at = None
    browser.get(url)


def refused(browser: Browser, title: str, status: int) -> None:
    assert (browser.page.h1, browser.page.status) == (title, status)
    assert "Nothing was changed." in browser.page.visible_text


class TestTheCallback:
    def test_a_wrong_nonce(self, site, tenant, browser):
        stop_before(browser, f"{tenant.base_url}/authorize")
        browser.get(f"{site}/loans/")
        browser.submit("Sign in")
        go_on(browser, altered(browser.page.url, nonce="somebody-elses"))
        type_password(browser, BOB, TEMPORARY)
        refused(browser, "This sign-in could not be confirmed", 403)
        assert not get_user_model().objects.exists()

    def test_a_replayed_callback(self, site, tenant, browser):
        stop_before(browser, f"{site}/complete/")
        sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
        callback = browser.page.url
        go_on(browser, callback)
        assert browser.page.h1 == "Choose a new password"
        browser.get(callback)
        refused(browser, "This sign-in cannot be continued", 400)

    def test_somebody_elses_callback(self, site, tenant, browser):
        """Login CSRF: an attacker sends his own unused callback to a victim's browser."""
        stop_before(browser, f"{site}/complete/")
        sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
        victim = Browser()
        victim.get(browser.page.url)
        refused(victim, "This sign-in cannot be continued", 400)
        victim.get(f"{site}/loans/")
        assert victim.page.h1 == "Sign in to go on"

    @pytest.mark.parametrize("error", ["access_denied", "login_required", "unauthorized", "<script>"])
    def test_an_error_that_anybody_can_put_into_a_link_is_not_acted_on(self, site, tenant, browser, error):
        browser.get(f"{site}/complete/auth0/?error={error}&error_description=Call+0900+now&state=made-up")
        refused(browser, "This sign-in cannot be continued", 400)
        assert "Call 0900" not in browser.page.visible_text

    def test_a_denied_sign_in_is_told_in_our_words(self, site, tenant, browser):
        stop_before(browser, f"{tenant.base_url}/authorize")
        browser.get(f"{site}/loans/")
        browser.submit("Sign in")
        go_on(browser, altered(browser.page.url, prompt="none"))
        assert browser.page.h1 in {"The sign-in was not completed", "We could not reach the sign-in service"}
        assert browser.page.status in {403, 503}

    def test_the_hint_cannot_smuggle_parameters(self, site, tenant, browser, django_user_model):
        """`a&prompt=none` in an address stays an address (social-core decodes the finished query once more)."""
        from auth0_password.services.sign_ins import SignInAsked

        hint = "a+b@example.com&prompt=none&redirect_uri=http://evil.example/"
        parameters = SignInAsked(login_hint=hint, prompt="login").parameters()
        assert parameters["login_hint"] == hint
        stop_before(browser, f"{tenant.base_url}/authorize")
        sign_in_hinted(site, browser, django_user_model, hint)
        query = dict(parse_qsl(urlsplit(browser.page.url).query))
        assert query["login_hint"] == hint
        assert query["prompt"] == "login"
        assert query["redirect_uri"] == f"{site}/complete/auth0/"


class TestSigningInAgain:
    def test_stripping_the_demand_in_the_browser_proves_nothing(self, tenant, bob, unchanged):
        tenant.advance(30)  # long enough after his sign-in to tell the two apart
        stop_before(bob, f"{tenant.base_url}/authorize")
        bob.submit("Sign in again")
        go_on(bob, altered(bob.page.url, prompt=None, max_age="31536000"))
        refused(bob, "You were not asked for your password again", 403)

    def test_without_auth_time_there_is_no_proof(self, tenant, bob, unchanged):
        stop_before(bob, f"{tenant.base_url}/authorize")
        bob.submit("Sign in again")
        go_on(bob, altered(bob.page.url, prompt=None, max_age=None))
        refused(bob, "You were not asked for your password again", 403)

    def test_another_subject(self, site, tenant, bob, unchanged):
        bob.submit("Sign in again")
        type_password(bob, ALICE, ALICES)
        refused(bob, "You came back as somebody else", 409)
        assert get_user_model().objects.count() == 1
        bob.get(f"{site}/loans/")
        assert bob.page.h1 == "Choose a new password"

    def test_a_proof_is_good_for_one_link(self, tenant, bob, unchanged):
        page = bob.page
        bob.submit("Choose a new password")
        assert "/u/reset-verify" in bob.page.url
        bob.page = page
        bob.submit("Choose a new password")
        assert bob.page.h1 == "Welcome"
        assert UsedToken.objects.count() == 1
        assert [one["path"] for one in tenant.requests()].count(TICKETS) == 1

    def test_a_sign_in_that_is_older_than_the_change_gets_no_link(self, site, tenant, bob):
        """The one who knows the temporary password waits; the owner changes it by mail; then he presses the button."""
        owner = Browser()
        open_page(owner, f"{site}/loans/")
        owner.click("Forgot password?")
        owner.submit(email=BOB)
        owner.get(next(link for link in tenant.mails()[0]["links"] if "ticket=" in link))
        choose(owner, NEW)
        tenant.clear_requests()
        bob.submit("Choose a new password")
        assert bob.page.h1 == "Welcome"
        assert TICKETS not in [one["path"] for one in tenant.requests()]
        bob.get(f"{site}/loans/")
        assert bob.page.h1 == "Sign in again"


class TestLinks:
    def test_a_used_link(self, tenant, bob):
        bob.submit("Choose a new password")
        link = bob.page.url
        choose(bob, NEW)
        other = Browser()
        other.get(link)
        assert other.page.h1 != "Change your password"
        assert other.page.status < 500

    def test_a_mangled_link(self, tenant, bob, unchanged):
        bob.submit("Choose a new password")
        other = Browser()
        other.get(bob.page.url.rstrip("#")[:-3] + "xyz")
        assert other.page.h1 != "Change your password"

    def test_the_login_route_follows_nobody_elses_link(self, site, tenant, browser):
        browser.get(f"{site}/account/login/?iss=https://evil.example/")
        refused(browser, "This link does not lead to a sign-in here", 400)
        stop_before(browser, tenant.base_url)
        go = f"{site}/account/login/?login_hint=eve@example.com&prompt=none&connection=evil&next=https://evil.example/"
        browser.get(go)
        query = dict(parse_qsl(urlsplit(browser.page.url).query))
        assert query["prompt"] == "login"
        assert not {"login_hint", "connection"} & query.keys()

    def test_a_foreign_next_is_dropped(self, site, browser, tenant):
        browser.get(f"{site}/account/login/?next=/loans/")
        browser.submit("Sign in", next="//evil.example/")
        type_password(browser, ALICE, ALICES)
        assert browser.page.url == f"{site}/account/"


def sign_in_hinted(site: str, browser: Browser, users, hint: str) -> None:
    """Sign in, then re-authenticate with an address that Auth0 knows as something hostile."""
    browser.stop_at, stop = None, browser.stop_at
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    browser.stop_at = stop
    from unittest import mock

    with mock.patch("auth0_password.views.change.address_at_auth0", return_value=hint):
        browser.submit("Sign in again")
