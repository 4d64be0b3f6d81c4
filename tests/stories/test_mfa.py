"""Dave has a second factor: after a breach it, and only it, lets him choose without the mail."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from auth0_password.services import require_reset
from tests.stories.people import DAVE, DAVES, NEW, TICKETS, choose, count, is_password_of, sign_in, type_password
from tests.support.browser import Browser
from tests.support.tenant import demo_seed

pytestmark = pytest.mark.story

SECRET = next(user["mfa"]["otp_secret"] for user in demo_seed()["users"] if user["email"] == DAVE)
MULTI_FACTOR = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"


@pytest.fixture
def give_code(tenant):
    def type_code(browser):
        assert browser.page.h1 == "Verify your identity"
        now = datetime.fromisoformat(tenant.health()["now"]).timestamp()
        browser.submit("Continue", code=pyotp.TOTP(SECRET).at(int(now)))

    return type_code


@pytest.fixture
def breach(django_user_model):
    def found():
        require_reset(django_user_model.objects.get(email=DAVE), reason="breach")

    return found


@pytest.fixture
def dave(site, tenant, browser, give_code, breach) -> Browser:
    """He signed in with both factors, as this tenant asks for, before the breach became known."""
    tenant.plan(mfa_at_login=True)
    sign_in(browser, f"{site}/loans/?sort=due", DAVE, DAVES)
    give_code(browser)
    assert browser.page.h1 == "My loans"
    breach()
    browser.get(browser.page.url)
    return browser


def test_with_the_second_factor_he_may_choose(site, tenant, dave, give_code, later):
    later(seconds=301)
    dave.get(dave.page.url)
    dave.stop_at = f"{tenant.base_url}/authorize"
    dave.submit("Change password")
    assert parse_qs(urlsplit(dave.page.url).query)["acr_values"] == [MULTI_FACTOR]
    dave.stop_at = None
    dave.get(dave.page.url)
    type_password(dave, DAVE, DAVES)
    give_code(dave)
    assert dave.page.h1 == "Change your password"
    choose(dave, NEW)
    dave.click("Back to Northwind Library")
    type_password(dave, DAVE, NEW)
    give_code(dave)
    assert dave.page.url == f"{site}/loans/?sort=due"
    assert not is_password_of(site, DAVE, DAVES)


def test_the_mail_still_comes_first(dave):
    first = next(form for form in dave.page.forms if form.action.startswith("/account/change"))
    assert first.button_texts == ["Send me a link"]


def test_without_it_he_may_not(site, tenant, dave, later):
    """A tenant that does not honour `acr_values`: what comes back says nothing of a second factor."""
    later(seconds=301)
    dave.get(dave.page.url)
    tenant.plan(mfa_at_login=False, mfa_for_acr_values=False)
    dave.submit("Change password")
    type_password(dave, DAVE, DAVES)
    assert dave.page.h1 == "This needs a link by e-mail"
    assert count(tenant, TICKETS) == 0


def test_asking_for_it_can_be_taken_out_in_the_browser_and_then_proves_nothing(site, tenant, dave, later):
    later(seconds=301)
    dave.get(dave.page.url)
    tenant.plan(mfa_at_login=False)
    dave.stop_at = f"{tenant.base_url}/authorize"
    dave.submit("Change password")
    url, dave.stop_at = dave.page.url, None
    dave.get(url.replace("acr_values=", "ignored="))
    type_password(dave, DAVE, DAVES)
    assert dave.page.h1 == "This needs a link by e-mail"
    assert count(tenant, TICKETS) == 0


def test_a_session_of_the_password_alone_is_offered_the_mail(site, tenant, browser, breach):
    sign_in(browser, f"{site}/loans/", DAVE, DAVES)
    breach()
    browser.get(f"{site}/loans/")
    buttons = [button for form in browser.page.forms for button in form.button_texts]
    assert "Send me a link" in buttons
    assert not {"Choose a new password", "Change password", "Sign in again"} & set(buttons)


def test_a_second_factor_that_appears_only_after_the_breach_proves_nothing(site, tenant, browser, breach, give_code):
    """Whoever knows the leaked password may have enrolled one of their own since."""
    sign_in(browser, f"{site}/account/", DAVE, DAVES)
    page = browser.page
    breach()
    browser.page = page
    browser.submit("Change password")
    type_password(browser, DAVE, DAVES)
    give_code(browser)
    assert browser.page.h1 == "This needs a link by e-mail"
    assert count(tenant, TICKETS) == 0
    tenant.plan(mfa_at_login=True)
    other = Browser()
    sign_in(other, f"{site}/account/", DAVE, DAVES)
    give_code(other)
    assert "Send me a link" in [button for form in other.page.forms for button in form.button_texts]
    assert "Change password" not in [button for form in other.page.forms for button in form.button_texts]


def test_without_a_breach_one_factor_is_enough(site, tenant, browser, later):
    sign_in(browser, f"{site}/account/", DAVE, DAVES)
    browser.submit("Change password")
    type_password(browser, DAVE, DAVES)
    assert browser.page.h1 == "Change your password"


def test_the_hosted_page_may_ask_for_it_too(site, tenant, browser, give_code):
    tenant.plan(mfa_at_password_reset=True)
    sign_in(browser, f"{site}/account/", DAVE, DAVES)
    browser.submit("Change password")
    type_password(browser, DAVE, DAVES)
    give_code(browser)
    choose(browser, NEW)
    browser.click("Back to Northwind Library")
    type_password(browser, DAVE, NEW)
    assert browser.page.h1 == "Your account"
