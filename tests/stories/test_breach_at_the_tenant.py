"""FORCE_AT "form", and Alice's password is known to others: the form would take their word for hers."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from auth0_password.deployment.scopes import FORM
from auth0_password.models import ResetRequirement
from auth0_password.services import clear_reset, hint, reconcile, require_reset
from tests.stories.people import (
    ALICE,
    ALICES,
    BOB,
    NEW,
    TEMPORARY,
    TICKETS,
    choose_with_link,
    count,
    is_password_of,
    mails_to,
    sign_in,
    type_password,
)
from tests.support.browser import Browser
from tests.support.deployed import deployed, form_may  # noqa: F401 - a fixture

pytestmark = pytest.mark.story

CHOOSE, NEEDED = "Choose a new password", "A new password is needed"


@pytest.fixture
def alice(site, deployed, later):  # noqa: F811 - the fixture
    """She has signed in here once."""
    deployed(FORCE_AT="form")
    sign_in(Browser(), f"{site}/loans/", ALICE, ALICES)
    later(minutes=5)
    return get_user_model().objects.get(email=ALICE)


@pytest.fixture
def breached(alice, later):
    """Grace, an administrator, has read of the breach."""
    required(alice, "breach", later)
    return alice


def required(user, reason, later):
    require_reset(user, reason=reason)
    reconcile(["mirror"])
    later(minutes=5)


def copy_of(tenant):
    return tenant.user(ALICE)["app_metadata"]


def is_shut_out(site, browser):
    browser.get(f"{site}/loans/")
    assert browser.page.h1 in {"Sign in to go on", "Sign in again"}


def save(browser, password=NEW):
    """In the form."""
    browser.submit("Save and go on", **{"fields.new_password": password, "fields.new_password_again": password})


def test_the_old_password_gets_a_mail_to_its_owner_and_no_form(site, tenant, browser, breached):
    before = tenant.user(ALICE)["last_password_reset"]
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    assert browser.page.h1 == NEEDED
    assert "has sent a message" in browser.page.visible_text
    assert len(mails_to(tenant, ALICE)) == 1
    is_shut_out(site, browser)
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    assert (browser.page.h1, len(mails_to(tenant, ALICE))) == (NEEDED, 1)
    assert tenant.user(ALICE)["last_password_reset"] == before


def test_by_the_link_she_is_in_and_whoever_knew_the_old_one_is_not(site, tenant, browser, breached, later):
    intruder = Browser()
    sign_in(intruder, f"{site}/loans/", ALICE, ALICES)
    choose_with_link(tenant, ALICE)
    later(minutes=1)
    sign_in(browser, f"{site}/loans/", ALICE, NEW)
    assert browser.page.h1 == "My loans"
    there = copy_of(tenant)
    assert (there["needsPasswordReset"], "passwordResetReason" in there) == (False, False)
    assert ResetRequirement.objects.get().status == "changed"
    is_shut_out(site, intruder)
    assert not is_password_of(site, ALICE, ALICES)


def test_the_hand_over_leads_to_the_mail_too(site, tenant, browser, breached):
    """The Action vouches for the old password; what that proves the site decides."""
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    browser.submit("Sign in again")
    type_password(browser, ALICE, ALICES)
    browser.submit("Go on")
    assert browser.page.h1 == "This needs a link by e-mail"
    assert count(tenant, TICKETS) == 0


def test_a_breach_while_the_form_is_before_somebody(site, tenant, browser, alice, later):
    """Nobody can take it from them; but it saves nothing, and leads nowhere."""
    required(alice, "policy", later)
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    assert CHOOSE in browser.page.visible_text
    required(alice, "breach", later)
    before = tenant.user(ALICE)["last_password_reset"]
    save(browser)
    assert "This needs a link by e-mail" in browser.page.visible_text
    browser.submit("Cancel")
    assert browser.page.h1 == NEEDED
    assert "has sent a message" not in browser.page.visible_text
    is_shut_out(site, browser)
    assert (tenant.user(ALICE)["last_password_reset"], copy_of(tenant)["needsPasswordReset"]) == (before, True)
    browser.submit("Sign in")
    assert "has sent a message" in browser.page.visible_text
    choose_with_link(tenant, ALICE)
    assert is_password_of(site, ALICE, NEW)


def test_a_form_that_may_not_look_saves_after_a_breach(site, tenant, browser, alice, later, mailoutbox):
    """It still leads nowhere, and she is told that there is a new password."""
    required(alice, "policy", later)
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    form_may(tenant, *(set(FORM) - {"read:users"}))
    required(alice, "breach", later)
    save(browser)
    assert browser.page.h1 == NEEDED
    is_shut_out(site, browser)
    hint([alice.password_state.subject])
    reconcile()
    reconcile(["mail"])
    [told] = mailoutbox
    assert (told.to, "/account/not-me/" in told.body) == ([ALICE], True)


def test_once_the_breach_is_taken_back_the_form_is_hers_again(site, tenant, browser, alice, later):
    required(alice, "breach", later)
    clear_reset(alice, by=None)
    required(alice, "policy", later)
    assert "passwordResetReason" not in copy_of(tenant)
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    assert CHOOSE in browser.page.visible_text
    save(browser)
    assert browser.page.h1 == "My loans"


def test_bob_who_is_new_gets_the_form(site, tenant, browser, breached):
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    assert CHOOSE in browser.page.visible_text
    save(browser)
    assert browser.page.h1 == "My loans"
    assert mails_to(tenant, BOB) == []
