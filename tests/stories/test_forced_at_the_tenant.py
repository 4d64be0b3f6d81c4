"""F1: an Action of the tenant lets nobody in who must choose a new password. It is the one that ships, in its modes
`deny` and `mail`; the site shows what to do."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.contrib.auth import get_user_model

from auth0_password.models import PasswordState
from auth0_password.services import reconcile, require_reset
from tests.stories.people import (
    ALICE,
    ALICES,
    BOB,
    NEW,
    TEMPORARY,
    TICKETS,
    arrived,
    choose,
    choose_with_link,
    count,
    mails_to,
    open_page,
    sign_in,
    sign_in_with_google,
    type_password,
)
from tests.support.browser import Browser

pytestmark = pytest.mark.story
NEEDED, HANDED_OVER, FORM = "A new password is needed", "Choose the new password", "Change your password"
LOANS = "/loans/?sort=due"


@pytest.fixture
def deny(deployed):
    deployed(FORCE_AT="deny")


@pytest.fixture
def bob(site, deny, browser) -> Browser:
    """Bob came with his temporary password, and was not let in."""
    sign_in(browser, site + LOANS, BOB, TEMPORARY)
    assert (browser.page.h1, browser.page.status) == (NEEDED, 200)
    return browser


def is_let_in(site: str, email: str, password: str) -> bool:
    other = Browser()
    sign_in(other, f"{site}/loans/", email, password)
    return other.page.h1 == "My loans"


def flag_of(tenant, email=BOB):
    return tenant.user(email).get("app_metadata", {}).get("needsPasswordReset")


def sent_off(browser: Browser, button: str) -> str:
    """The address at the tenant that a button leads to, not opened yet."""
    browser.stop_at = "http://127.0.0.1"
    browser.submit(button)
    browser.stop_at = None
    return browser.page.url


def without(url: str, **changes: str | None) -> str:
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return parts._replace(query=urlencode({k: v for k, v in query.items() if v is not None})).geturl()


@pytest.fixture
def stays_out(site, tenant):
    """Afterwards nothing has changed: the flag is up, there is no user here, and no link was made."""
    yield
    assert flag_of(tenant) is True
    assert "last_password_reset" not in tenant.user(BOB)
    assert not get_user_model().objects.exists()
    assert count(tenant, TICKETS) == 0
    assert not is_let_in(site, BOB, TEMPORARY)


class TestDenied:
    def test_bob_chooses_right_away(self, site, tenant, bob):
        assert f"You wanted to open {LOANS}" in bob.page.visible_text
        bob.submit("Choose a new password")
        assert bob.page.h1 == "Welcome"  # although there is a session: asked again
        type_password(bob, BOB, TEMPORARY)
        assert bob.page.h1 == HANDED_OVER
        bob.submit("Go on")
        choose(bob, NEW)
        bob.click("Back to Northwind Library")
        type_password(bob, BOB, NEW)
        assert (bob.page.h1, bob.page.url) == ("My loans", site + LOANS)
        assert flag_of(tenant) is False
        assert PasswordState.objects.get().needs_reset is False
        assert not is_let_in(site, BOB, TEMPORARY)

    def test_bob_chooses_by_mail(self, site, tenant, bob):
        bob.click("Send me a message")
        bob.submit("Send the message", email=BOB)
        arrived(tenant, BOB)
        choose_with_link(tenant, BOB)
        bob.submit("Sign in", form=1)  # the page, not its head
        type_password(bob, BOB, NEW)
        assert (bob.page.h1, bob.page.url) == ("My loans", site + LOANS)

    def test_he_is_told_each_time(self, site, tenant, bob, stays_out):
        for _ in range(2):
            bob.get(site + LOANS)
            bob.submit("Sign in")
            if bob.page.h1 == "Welcome":
                type_password(bob, BOB, TEMPORARY)
            assert bob.page.h1 == NEEDED

    def test_others_notice_nothing(self, site, tenant, deny):
        assert is_let_in(site, ALICE, ALICES)
        carol = Browser()
        sign_in_with_google(carol, f"{site}/loans/", "Carol Singh carol@example.com")
        assert carol.page.h1 == "My loans"

    def test_alice_is_signed_in_when_it_is_required_of_her(self, site, tenant, deny, browser, later):
        """By the site; its copy of the flag reaches the Action."""
        sign_in(browser, site + LOANS, ALICE, ALICES)
        require_reset(get_user_model().objects.get(), reason="administrator")
        assert reconcile(["mirror"])["mirror"].done == 1
        later(minutes=6)
        browser.get(site + LOANS)
        assert browser.page.h1 == "Choose a new password"
        browser.submit("Choose a new password")
        type_password(browser, ALICE, ALICES)
        browser.submit("Go on")
        choose(browser, NEW)
        browser.click("Back to Northwind Library")
        type_password(browser, ALICE, NEW)
        assert (browser.page.h1, browser.page.url) == ("My loans", site + LOANS)
        assert flag_of(tenant, ALICE) is False

    def test_she_signs_in_right_after_the_change(self, site, tenant, bob):
        """Before anything that follows it has happened: the Action sees for itself."""
        tenant.pushes(hold=True)
        bob.click("Send me a message")
        bob.submit("Send the message", email=BOB)
        arrived(tenant, BOB)
        choose_with_link(tenant, BOB)
        assert flag_of(tenant) is True
        assert is_let_in(site, BOB, NEW)
        assert flag_of(tenant) is False

    def test_before_it_begins(self, site, tenant, deny, later):
        """Grace gave Alice until tomorrow."""
        from datetime import UTC, datetime, timedelta

        assert is_let_in(site, ALICE, ALICES)
        until = datetime.now(UTC) + timedelta(days=1)
        require_reset(get_user_model().objects.get(), reason="policy", enforce_from=until)
        reconcile(["mirror"])
        assert is_let_in(site, ALICE, ALICES)
        later(days=1, minutes=1)
        assert not is_let_in(site, ALICE, ALICES)


class TestNotDone:
    def test_never_comes_back(self, site, tenant, bob, stays_out):
        bob.submit("Choose a new password")
        bob.get(f"{site}/loans/")
        assert bob.page.h1 == "Sign in to go on"

    def test_stops_before_the_new_password(self, site, tenant, bob):
        """A link was made; without a new password it opens nothing here."""
        bob.submit("Choose a new password")
        type_password(bob, BOB, TEMPORARY)
        bob.submit("Go on")
        assert bob.page.h1 == FORM
        bob.get(f"{site}/account/login/")  # through the session at the tenant
        assert bob.page.h1 == NEEDED
        assert not get_user_model().objects.exists()

    def test_goes_to_continue_without_it(self, site, tenant, bob, stays_out):
        bob.submit("Choose a new password")
        type_password(bob, BOB, TEMPORARY)
        state = parse_qs(urlsplit(bob.page.url).query)["state"][0]
        bob.get(f"{tenant.base_url}/continue?state={state}")
        assert bob.page.status == 403
        assert not [url for _, url, _ in bob.history if "code=" in url]

    @pytest.mark.parametrize("changes", [{"scope": "openid profile email"}, {"scope": "openid", "prompt": None}])
    def test_without_the_scope(self, site, tenant, bob, stays_out, changes):
        bob.get(without(sent_off(bob, "Choose a new password"), **changes))
        if bob.page.h1 == "Welcome":
            type_password(bob, BOB, TEMPORARY)
        assert bob.page.h1 == NEEDED

    def test_without_being_asked_again(self, site, tenant, bob, later, stays_out):
        """His password was typed a while ago, by whoever left the screen."""
        later(seconds=60)
        bob.get(without(sent_off(bob, "Choose a new password"), prompt=None, max_age=None))
        bob.submit("Go on")
        assert bob.page.h1 == "You were not asked for your password again"
        later(minutes=5)
        bob.get(f"{site}/account/instructions/")
        bob.get(without(sent_off(bob, "Choose a new password"), prompt=None, max_age=None))
        assert bob.page.h1 == "You were not asked for your password again"

    def test_silently(self, site, tenant, bob, stays_out):
        """The denied sign-in left a session at the tenant: it brings no code either."""
        bob.get(f"{site}/loans/")
        there = without(sent_off(bob, "Sign in"), prompt="none")
        bob.get(there)
        assert bob.page.h1 == NEEDED

    def test_a_made_up_answer(self, site, tenant, bob, stays_out):
        """The words of an Action, in a link of somebody else's."""
        for words in ("password_reset_required", "reauthentication_required"):
            bob.get(f"{site}/complete/auth0/?error=access_denied&error_description={words}&state=made-up")
            assert (bob.page.h1, bob.page.status) == ("This sign-in cannot be continued", 400)

    def test_the_hand_over_of_somebody_else(self, site, tenant, bob, stays_out):
        """Alice signs in where Bob was asked: it is her password then, and her own browser session, which nobody else
        is in. She is not let in by it."""
        bob.submit("Choose a new password")
        type_password(bob, ALICE, ALICES)
        bob.get(f"{site}/loans/")
        assert bob.page.h1 == "Sign in to go on"

    def test_another_browser(self, site, tenant, bob, stays_out):
        bob.submit("Choose a new password")
        type_password(bob, BOB, TEMPORARY)
        mallory = Browser()
        mallory.get(bob.page.url)
        assert mallory.page.h1 == "This sign-in cannot be continued"

    def test_without_a_hand_over_there_is_the_mail(self, site, tenant, deployed, browser):
        deployed(FORCE_AT="deny", HANDOVER_SECRET=[])
        sign_in(browser, site + LOANS, BOB, TEMPORARY)
        assert browser.page.h1 == NEEDED
        assert not [form for form in browser.page.forms if form.has_button("Choose a new password")]
        browser.click("Send me a message")
        assert browser.page.h1 == "Forgot your password?"


