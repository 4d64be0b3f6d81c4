"""Where Auth0 has no button that leads back: the page opens in another tab, and the first one waits."""

from __future__ import annotations

import pytest

from tests.stories.people import (
    ALICE,
    ALICES,
    BOB,
    NEW,
    TEMPORARY,
    TICKETS,
    choose,
    count,
    is_password_of,
    sign_in,
    type_password,
)
from tests.support.browser import Browser

pytestmark = pytest.mark.story


@pytest.fixture(autouse=True)
def no_button(configure):
    configure(LOGIN_ROUTE=False)


def other_tab(browser: Browser) -> Browser:
    """A second tab of the same browser, on the same page."""
    return Browser(page=browser.page, session=browser.session)


def open_the_page(browser: Browser) -> Browser:
    """Press "Open the page": what opens in the new tab; the first one stays."""
    [form] = [form for form in browser.page.forms if form.has_button("Open the page")]
    assert form.attributes["target"] == "_blank"
    assert form.attributes["rel"] == "noopener"
    tab = other_tab(browser)
    tab.submit("Open the page")
    return tab


def test_bob_fresh_from_signing_in(site, tenant, browser, later_here):
    sign_in(browser, f"{site}/loans/?sort=due", BOB, TEMPORARY)
    browser.submit("Choose a new password")
    assert browser.page.h1 == "Choose the new password"
    assert browser.page.refresh == 30
    assert count(tenant, TICKETS) == 0

    tab = open_the_page(browser)
    assert tab.page.h1 == "Change your password"
    waiting = browser.page.url
    browser.get(waiting)
    assert browser.page.h1 == "Choose the new password"
    choose(tab, NEW)
    assert tab.page.h1 == "Password changed"

    later_here(seconds=31)
    browser.get(waiting)
    assert browser.page.h1 == "Sign in again"
    browser.submit("Sign in")
    type_password(browser, BOB, NEW)
    assert (browser.page.h1, browser.page.url) == ("My loans", f"{site}/loans/?sort=due")
    assert not is_password_of(site, BOB, TEMPORARY)


def test_alice_signs_in_again_first(site, tenant, browser):
    sign_in(browser, f"{site}/account/", ALICE, ALICES)
    browser.submit("Change password")
    type_password(browser, ALICE, ALICES)
    assert browser.page.h1 == "Choose the new password"
    choose(open_the_page(browser), NEW)
    browser.submit("I have changed it: check now")
    assert browser.page.h1 == "Sign in again"
    browser.submit("Sign in")
    type_password(browser, ALICE, NEW)
    assert browser.page.h1 == "Your account"


def test_too_late_to_open_it_without_signing_in_again(site, tenant, browser, later):
    """Freshness counts when the button is pressed, not when it was shown."""
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    browser.submit("Choose a new password")
    later(seconds=301)
    tab = open_the_page(browser)
    assert tab.page.h1 == "Welcome"
    assert count(tenant, TICKETS) == 0
    type_password(tab, BOB, TEMPORARY)
    assert tab.page.h1 == "Choose the new password"
    last = open_the_page(tab)
    assert last.page.h1 == "Change your password"


def test_opened_twice_it_asks_again(site, tenant, browser):
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    browser.submit("Choose a new password")
    assert open_the_page(browser).page.h1 == "Change your password"
    assert open_the_page(browser).page.h1 == "Welcome"
    assert count(tenant, TICKETS) == 1


def test_the_tab_of_somebody_who_gave_up(site, browser, tenant):
    sign_in(browser, f"{site}/loans/?sort=due", BOB, TEMPORARY)
    browser.submit("Choose a new password")
    browser.click("Go back")
    assert browser.page.h1 == "Choose a new password"
    assert "You wanted to open /loans/?sort=due" in browser.page.visible_text
