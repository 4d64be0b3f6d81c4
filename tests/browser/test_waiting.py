"""What the page that waits does by itself: with its script, and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.stories.people import ALICE, ALICES, BOB, NEW, TEMPORARY, choose_with_link


def waits(person):
    """Make what waits wait less long: the page's own clock with scripts, its refresh without."""
    if "no-scripts" not in person.name:
        person.page.clock.install()
        return

    def sooner(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('content="30"', 'content="1"'))

    person.page.route("**/account/waiting/", sooner)


def goes_on(person, later_here):
    """Half a minute passes on the page that waits; then it asks for a new sign-in, and says why."""
    later_here(seconds=31)
    if "no-scripts" in person.name:
        person.page.goto(person.page.url)
    else:
        person.page.clock.run_for(31_000)
    expect(person.page.locator("h1")).to_have_text("Sign in again")
    assert "Your password was changed. Sign in with the new one." in person.text


def test_alice_by_mail(site, tenant, person, later_here):
    waits(person)
    person.arrive(f"{site}/account/", ALICE, ALICES)
    person.press("Send a link")
    assert person.h1 == "Check your mail"
    person.glance("story-waiting")
    choose_with_link(tenant, ALICE)
    goes_on(person, later_here)
    person.press("Sign in")
    person.sign_in(ALICE, NEW)
    assert person.h1 == "Your account"


@pytest.mark.parametrize("wanted", ["/loans/?sort=due"])
def test_bob_in_another_tab(site, tenant, person, later_here, configure, wanted):
    configure(LOGIN_ROUTE=False)
    waits(person)
    person.arrive(site + wanted, BOB, TEMPORARY)
    person.press("Choose a new password")
    assert person.h1 == "Choose the new password"
    with person.context.expect_page() as opened:
        person.press("Open the page")
    tab = opened.value
    expect(tab.locator("h1")).to_have_text("Change your password")
    assert tab.evaluate("window.opener") is None
    assert person.h1 == "Choose the new password"
    tab.fill("input[name=newPassword]", NEW)
    tab.fill("input[name=confirmNewPassword]", NEW)
    tab.get_by_role("button", name="Reset password").click()
    expect(tab.locator("h1")).to_have_text("Password changed")
    goes_on(person, later_here)
    person.press("Sign in")
    person.sign_in(BOB, NEW)
    assert person.h1 == "My loans"
    assert person.page.url == site + wanted


def test_whoever_comes_back_to_the_page_need_not_wait(site, tenant, people, later_here):
    """Browsers slow down the timers of pages in the background: so coming back to one is a reason to look."""
    alice = people("phone")
    waits(alice)
    alice.arrive(f"{site}/account/", ALICE, ALICES)
    alice.press("Send a link")
    assert alice.h1 == "Check your mail"
    choose_with_link(tenant, ALICE)
    later_here(seconds=11)
    alice.page.wait_for_load_state()
    alice.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(alice.page.locator("h1")).to_have_text("Sign in again")


def test_another_link_can_be_asked_for_again_in_a_moment(site, tenant, people, configure, noon):
    configure(LIMITS={"email": "1/m"})
    alice = people("phone")
    alice.page.clock.install()
    alice.arrive(f"{site}/account/", ALICE, ALICES)
    alice.press("Send a link")
    again = alice.page.get_by_role("button", name="Send another link")
    expect(again).to_be_disabled()
    assert "You can ask for another one in" in alice.text
    alice.page.clock.run_for(61_000)
    expect(again).to_be_enabled()
    assert "You can ask for another one" not in alice.text
