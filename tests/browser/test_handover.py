"""Whom the tenant's Action hands over, or does not let in: our pages, with scripts and without; there and back."""

from __future__ import annotations

import pytest

from tests.browser.inspection import inspect
from tests.stories.people import ALICE, ALICES, BOB, NEW, TEMPORARY

NEEDED = "A new password is needed"


def test_alice_from_her_account_page(site, tenant, deployed, person, look):
    """With scripts our page goes on by itself, and the site's policy lets its form lead to the tenant."""
    deployed()
    person.arrive(f"{site}/account/", ALICE, ALICES)
    person.press("Change password")
    person.sign_in(ALICE, ALICES)
    if look.get("javascript", True) is False:
        assert person.h1 == "Choose the new password"
        person.press("Go on")
    person.page.wait_for_url(lambda url: url.startswith(f"{tenant.base_url}/u/reset"))
    person.choose(NEW)
    assert person.h1 == "Password changed"


def test_bob_is_not_let_in(site, tenant, deployed, person, look):
    deployed(FORCE_AT="deny")
    person.arrive(f"{site}/loans/", BOB, TEMPORARY)
    assert person.h1 == NEEDED
    person.press("Choose a new password")
    person.sign_in(BOB, TEMPORARY)
    if look.get("javascript", True) is False:
        person.press("Go on")
    person.page.wait_for_url(lambda url: url.startswith(f"{tenant.base_url}/u/reset"))
    person.choose(NEW)
    person.follow("Back to Northwind Library")
    person.sign_in(BOB, NEW)
    assert person.h1 == "My loans"


def test_every_state(site, deployed, configure, anyone):
    """Where the hosted page has no way back, it opens in another tab, and nothing goes on by itself."""
    deployed(FORCE_AT="deny")
    anyone.arrive(f"{site}/loans/", BOB, TEMPORARY)
    inspect(anyone, "instructions-denied")
    configure(LOGIN_ROUTE=False)
    anyone.press("Choose a new password")
    anyone.sign_in(BOB, TEMPORARY)
    assert anyone.h1 == "Choose the new password"
    inspect(anyone, "handover-tab")
    there = anyone.page.url
    with anyone.page.context.expect_page() as tab:
        anyone.press("Open the page")
    tab.value.wait_for_url("**/u/reset-verify**")
    anyone.page.goto(there)
    assert anyone.h1 == "This sign-in cannot be continued"


def test_the_page_waits_for_its_button_without_scripts(site, deployed, people):
    deployed()
    person = people("desk", javascript=False)
    person.arrive(f"{site}/account/", ALICE, ALICES)
    person.press("Change password")
    person.sign_in(ALICE, ALICES)
    assert person.h1 == "Choose the new password"
    person.glance("handover")


@pytest.mark.parametrize(("mode", "words"), [("mail", "has sent a message"), ("deny", "You were not signed in")])
def test_instructions(site, anyone, configure, mode, words):
    configure(FORCE_AT=mode, HANDOVER_SECRET="h4-share-this-with-one-Action-of-the-tenant")
    anyone.page.goto(f"{site}/account/instructions/")
    assert anyone.h1 == NEEDED
    assert words in anyone.text
    inspect(anyone, f"instructions-{mode}")
    anyone.follow("Ask for another message" if mode == "mail" else "Send me a message")
    assert anyone.h1 == "Forgot your password?"
