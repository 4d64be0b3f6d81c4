"""Where somebody is signed in: the list on the account page, and ending what is on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from auth0_password.models import PasswordState, SignIn
from auth0_password.services import end_sessions
from tests.browser.inspection import inspect
from tests.stories.people import ALICE, ALICES, NEW

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture
def devices(site, tenant):
    """Alice has been here before: at home last year, on her telephone, and somewhere that nobody recognises."""

    def make() -> None:
        user, now = PasswordState.objects.get(user__email=ALICE).user, timezone.now()
        rows = [("phone", IPHONE, "2001:db8:85a3:8d3:1319:8a2e:370:7348", 2), ("home", FIREFOX, "198.51.100.7", 400),
                ("unknown", "curl/8.5", None, 3)]  # fmt: skip
        SignIn.objects.bulk_create(
            SignIn(
                key=key,
                user=user,
                user_agent=agent,
                ip=ip,
                auth_time=now,
                started_at=now - timedelta(days=days),
                expires_at=now + timedelta(days=1),
            )
            for key, agent, ip, days in rows
        )

    return make


def test_the_list(site, tenant, anyone, devices):
    anyone.arrive(f"{site}/account/", ALICE, ALICES)
    inspect(anyone, "sessions-one")
    devices()
    anyone.page.reload()
    section = anyone.page.get_by_role("region", name="Where you are signed in")
    rows = [row.inner_text() for row in section.get_by_role("listitem").all()]
    heads = [
        "Chrome on Linux",
        "Safari on an iPhone",
        "A browser we do not know",
        "Firefox on Linux",
        "Everywhere else",
    ]
    assert [row.split("\n")[0] for row in rows] == heads
    assert ["This device" in row for row in rows] == [True, False, False, False, False]
    assert section.get_by_role("button", name="Sign out there: Safari on an iPhone").is_visible()
    inspect(anyone, "sessions")
    section.get_by_role("button", name="Sign out there: A browser we do not know").click()
    assert "That device was signed out." in anyone.text
    anyone.press("Sign out everywhere else")
    assert "2 other devices were signed out." in anyone.text
    inspect(anyone, "sessions-ended")
    anyone.press("Sign out everywhere else")
    assert "No other device that we know of was signed in." in anyone.text


def test_ended_from_elsewhere(site, tenant, people):
    mine, other = people(), people()
    for one in (mine, other):
        one.arrive(f"{site}/account/", ALICE, ALICES)
    mine.page.reload()
    mine.press("Sign out everywhere else")
    other.page.goto(f"{site}/loans/")
    assert "You signed this device out from another one." in other.text
    inspect(other, "ended-by-owner")
    alice = PasswordState.objects.get(user__email=ALICE).user
    end_sessions(alice, by=alice.__class__(pk=0))
    mine.page.goto(f"{site}/loans/")
    assert "The people who run this site ended this session." in mine.text


def test_alice_changes_here_and_her_other_device_is_told(site, tenant, person, people):
    other = people("phone")
    other.arrive(f"{site}/loans/?sort=due", ALICE, ALICES)
    person.arrive(f"{site}/account/", ALICE, ALICES)
    person.glance("story-sessions")
    person.press("Change password")
    person.sign_in(ALICE, ALICES)
    person.choose(NEW)
    person.follow("Back to Northwind Library")
    person.sign_in(ALICE, NEW)
    assert person.h1 == "Your account"
    other.page.reload()
    assert other.h1 == "Sign in again"
    assert "Your password was changed. Sign in with the new one." in other.text
    other.press("Sign in")
    other.sign_in(ALICE, NEW)
    assert other.page.url == f"{site}/loans/?sort=due"


def test_whoever_waits_with_the_old_password(site, tenant, person, people):
    attacker = people("attacker")
    attacker.arrive(f"{site}/loans/", ALICE, ALICES)
    person.arrive(f"{site}/account/", ALICE, ALICES)
    person.press("Change password")
    person.sign_in(ALICE, ALICES)
    person.choose(NEW)
    person.follow("Back to Northwind Library")
    person.sign_in(ALICE, NEW)
    attacker.page.reload()
    assert attacker.h1 == "Sign in again"
    attacker.press("Sign in")
    attacker.sign_in(ALICE, ALICES)
    assert "Wrong email or password" in attacker.page.inner_text("body")
    attacker.page.goto(f"{site}/account/")
    assert attacker.h1 == "Sign in to go on"
