"""Somebody who knows Alice's password changes it. Alice has the mail, and closes the doors."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from auth0_password.services import reconcile
from tests.stories.people import ALICE, ALICES, NEW, choose, choose_with_link, is_password_of, sign_in, type_password
from tests.support.browser import Browser

pytestmark = pytest.mark.story

MALLORYS = "Crooked-Ladder-58!"


@pytest.fixture
def mallory(site, tenant, later) -> Browser:
    """She has signed in as Alice, and chosen a password that Alice does not know."""
    browser = Browser()
    sign_in(browser, f"{site}/account/", ALICE, ALICES)
    browser.submit(form="/change/sign-in-again/")
    type_password(browser, ALICE, ALICES)
    choose(browser, MALLORYS)
    browser.click("Back to Northwind Library")
    type_password(browser, ALICE, MALLORYS)
    assert browser.page.h1 == "Your account"
    later(minutes=1)
    return browser


def the_mail():
    reconcile(["check"])
    reconcile(["mail"])
    [one] = [one for one in mail.outbox if one.to == [ALICE]]
    return one


def test_this_was_not_me(site, tenant, mallory):
    link = re.search(r"https?://\S+/not-me/\S+", the_mail().body)[0].split("/account/", 1)[1]
    phone = Browser()
    phone.get(f"{site}/account/{link}")
    assert phone.page.h1 == "Was this you?"
    mallory.get(f"{site}/loans/")
    assert mallory.page.h1 == "My loans"

    phone.submit("This was not me")
    assert "closed the account" in phone.page.h1
    mallory.get(f"{site}/loans/")
    assert mallory.page.h1 == "Sign in again"
    mallory.submit("Sign in")
    type_password(mallory, ALICE, MALLORYS)
    assert mallory.page.h1 == "Choose a new password"
    assert "may be known to others" in mallory.page.visible_text


def test_alice_gets_back_in_with_a_link(site, tenant, mallory, later):
    link = re.search(r"https?://\S+/not-me/\S+", the_mail().body)[0].split("/account/", 1)[1]
    phone = Browser()
    phone.get(f"{site}/account/{link}")
    phone.submit("This was not me")
    later(minutes=2)
    phone.get(f"{site}/account/forgot/")
    phone.submit("Send the message", email=ALICE)
    Browser(session=phone.session).get(f"{site}/account/forgot/")  # answered when the mail was asked for
    choose_with_link(tenant, ALICE)
    sign_in(phone, f"{site}/loans/", ALICE, NEW)
    assert phone.page.h1 == "My loans"
    assert not is_password_of(site, ALICE, MALLORYS)
