"""Auth0's clock and ours differ by up to a minute: nothing opens, nothing is lost."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings

from auth0_password import gateway
from auth0_password.services import require_reset
from tests.stories.people import ALICE, ALICES, BOB, NEW, TEMPORARY, choose, sign_in, type_password
from tests.support.browser import Browser

pytestmark = pytest.mark.story


@pytest.mark.parametrize("offset", [-55, 55])
def test_bobs_story(site, tenant, browser, offset):
    tenant.offset(offset)
    old = Browser()
    sign_in(old, f"{site}/loans/", BOB, TEMPORARY)
    assert old.page.h1 == "Choose a new password"
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    browser.submit("Choose a new password")
    choose(browser, NEW)
    browser.click("Back to Northwind Library")
    type_password(browser, BOB, NEW)
    assert browser.page.h1 == "My loans"
    old.get(f"{site}/loans/")
    assert old.page.h1 == "Sign in again"


def test_a_raise_by_a_process_that_does_not_know_the_tenants_time(site, tenant, browser, django_user_model):
    """The tenant's clock is a minute behind; whoever raises has never asked it. The change counts all the same."""
    tenant.offset(-55)
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    gateway.set_gateway(None)
    require_reset(django_user_model.objects.get(email=ALICE), reason="administrator")
    browser.get(f"{site}/loans/")
    browser.submit("Choose a new password")
    choose(browser, NEW)
    browser.click("Back to Northwind Library")
    type_password(browser, ALICE, NEW)
    assert browser.page.h1 == "My loans"


def test_every_sign_in_has_a_session_key_of_its_own(site, tenant, browser):
    """Session fixation: whoever planted a cookie before a sign-in holds nothing after it."""
    keys = []

    def note():
        keys.append(browser.cookie(django_settings.SESSION_COOKIE_NAME))

    browser.get(f"{site}/loans/")
    browser.submit("Sign in")
    note()
    type_password(browser, BOB, TEMPORARY)
    note()
    browser.submit("Sign in again")
    browser.stop_at = f"{tenant.base_url}/u/reset-verify"
    type_password(browser, BOB, TEMPORARY)
    note()
    browser.stop_at = None
    browser.get(browser.page.url)
    choose(browser, NEW)
    browser.click("Back to Northwind Library")
    type_password(browser, BOB, NEW)
    note()
    assert len(set(keys)) == 4


def test_an_ended_session_that_signs_in_again_gets_a_new_key(site, tenant, browser):
    other = Browser()
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    sign_in(other, f"{site}/loans/", BOB, TEMPORARY)
    browser.submit("Choose a new password")
    choose(browser, NEW)
    browser.click("Back to Northwind Library")
    type_password(browser, BOB, NEW)

    before = other.cookie(django_settings.SESSION_COOKIE_NAME)
    other.get(f"{site}/account/login/")  # straight to the sign-in page, without being told
    type_password(other, BOB, NEW)
    assert other.page.h1 == "Your account"
    assert other.cookie(django_settings.SESSION_COOKIE_NAME) != before
