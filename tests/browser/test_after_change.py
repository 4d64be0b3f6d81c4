"""After a change, in Chromium: nobody comes back to say so, and still the other device is out at its next request, the
owner has a mail, and whoever is not the owner is out for good."""

from __future__ import annotations

import re

from django.core import mail

from auth0_password.models import PasswordState
from auth0_password.services import reconcile
from tests.stories.people import ALICE, ALICES, NEW, choose_with_link, is_password_of, mails_to, newest_link, until
from tests.stories.test_pushes import pushing  # noqa: F401 - a fixture
from tests.support.browser import Browser

MALLORYS = "Crooked-Ladder-58!"
CHANGED = "Your password was changed. Sign in with the new one."


def the_mail():
    """What the site wrote to Alice; once."""
    reconcile(["check"])
    reconcile(["mail"])
    [one] = [one for one in mail.outbox if one.to == [ALICE]]
    return one


def not_me(site):
    """The address in it, on the site's port of today."""
    return f"{site}/account/{re.search(r'/account/(not-me/[^/]+/)', the_mail().body)[1]}"


def chooses_with_a_link(site, tenant):
    """On her telephone; she does not come back to the site."""
    phone = Browser()
    phone.get(f"{site}/account/forgot/")
    phone.submit(email=ALICE)
    until(lambda: mails_to(tenant, ALICE))
    choose_with_link(tenant, ALICE)


def test_a_logout_token_says_it_within_one_request(site, pushing, person, later):  # noqa: F811 - the fixture
    person.arrive(f"{site}/loans/?sort=due", ALICE, ALICES)
    later(minutes=1)
    chooses_with_a_link(site, pushing)
    PasswordState.objects.update(check_due_at=None)
    person.page.reload()
    assert person.h1 == "My loans"
    assert 200 in {one["status"] for one in pushing.deliver()}
    person.page.reload()
    assert person.h1 == "Sign in again"
    person.glance("after-change-at-auth0")
    reconcile()
    assert "new password" in the_mail().subject.lower()
    person.press("Sign in")
    person.sign_in(ALICE, NEW)
    assert person.page.url == f"{site}/loans/?sort=due"


def test_the_attacker_has_a_new_password_and_alice_has_the_mail(site, tenant, person, people, later):
    """From the mail to a password of her own; and his is worth nothing."""
    attacker = people("attacker")
    attacker.arrive(f"{site}/account/", ALICE, ALICES)
    person.arrive(f"{site}/loans/", ALICE, ALICES)
    later(minutes=1)
    attacker.press("Change password")
    attacker.sign_in(ALICE, ALICES)
    attacker.choose(MALLORYS)
    attacker.follow("Back to Northwind Library")
    attacker.sign_in(ALICE, MALLORYS)
    assert attacker.h1 == "Your account"
    person.page.reload()
    assert person.h1 == "Sign in again"
    assert CHANGED in person.text

    later(minutes=1)
    person.page.goto(not_me(site))
    assert person.h1 == "Was this you?"
    attacker.page.reload()
    assert attacker.h1 == "Your account"
    person.glance("after-change-was-this-you")
    person.press("This was not me")
    assert "closed the account" in person.h1
    person.glance("after-change-closed")
    attacker.page.reload()
    assert attacker.h1 == "Sign in again"
    later(seconds=10)  # a sign-in within the second of the end may have to be repeated
    attacker.press("Sign in")
    attacker.sign_in(ALICE, MALLORYS)
    assert attacker.h1 == "Choose a new password"
    attacker.page.goto(f"{site}/loans/")
    assert attacker.h1 == "Choose a new password"
    assert attacker.page.get_by_role("button", name="Change password").count() == 0

    later(minutes=2)
    person.press("Choose a new password")
    person.follow("Forgot password?")
    person.fill(email=ALICE)
    person.press("Continue")
    assert person.h1 == "Check your email"
    person.page.goto(newest_link(tenant, ALICE))
    person.choose(NEW)
    person.follow("Back to Northwind Library")
    person.sign_in(ALICE, NEW)
    assert person.h1 == "Your account"
    attacker.page.reload()
    assert attacker.h1 == "Sign in again"
    assert not is_password_of(site, ALICE, MALLORYS)
