"""Everything has a limit, says when it ends, and leaves another way open."""

from __future__ import annotations

import pytest

from tests.stories.people import (
    ALICE,
    ALICES,
    MAILS,
    TICKETS,
    choose_with_link,
    count,
    mails_to,
    sign_in,
    type_password,
)
from tests.support.browser import Browser

pytestmark = pytest.mark.story


@pytest.fixture
def alice(site, tenant, browser, noon) -> Browser:
    sign_in(browser, f"{site}/account/", ALICE, ALICES)
    return browser


def button(browser, text):
    return next(one for form in browser.page.forms for one in form.buttons if one.text == text)


def refused(browser):
    assert (browser.page.h1, browser.page.status) == ("Not so fast", 429)
    assert "Nothing was changed." in browser.page.visible_text
    assert "You can try again in" in browser.page.visible_text
    assert int(browser.page.headers["Retry-After"]) > 0


def test_five_links_a_minute_and_the_button_says_when_again(site, tenant, alice, later, configure):
    configure(LIMITS={"recipient": "100/d"})
    page = alice.page
    for number in range(5):
        alice.page = page
        alice.submit("Send a link")
        assert alice.page.h1 == "Check your mail"
        disabled = "disabled" in button(alice, "Send another link").attributes
        assert disabled == (number == 4)
    assert "You can ask for another one in" in alice.page.visible_text
    waiting = alice.page.url
    alice.submit("Send another link")  # as somebody without manners
    refused(alice)
    assert (len(mails_to(tenant, ALICE)), count(tenant, MAILS)) == (5, 5)

    later(seconds=61)
    alice.get(waiting)
    assert "disabled" not in button(alice, "Send another link").attributes
    alice.submit("Send another link")
    assert len(mails_to(tenant, ALICE)) == 6


def test_the_mailboxs_limit_shows_on_the_button_too(site, tenant, alice, configure):
    configure(LIMITS={"recipient": "1/h"})
    alice.submit("Send a link")
    assert "disabled" in button(alice, "Send another link").attributes
    assert "You can ask for another one in 59 minutes." in alice.page.visible_text


def test_auth0s_own_limit_is_told_as_ours(site, tenant, alice, configure):
    configure(LIMITS={"email": "100/m", "recipient": "100/d"})
    tenant.rate_limits(change_password={"burst": 2, "per_minute": 1})
    alice.submit("Send a link")
    assert "disabled" not in button(alice, "Send another link").attributes
    alice.submit("Send another link")
    assert "disabled" in button(alice, "Send another link").attributes
    alice.submit("Send another link")
    refused(alice)
    assert len(mails_to(tenant, ALICE)) == 2
    choose_with_link(tenant, ALICE)


def test_a_limit_of_the_mail_leaves_signing_in_again_open(site, tenant, alice, configure):
    configure(LIMITS={"email": "1/d"})
    page = alice.page
    alice.submit("Send a link")
    alice.page = page
    alice.submit("Send a link")
    refused(alice)
    assert "Another way to a new password may be open" in alice.page.visible_text
    alice.click("Go back")
    alice.submit("Change password")
    type_password(alice, ALICE, ALICES)
    assert alice.page.h1 == "Change your password"


def test_signing_in_again(site, tenant, alice, configure):
    configure(LIMITS={"reauthenticate": "1/m"})
    page = alice.page
    alice.submit("Change password")
    assert alice.page.h1 == "Welcome"
    alice.page = page
    alice.submit("Change password")
    refused(alice)


def test_tickets(site, tenant, alice, configure):
    configure(LIMITS={"ticket": "1/m"})
    page = alice.page
    for _ in range(2):
        alice.page = page
        alice.submit("Change password")
        type_password(alice, ALICE, ALICES)
    refused(alice)
    assert count(tenant, TICKETS) == 1


def test_checking(site, tenant, alice, configure):
    configure(LIMITS={"check": "2/m"})
    alice.submit("Send a link")
    waiting = alice.page
    for _ in range(2):
        alice.page = waiting
        alice.submit("I have changed it: check now")
        assert alice.page.status == 200
    tenant.clear_requests()
    alice.page = waiting
    alice.submit("I have changed it: check now")
    refused(alice)
    assert tenant.requests() == []


def test_a_limit_is_a_persons_own(site, tenant, alice, configure):
    configure(LIMITS={"email": "1/d"})
    page = alice.page
    alice.submit("Send a link")
    alice.page = page
    alice.submit("Send a link")
    refused(alice)
    grace = Browser()
    sign_in(grace, f"{site}/account/", "grace@example.com", "Steady-Compass-17!")
    grace.submit("Send a link")
    assert grace.page.h1 == "Check your mail"
