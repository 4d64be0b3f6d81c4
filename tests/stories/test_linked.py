"""Erin and Frank can sign in with Google, too: one account, and a sign-in does not say who knows the password."""

from __future__ import annotations

import pytest

from auth0_password.services import require_reset
from tests.stories.people import (
    ERIN,
    ERINS,
    FRANK,
    NEW,
    TICKETS,
    choose_with_link,
    count,
    is_password_of,
    mails_to,
    newest_link,
    sign_in,
    sign_in_with_google,
    type_password,
)
from tests.support.browser import Browser

pytestmark = pytest.mark.story

FRANKS, AMBER = "frank.adeyemi@example.org", "Amber-Railway-63!"
ERINS_GOOGLE, FRANKS_GOOGLE = "Erin W. erin.walsh@example.org", "Frank Adeyemi frank@example.com"


def buttons(browser: Browser) -> set[str]:
    return {button for form in browser.page.forms for button in form.button_texts}


@pytest.fixture
def frank(site, tenant, browser) -> Browser:
    """His account is Google's; the database identity is the second one, with an address of its own."""
    sign_in_with_google(browser, f"{site}/account/", FRANKS_GOOGLE)
    assert browser.page.h1 == "Your account"
    return browser


@pytest.mark.parametrize("by_google", [False, True])
def test_erins_page_offers_the_mail_and_says_why(site, tenant, browser, by_google):
    if by_google:
        sign_in_with_google(browser, f"{site}/account/", ERINS_GOOGLE)
    else:
        sign_in(browser, f"{site}/account/", ERIN, ERINS)
    text = browser.page.visible_text
    assert "E-mail and password, or an account that is linked to it" in text
    assert "leaves your other way to sign in as it is" in text
    assert "you can sign in here in several ways" in text
    assert "Send a link" in buttons(browser)
    assert not {"Change password", "Choose a new password"} & buttons(browser)


@pytest.mark.parametrize("path", ["change/email/", "change/sign-in-again/", "change/ticket/"])
def test_carol_has_no_password_here_whatever_she_sends(site, tenant, browser, path):
    sign_in_with_google(browser, f"{site}/account/", "Carol Singh carol@example.com")
    [form] = [form for form in browser.page.forms if form.has_button("Sign out")]
    form.action = f"/account/{path}"
    browser.submit("Sign out")
    assert (browser.page.h1, browser.page.status) == ("Your password is not kept here", 403)
    assert (tenant.mails(), count(tenant, TICKETS)) == ([], 0)


@pytest.mark.parametrize("by_google", [False, True])
def test_however_fresh_no_sign_in_of_hers_gets_a_ticket(site, tenant, browser, by_google, django_user_model):
    """Not even one that the page never offered."""
    sign_in(browser, f"{site}/account/", ERIN, ERINS)
    [form] = [form for form in browser.page.forms if form.has_button("Send a link")]
    form.action = "/account/change/sign-in-again/"
    browser.submit("Send a link")
    assert browser.page.h1 == "Welcome"
    if by_google:  # the demand for the database connection can be taken out in the browser
        browser = Browser()
        sign_in_with_google(browser, f"{site}/account/", ERINS_GOOGLE)
        [form] = [form for form in browser.page.forms if form.has_button("Send a link")]
        form.action = "/account/change/ticket/"
        browser.submit("Send a link")
    else:
        type_password(browser, ERIN, ERINS)
    assert (browser.page.h1, browser.page.status) == ("This needs a link by e-mail", 403)
    assert count(tenant, TICKETS) == 0


def test_erin_changes_by_mail_and_google_stays(site, tenant, browser, later):
    """Auth0 ends the sessions of the identity that changed; here all older ones end, for a read does not say which."""
    google = Browser()
    sign_in_with_google(google, f"{site}/loans/", ERINS_GOOGLE)
    later(seconds=30)
    sign_in(browser, f"{site}/account/", ERIN, ERINS)
    browser.submit("Send a link")
    assert "e••@example.com" in browser.page.visible_text
    choose_with_link(tenant, ERIN)
    browser.submit("I have changed it: check now")
    browser.submit("Sign in")
    type_password(browser, ERIN, NEW)
    assert browser.page.h1 == "Your account"
    assert not is_password_of(site, ERIN, ERINS)

    google.get(f"{site}/loans/")
    assert google.page.h1 == "Sign in again"
    google.submit("Sign in")  # through Google's session at the tenant, which is older: asked once more
    assert google.page.h1 == "Welcome"
    google.submit("Continue with Google (stand-in)")
    assert google.page.h1 == "My loans"


def test_erin_must_change(site, tenant, browser, django_user_model):
    sign_in(browser, f"{site}/loans/", ERIN, ERINS)
    require_reset(django_user_model.objects.get(email=ERIN), reason="administrator")
    browser.get(f"{site}/loans/")
    assert browser.page.h1 == "Choose a new password"
    assert "Send me a link" in buttons(browser)
    assert "Choose a new password" not in buttons(browser)


def test_franks_link_goes_to_the_address_of_the_password(site, tenant, frank):
    assert "Google, or e-mail and password" in frank.page.visible_text
    assert "It goes to the address that belongs to the password." in frank.page.visible_text
    frank.submit("Send a link")
    assert "f••@example.org" in frank.page.visible_text
    assert FRANKS not in frank.page.visible_text
    assert (len(mails_to(tenant, FRANKS)), len(mails_to(tenant, FRANK))) == (1, 0)
    assert "/u/reset-verify" in newest_link(tenant, FRANKS)


def test_frank_chooses_and_signs_in_with_it(site, tenant, frank, later):
    later(seconds=30)  # his session at the tenant is older than the change, and not enough to come back
    frank.submit("Send a link")
    choose_with_link(tenant, FRANKS)
    frank.submit("I have changed it: check now")
    assert frank.page.h1 == "Sign in again"
    frank.submit("Sign in")
    type_password(frank, FRANKS, NEW)
    assert frank.page.h1 == "Your account"
    assert not is_password_of(site, FRANKS, AMBER)


def test_frank_has_a_password_here_so_it_can_be_required(site, tenant, frank, django_user_model):
    require_reset(django_user_model.objects.get(email=FRANK), reason="breach")
    frank.get(f"{site}/loans/")
    assert frank.page.h1 == "Choose a new password"
    frank.submit("Send me a link")
    choose_with_link(tenant, FRANKS)
    frank.submit("I have changed it: check now")
    assert frank.page.h1 == "Sign in again"
