"""Alice, Carol, Dave and Grace, over plain HTTP."""

from __future__ import annotations

import re

import pytest

from auth0_password.models import PasswordState, ResetRequirement
from tests.stories.people import (
    ALICE,
    ALICES,
    BOB,
    DAVE,
    GRACE,
    GRACES,
    NEW,
    choose,
    open_page,
    sign_in,
    type_password,
)
from tests.support.browser import Browser

pytestmark = pytest.mark.story


def test_alice_has_nothing_to_do(site, browser):
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    assert browser.page.h1 == "My loans"
    browser.get(f"{site}/account/")
    assert browser.page.h1 == "Your account"
    assert re.search(r"last changed 14 Mar 2026, \d+ (months?|years?) ago", browser.page.visible_text)
    browser.get(f"{site}/account/required/?next=/loans/")
    assert browser.page.h1 == "My loans"


def test_alice_changes_it_when_she_likes(site, browser, tenant):
    other = Browser()
    for one in (browser, other):
        sign_in(one, f"{site}/loans/", ALICE, ALICES)
    browser.get(f"{site}/account/")
    browser.submit("Change password")
    assert browser.page.h1 == "Welcome"
    type_password(browser, ALICE, ALICES)
    choose(browser, NEW)
    browser.click("Back to Northwind Library")
    type_password(browser, ALICE, NEW)
    assert browser.page.h1 == "Your account"
    assert "last changed today at" in browser.page.visible_text


def test_a_change_elsewhere_ends_old_sessions_at_the_next_sign_in(site, browser):
    """Nobody tells the site; the second sign-in after the change is read, and the old session is over."""
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    elsewhere = Browser()
    sign_in(elsewhere, f"{site}/loans/", ALICE, ALICES)  # leaves a hint: read soon
    forget_and_reset(elsewhere, site, ALICE)
    sign_in(Browser(), f"{site}/loans/", ALICE, NEW)
    browser.get(f"{site}/loans/")
    assert browser.page.h1 == "Sign in again"


def test_carol_is_told_where_her_password_lives(site, browser, tenant):
    open_page(browser, f"{site}/account/")
    browser.submit("Continue with Google (stand-in)")
    browser.submit("Carol Singh carol@example.com")
    assert browser.page.h1 == "Your account"
    assert "This site has no password of yours" in browser.page.visible_text
    assert "Google" in browser.page.visible_text
    assert not any(form.has_button("Change password") for form in browser.page.forms)
    assert PasswordState.objects.get().password_home == "elsewhere"


def test_dave_has_forgotten_his(site, browser, tenant):
    open_page(browser, f"{site}/loans/")
    forget_and_reset(browser, site, DAVE)
    open_page(browser, f"{site}/loans/")
    type_password(browser, DAVE, NEW)
    assert browser.page.h1 == "My loans"


def test_grace_requires_a_new_password_of_alice(site, browser, tenant):
    alice = Browser()
    sign_in(alice, f"{site}/loans/", ALICE, ALICES)
    require_of(browser, site, ALICE)
    browser.submit("Require a new password of 1 user")
    assert "1 user must choose a new password." in browser.page.visible_text

    alice.get(f"{site}/loans/?sort=due")
    assert alice.page.h1 == "Choose a new password"
    assert "Asked for by Grace Okafor, today at" in alice.page.visible_text

    alice.submit("Choose a new password")
    choose(alice, NEW)
    alice.click("Back to Northwind Library")
    type_password(alice, ALICE, NEW)
    assert alice.page.url == f"{site}/loans/?sort=due"
    assert ResetRequirement.objects.get().status == "changed"


def test_carol_cannot_be_required_to(site, browser, tenant):
    carol = Browser()
    open_page(carol, f"{site}/loans/")
    carol.submit("Continue with Google (stand-in)")
    carol.submit("Carol Singh carol@example.com")
    require_of(browser, site, "carol@example.com")
    assert "Skipped: The password lives with another provider. carol" in browser.page.visible_text
    assert not browser.page.forms[-1].has_button("Require a new password of 1 user")
    carol.get(f"{site}/loans/")
    assert carol.page.h1 == "My loans"


def test_somebody_flagged_before_their_first_sign_in_is_met_at_the_door(site, browser, tenant, django_user_model):
    """An administrator may require it of a user whom the site knows only from an import."""
    assert tenant.user(BOB)["app_metadata"]["needsPasswordReset"] is True
    sign_in(browser, f"{site}/loans/", BOB, "Temporary-2026!")
    assert browser.page.h1 == "Choose a new password"


def require_of(grace: Browser, site: str, email: str) -> None:
    """Grace, in Django's admin: select one user, choose the action; its page asks once more."""
    sign_in(grace, f"{site}/admin/auth/user/", GRACE, GRACES)
    user = PasswordState.objects.get(user__email=email).user_id
    grace.submit("index", action="require_new_password", _selected_action=str(user))


def forget_and_reset(browser: Browser, site: str, email: str) -> None:
    """ "Forgot password?" on the tenant's page, the mail, a new password."""
    if browser.page.h1 != "Welcome":
        browser.submit("Sign out")
        open_page(browser, f"{site}/loans/")
    browser.click("Forgot password?")
    browser.submit(email=email)
    assert browser.page.h1 == "Check your email"
    tenant_url = browser.page.url.split("/u/")[0]
    browser.get(f"{tenant_url}/inbox")
    browser.get(reset_link(tenant_url))
    choose(browser, NEW)


def reset_link(tenant_url: str) -> str:
    import requests

    mails = requests.get(f"{tenant_url}/_control/mails", timeout=5).json()["mails"]
    return next(link for link in mails[0]["links"] if "ticket=" in link)
