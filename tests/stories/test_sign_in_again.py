"""Signing in again, and then a new password: what counts is the moment when the button is pressed."""

from __future__ import annotations

import pytest

from tests.stories.people import (
    ALICE,
    ALICES,
    BOB,
    GRACE,
    GRACES,
    NEW,
    TEMPORARY,
    TICKETS,
    arrived,
    choose,
    choose_with_link,
    count,
    is_password_of,
    sign_in,
    type_password,
)
from tests.support.browser import Browser

pytestmark = pytest.mark.story


@pytest.fixture
def alice(site, tenant, browser) -> Browser:
    sign_in(browser, f"{site}/account/", ALICE, ALICES)
    return browser


@pytest.fixture
def callback(site, alice) -> str:
    """The callback of Alice's re-authentication, not used yet."""
    alice.stop_at = f"{site}/complete/"
    alice.submit("Change password")
    type_password(alice, ALICE, ALICES)
    alice.stop_at = None
    return alice.page.url


def test_the_whole_way(site, tenant, alice):
    other = Browser()
    sign_in(other, f"{site}/loans/", ALICE, ALICES)
    alice.submit("Change password")
    type_password(alice, ALICE, ALICES)
    link = alice.page.url
    choose(alice, NEW)
    alice.click("Back to Northwind Library")
    type_password(alice, ALICE, NEW)
    assert (alice.page.h1, alice.page.url) == ("Your account", f"{site}/account/")
    assert (count(tenant, TICKETS), tenant.mails()) == (1, [])
    assert not is_password_of(site, ALICE, ALICES)
    other.get(f"{site}/loans/")
    assert other.page.h1 == "Sign in again"
    assert Browser().get(link).h1 != "Change your password"


def test_it_was_fresh_when_the_page_was_shown_but_not_when_the_button_was_pressed(site, tenant, browser, later):
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    assert "there is nothing else to confirm" in browser.page.visible_text
    later(seconds=301)
    browser.submit("Choose a new password")
    assert browser.page.h1 == "Welcome"
    assert count(tenant, TICKETS) == 0
    type_password(browser, BOB, TEMPORARY)
    assert browser.page.h1 == "Change your password"


def test_a_session_that_is_young_but_whose_sign_in_is_not(site, tenant, browser, later):
    """Through a session at the tenant from ten minutes ago: it is `auth_time` that counts."""
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    later(seconds=600)
    for cookie in [cookie for cookie in browser.session.cookies if cookie.name == "library_session"]:
        browser.session.cookies.clear(cookie.domain, cookie.path, cookie.name)
    browser.get(f"{site}/loans/")
    browser.submit("Sign in")
    assert browser.page.h1 == "Choose a new password"
    assert "asks for your current password first" in browser.page.visible_text
    browser.submit("Choose a new password")
    assert browser.page.h1 == "Welcome"
    assert count(tenant, TICKETS) == 0


def test_a_replayed_callback_gets_nothing(tenant, alice, callback):
    alice.get(callback)
    assert alice.page.h1 == "Change your password"
    alice.get(callback)
    assert (alice.page.h1, alice.page.status) == ("This sign-in cannot be continued", 400)
    assert count(tenant, TICKETS) == 1


def test_somebody_elses_browser_gets_nothing_for_it(site, tenant, alice, callback):
    grace = Browser()
    sign_in(grace, f"{site}/account/", GRACE, GRACES)
    for other in (Browser(), grace):
        other.get(callback)
        assert (other.page.h1, other.page.status) == ("This sign-in cannot be continued", 400)
    assert count(tenant, TICKETS) == 0


def test_two_tabs_each_get_their_own_and_the_newer_link_counts(tenant, alice):
    second = Browser(page=alice.page, session=alice.session)
    alice.submit("Change password")
    second.submit("Change password")
    type_password(alice, ALICE, ALICES)
    older = alice.page.url
    type_password(second, ALICE, ALICES)
    assert second.page.h1 == "Change your password"
    assert Browser().get(older).h1 != "Change your password"
    choose(second, NEW)
    second.click("Back to Northwind Library")
    type_password(second, ALICE, NEW)
    assert second.page.h1 == "Your account"


def test_signed_out_in_the_other_tab_meanwhile(site, tenant, alice, callback):
    """The trip went with the session."""
    second = Browser(session=alice.session)
    second.get(f"{site}/account/")
    second.submit("Sign out")
    alice.get(callback)
    assert (alice.page.h1, alice.page.status) == ("This sign-in cannot be continued", 400)
    assert count(tenant, TICKETS) == 0


def test_somebody_else_signs_in_half_way(site, tenant, alice):
    """Grace sits down at Alice's machine. Nothing changes for either, and the page says whose session it is."""
    alice.submit("Change password")
    type_password(alice, GRACE, GRACES)
    assert (alice.page.h1, alice.page.status) == ("You came back as somebody else", 409)
    assert "signed in as Alice Example" in alice.page.visible_text
    assert "Nothing was changed." in alice.page.visible_text
    assert count(tenant, TICKETS) == 0
    alice.get(f"{site}/account/")
    assert "Alice Example" in alice.page.visible_text
    alice.submit("Sign out")
    sign_in(alice, f"{site}/account/", ALICE, ALICES)
    assert "Alice Example" in alice.page.visible_text


def test_changed_elsewhere_half_way(site, tenant, alice, callback, later):
    """The read of the ticket shows it: this sign-in is older than the change."""
    later(seconds=30)
    owner = Browser()
    owner.get(f"{site}/account/forgot/")
    owner.submit("Send the message", email=ALICE)
    arrived(tenant, ALICE)
    choose_with_link(tenant, ALICE)
    alice.get(callback)
    assert count(tenant, TICKETS) == 0
    assert alice.page.h1 == "You were not asked for your password again"
    alice.get(f"{site}/loans/")
    assert alice.page.h1 == "Sign in again"


def test_she_has_been_blocked_at_the_tenant(site, tenant, alice, block):
    block(ALICE)
    alice.submit("Send a link")
    assert (alice.page.h1, alice.page.status) == ("This account is blocked", 403)
    assert tenant.mails() == []


def test_she_is_gone_at_the_tenant(tenant, alice):
    gone = {
        "statusCode": 404,
        "error": "Not Found",
        "message": "The user does not exist.",
        "errorCode": "inexistent_user",
    }
    tenant.faults([{"method": "GET", "path": "/api/v2/users/.*", "times": 1, "status": 404, "body": gone}])
    alice.submit("Change password")
    assert (alice.page.h1, alice.page.status) == ("This account is gone", 404)
