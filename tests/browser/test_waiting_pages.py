"""The page that waits, in each of its states."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.inspection import inspect
from tests.browser.test_account_pages import by_code
from tests.stories.people import ALICE, ALICES, BOB, MAILS, TEMPORARY


def asks(person, site, button="Send a link"):
    """Alice asks for a link, with a clock that stands still: the page does nothing by itself meanwhile."""
    person.arrive(f"{site}/account/", ALICE, ALICES)
    person.press(button)
    expect(person.page.locator("h1")).to_have_text("Check your mail")


def test_a_link(site, tenant, anyone, later_here):
    asks(anyone, site)
    inspect(anyone, "waiting-link")
    later_here(seconds=901)
    anyone.page.goto(anyone.page.url)
    assert "stopped looking by itself" in anyone.text
    inspect(anyone, "waiting-stopped")


def test_a_code(site, tenant, anyone, reseed):
    reseed(by_code)
    asks(anyone, site, "Send a code")
    inspect(anyone, "waiting-code")


def test_another_one_only_later(site, tenant, anyone, configure, noon):
    configure(LIMITS={"email": "1/m"})
    asks(anyone, site)
    expect(anyone.page.get_by_role("button", name="Send another link")).to_be_disabled()
    inspect(anyone, "waiting-limit")


def test_nobody_knows_whether_it_was_sent(site, tenant, anyone):
    tenant.faults([{"method": "POST", "path": MAILS, "times": -1, "drop": True, "after_apply": True}])
    asks(anyone, site)
    assert "did not hear whether it was sent" in anyone.text
    inspect(anyone, "waiting-unsure")


def test_another_tab(site, tenant, anyone, configure):
    configure(LOGIN_ROUTE=False)
    anyone.arrive(f"{site}/loans/", BOB, TEMPORARY)
    anyone.press("Choose a new password")
    assert anyone.h1 == "Choose the new password"
    inspect(anyone, "waiting-tab")
