"""The main story in Chromium: with and without scripts, on a phone, in the dark, under a strict policy."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.stories.people import ALICE, ALICES, BOB, GRACES, NEW, TEMPORARY

LOOKS = [
    pytest.param({"name": "desk"}, id="desk"),
    pytest.param({"name": "phone", "scheme": "dark"}, id="phone in the dark"),
    pytest.param({"name": "desk-no-scripts", "javascript": False}, id="no scripts"),
]


def sign_in(person, email, password):
    person.fill(username=email, password=password)
    person.press("Continue")


def inspect(person, name):
    """A picture, nothing sticking out, and no accessibility finding (where axe's script may run)."""
    person.shoot(name)
    if "no-scripts" in person.name:
        return
    assert person.fits(), name
    # The pages forbid foreign scripts; axe is put in past their policy, through the browser's own debugger.
    results = Axe().run(person.page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("look", LOOKS)
def test_bobs_story(site, tenant, people, look):
    bob, elsewhere = people(**look), people("elsewhere")
    elsewhere.page.goto(f"{site}/loans/")
    elsewhere.page.locator("main button").click()
    sign_in(elsewhere, BOB, TEMPORARY)

    bob.page.goto(f"{site}/")
    inspect(bob, "home")
    bob.page.goto(f"{site}/loans/?sort=due")
    inspect(bob, "login")
    bob.page.locator("main button").click()
    inspect(bob, "tenant-sign-in")
    sign_in(bob, BOB, TEMPORARY)
    assert bob.h1 == "Choose a new password"
    inspect(bob, "required")

    bob.page.goto(f"{site}/loans/")
    assert bob.h1 == "Choose a new password"
    bob.page.go_back()
    bob.press("Check now")
    assert "no new password yet" in bob.page.inner_text("main")
    inspect(bob, "checked")

    bob.press("Choose a new password")
    link = bob.page.url
    assert link.startswith(tenant.base_url)
    bob.fill(newPassword="short", confirmNewPassword="short")
    bob.press("Reset password")
    assert bob.h1 == "Change your password"
    inspect(bob, "tenant-refused")
    bob.fill(newPassword=NEW, confirmNewPassword=NEW)
    bob.press("Reset password")
    assert bob.h1 == "Password changed"
    inspect(bob, "tenant-changed")
    bob.page.get_by_role("link", name="Back to Northwind Library").click()
    sign_in(bob, BOB, NEW)
    assert bob.page.url == f"{site}/loans/?sort=due"
    inspect(bob, "loans")

    elsewhere.page.goto(f"{site}/loans/")
    assert elsewhere.h1 == "Sign in again"
    inspect(elsewhere, "ended")
    elsewhere.page.goto(link)
    assert elsewhere.h1 != "Change your password"
    assert [line for line in bob.complaints if "Content Security" in line] == []


@pytest.mark.parametrize("look", LOOKS[:2])
def test_alice_carol_and_grace(site, tenant, people, look):
    alice, carol, grace = (people(**look) for _ in range(3))
    for person, button in ((alice, "Sign in as Alice"), (carol, "Sign in as Carol"), (grace, "Sign in as Grace")):
        person.page.goto(f"{site}/")
        person.press(button)
    alice.fill(password=ALICES)
    alice.press("Continue")
    assert alice.h1 == "Your account"
    inspect(alice, "profile")

    carol.page.get_by_role("button", name="Carol Singh").click()
    assert carol.h1 == "Your account"
    assert "This site has no password of yours" in carol.page.inner_text("main")
    inspect(carol, "social")

    grace.fill(password=GRACES)
    grace.press("Continue")
    grace.page.goto(f"{site}/admin/auth/user/?q=alice")
    grace.page.locator("input[name=_selected_action]").first.check()
    grace.page.select_option("select[name=action]", "require_new_password")
    grace.page.locator("button[name=index]").click()
    grace.press("Require a new password of 1 user")
    grace.page.get_by_text("1 user must choose a new password").wait_for()
    grace.shoot("admin")

    alice.page.goto(f"{site}/loans/")
    assert alice.h1 == "Choose a new password"
    assert "Asked for by Grace Okafor" in alice.page.inner_text("main")
    inspect(alice, "required-by-grace")


def test_when_the_tenant_is_down(site, tenant, people):
    alice = people()
    alice.page.goto(f"{site}/loans/")
    alice.page.locator("main button").click()
    sign_in(alice, ALICE, ALICES)
    tenant.faults([{"method": "GET", "path": "/api/v2/.*", "times": -1, "status": 503}])
    alice.page.goto(f"{site}/account/")
    alice.press("Change password")
    assert alice.h1 == "We could not reach the sign-in service"
    inspect(alice, "unavailable")
