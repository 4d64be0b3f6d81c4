"""Bob's account came with a temporary password. The main story, over plain HTTP, as a person would walk it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model

from auth0_password.models import ResetRequirement
from tests.stories.people import ALICES, BOB, NEW, TEMPORARY, choose, open_page, sign_in, type_password
from tests.support.browser import Browser

pytestmark = pytest.mark.story

WANTED = "/loans/?sort=due&page=2"


@pytest.fixture
def bob(site, browser) -> Browser:
    """Bob, just signed in with the temporary password, on his way to his loans."""
    sign_in(browser, site + WANTED, BOB, TEMPORARY)
    return browser


def test_the_whole_story(site, bob, tenant):
    other = Browser()
    sign_in(other, f"{site}/loans/", BOB, TEMPORARY)

    assert bob.page.h1 == "Choose a new password"
    assert "temporary password" in bob.page.visible_text
    assert "You wanted to open /loans/?sort=due&page=2" in bob.page.visible_text

    bob.submit("Choose a new password")
    assert bob.page.url.startswith(f"{tenant.base_url}/u/reset-verify?ticket=")
    used_link = bob.page.url
    choose(bob, "short")
    assert bob.page.h1 == "Change your password"
    assert "too weak" in bob.page.visible_text.lower()
    choose(bob, NEW)
    assert bob.page.h1 == "Password changed"

    bob.click("Back to Northwind Library")
    assert bob.page.h1 == "Welcome"
    type_password(bob, BOB, NEW)
    assert bob.page.url == site + WANTED
    assert bob.page.h1 == "My loans"

    requirement = ResetRequirement.objects.get()
    assert (requirement.reason, requirement.status) == ("first_login", "changed")
    assert get_user_model().objects.get().password_state.changed_at is not None

    other.get(f"{site}/loans/")
    assert other.page.h1 == "Sign in again"
    assert "Your password was changed" in other.page.visible_text
    other.submit("Sign in")
    type_password(other, BOB, TEMPORARY)
    assert "Wrong email or password" in other.page.visible_text
    assert Browser().get(used_link).h1 != "Change your password"


def test_everything_else_is_closed(site, bob):
    for path in ("/loans/", "/account/", "/admin/", "/"):
        bob.get(site + path)
        assert bob.page.h1 == "Choose a new password", path
    bob.get(f"{site}/no-such-page/")
    assert bob.page.status == 404


def test_checking_too_early_changes_nothing(bob):
    bob.submit("Check now")
    assert bob.page.h1 == "Choose a new password"
    assert "shows no new password yet" in bob.page.visible_text
    assert "You wanted to open /loans/?sort=due&page=2" in bob.page.visible_text


def test_a_change_on_the_phone_is_noticed_by_check_now(site, bob):
    """The link is used in another browser; this one must sign in with the new password, not just walk in."""
    phone = Browser()
    bob.submit("Choose a new password")
    phone.get(bob.page.url)
    choose(phone, NEW)

    bob.get(f"{site}/account/required/?next=/loans/")
    bob.submit("Check now")
    assert bob.page.h1 == "Sign in again"
    assert "Your password was changed. Sign in with the new one." in bob.page.visible_text
    bob.submit("Sign in")
    type_password(bob, BOB, NEW)
    assert bob.page.h1 == "My loans"


def test_signing_in_again_first(site, bob, tenant):
    bob.submit("Sign in again")
    assert bob.page.h1 == "Welcome"
    type_password(bob, BOB, TEMPORARY)
    assert bob.page.h1 == "Change your password"
    choose(bob, NEW)
    bob.click("Back to Northwind Library")
    type_password(bob, BOB, NEW)
    assert bob.page.url == site + WANTED


def test_an_older_sign_in_must_be_repeated(site, bob, tenant):
    """Later the one button still works: it asks who he is first."""
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=301)):
        tenant.advance(301)
        bob.get(bob.page.url)
        older_sign_in(bob)


def older_sign_in(bob):
    assert "asks for your current password first" in bob.page.visible_text
    bob.submit("Choose a new password")
    assert bob.page.h1 == "Welcome"
    type_password(bob, BOB, TEMPORARY)
    assert bob.page.h1 == "Change your password"


def test_signing_out_is_open_and_ends_the_session_at_the_tenant(site, bob):
    bob.submit("Sign out")
    assert bob.page.url == f"{site}/"
    open_page(bob, f"{site}/loans/")
    assert bob.page.h1 == "Welcome"


def test_another_person_at_the_second_sign_in_is_told(site, bob):
    bob.submit("Sign in again")
    type_password(bob, "alice@example.com", ALICES)
    assert bob.page.h1 == "You came back as somebody else"
    assert "signed in as Bob Miller" in bob.page.visible_text
    bob.get(f"{site}/loans/")
    assert bob.page.h1 == "Choose a new password"