@pytest.fixture
def mailed(site, deployed, browser, tenant) -> Browser:
    """Bob came with his temporary password; Auth0 wrote to him, and signed him out on the way to our page."""
    deployed(FORCE_AT="mail")
    sign_in(browser, site + LOANS, BOB, TEMPORARY)
    assert (browser.page.h1, browser.page.status) == (NEEDED, 200)
    return browser


class TestMailed:
    def test_bob_chooses_by_the_mail(self, site, tenant, mailed):
        assert "has sent a message" in mailed.page.visible_text
        choose_with_link(tenant, BOB)
        mailed.submit("Sign in with the new password")
        type_password(mailed, BOB, NEW)
        assert mailed.page.h1 == "Your account"
        assert flag_of(tenant) is False

    def test_or_right_away(self, site, tenant, mailed):
        mailed.submit("Sign in again")
        type_password(mailed, BOB, TEMPORARY)
        mailed.submit("Go on")
        choose(mailed, NEW)
        mailed.click("Back to Northwind Library")
        type_password(mailed, BOB, NEW)
        assert mailed.page.h1 == "Your account"

    def test_nobody_is_signed_in_at_the_tenant(self, site, tenant, mailed):
        open_page(mailed, f"{site}/loans/")
        assert mailed.page.h1 == "Welcome"

    def test_one_mail_for_several_tries(self, site, tenant, mailed, later):
        """A second one would void the first."""
        for _ in range(2):
            sign_in(mailed, f"{site}/loans/", BOB, TEMPORARY)
            assert mailed.page.h1 == NEEDED
        assert len(mails_to(tenant, BOB)) == 1
        later(minutes=11)
        sign_in(mailed, f"{site}/loans/", BOB, TEMPORARY)
        assert len(mails_to(tenant, BOB)) == 2

    def test_never_comes_back(self, site, tenant, mailed, stays_out):
        mailed.get(f"{site}/loans/")
        assert mailed.page.h1 == "Sign in to go on"

    def test_goes_to_continue_without_it(self, site, tenant, mailed, stays_out):
        state = next(parse_qs(urlsplit(url).query)["state"][0] for _, url, _ in mailed.history if "/v2/logout" in url)
        mailed.get(f"{tenant.base_url}/continue?state={state}")
        assert not [url for _, url, _ in mailed.history if "code=" in url]

    def test_silently_it_is_denied(self, site, tenant, deployed, browser, stays_out):
        """Somebody's older session at the tenant: no page, so no mail, and ours does not speak of one."""
        deployed(FORCE_AT="deny")
        sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
        deployed(FORCE_AT="mail")
        browser.get(f"{site}/loans/")
        browser.get(without(sent_off(browser, "Sign in"), prompt="none"))
        assert browser.page.h1 == NEEDED
        assert "has sent a message" not in browser.page.visible_text
        assert mails_to(tenant, BOB) == []

    def test_after_the_change_right_away(self, site, tenant, mailed):
        tenant.pushes(hold=True)
        choose_with_link(tenant, BOB)
        assert is_let_in(site, BOB, NEW)
