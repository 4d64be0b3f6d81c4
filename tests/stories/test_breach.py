"""Heidi's password leaked. Whoever knows it gets nowhere with it; she chooses a new one through her mailbox."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings

from auth0_password.models import ResetRequirement
from auth0_password.services import require_reset
from tests.stories.people import (
    HEIDI,
    HEIDIS,
    NEW,
    TICKETS,
    choose,
    choose_with_link,
    count,
    is_password_of,
    mails_to,
    sign_in,
    type_password,
)
from tests.support.browser import Browser

pytestmark = pytest.mark.story


@pytest.fixture
def heidi(site, tenant, django_user_model):
    """She signed in once; since then her password has been found in a breach."""
    sign_in(Browser(), f"{site}/loans/", HEIDI, HEIDIS)
    user = django_user_model.objects.get(email=HEIDI)
    require_reset(user, reason="breach")
    return user


@pytest.fixture
def attacker(site, heidi) -> Browser:
    """Somebody who knows the leaked password, and has just signed in with it."""
    browser = Browser()
    sign_in(browser, f"{site}/loans/", HEIDI, HEIDIS)
    assert browser.page.h1 == "Choose a new password"
    return browser


def post(browser: Browser, site: str, path: str, **fields: str):
    """What a hand-made form would send."""
    token = browser.cookie(django_settings.CSRF_COOKIE_NAME)
    data = {"csrfmiddlewaretoken": token, **fields}
    return browser.session.post(f"{site}{path}", data, headers={"Origin": site}, allow_redirects=False, timeout=10)


def test_the_page_says_why_and_offers_the_mail_first(attacker):
    text = attacker.page.visible_text
    assert "may be known to others" in text
    assert "proves nothing" in text
    buttons = [button for form in attacker.page.forms for button in form.button_texts]
    assert "Send me a link" in buttons
    assert not {"Choose a new password", "Sign in again", "Change password"} & set(buttons)


def test_the_leaked_password_gets_no_ticket_however_it_is_asked_for(site, tenant, attacker):
    answer = post(attacker, site, "/account/change/ticket/")
    assert (answer.status_code, "This needs a link by e-mail" in answer.text) == (403, True)
    answer = post(attacker, site, "/account/change/ticket/", tab="1")
    assert answer.status_code == 403

    answer = post(attacker, site, "/account/change/sign-in-again/")
    attacker.get(answer.headers["location"])
    type_password(attacker, HEIDI, HEIDIS)
    assert attacker.page.h1 == "This needs a link by e-mail"
    attacker.click("Go back")
    assert attacker.page.h1 == "Choose a new password"
    assert any(form.has_button("Send me a link") for form in attacker.page.forms)
    assert count(tenant, TICKETS) == 0


def test_the_mail_goes_to_her_and_the_page_that_waits_stays_shut(site, tenant, attacker, later_here):
    """The attacker asks, and waits on the page; she uses the link. He may sign in with what he does not know."""
    attacker.submit("Send me a link")
    assert "h••@example.com" in attacker.page.visible_text
    [mail] = tenant.mails()
    assert mail["to"] == HEIDI
    waiting = attacker.page.url
    choose_with_link(tenant, HEIDI)

    later_here(seconds=31)
    attacker.get(waiting)
    assert attacker.page.h1 == "Sign in again"
    attacker.submit("Sign in")
    assert attacker.page.h1 == "Welcome"
    type_password(attacker, HEIDI, HEIDIS)
    assert "Wrong email or password" in attacker.page.visible_text
    for path in ("/loans/", "/account/", "/account/waiting/", "/account/required/"):
        attacker.get(site + path)
        assert "Heidi" not in attacker.page.visible_text, path


def test_the_owner_uses_the_mail_and_his_session_is_over(site, tenant, attacker, heidi):
    owner = Browser()
    sign_in(owner, f"{site}/loans/?sort=due", HEIDI, HEIDIS)
    owner.submit("Send me a link")
    owner.get(next(link for link in mails_to(tenant, HEIDI)[0]["links"] if "ticket=" in link))
    choose(owner, NEW)
    owner.click("Back to Northwind Library")
    type_password(owner, HEIDI, NEW)
    assert owner.page.url == f"{site}/loans/?sort=due"

    attacker.get(f"{site}/loans/")
    assert attacker.page.h1 == "Sign in again"
    assert ResetRequirement.objects.get(user=heidi).status == "changed"
    assert not is_password_of(site, HEIDI, HEIDIS)


def test_the_sign_in_page_is_no_way_round(site, tenant, attacker):
    """ "Forgot password?" there sends the mail to her, too; signing in again opens nothing."""
    attacker.submit("Open the sign-in page")
    assert attacker.page.h1 == "Welcome"
    login = attacker.page
    attacker.click("Forgot password?")
    attacker.submit(email=HEIDI)
    assert [mail["to"] for mail in tenant.mails()] == [HEIDI]
    attacker.page = login
    type_password(attacker, HEIDI, HEIDIS)
    assert attacker.page.h1 == "Choose a new password"
    assert count(tenant, TICKETS) == 0


def test_a_fresh_sign_in_from_before_the_flag_counts_no_more(site, tenant, django_user_model):
    """He was on the page of an ordinary requirement, with a fresh proof in hand, when the breach became known."""
    browser = Browser()
    sign_in(browser, f"{site}/loans/", HEIDI, HEIDIS)
    user = django_user_model.objects.get(email=HEIDI)
    require_reset(user, reason="administrator")
    browser.get(f"{site}/loans/")
    assert any(form.has_button("Choose a new password") for form in browser.page.forms)
    require_reset(user, reason="breach")
    browser.submit("Choose a new password")
    assert browser.page.h1 == "This needs a link by e-mail"
    assert count(tenant, TICKETS) == 0


def test_a_link_made_before_the_flag_is_voided_by_the_mail(site, tenant, django_user_model):
    """What Auth0 already handed out it alone can take back: a newer link does."""
    browser = Browser()
    sign_in(browser, f"{site}/account/", HEIDI, HEIDIS)
    browser.submit("Change password")
    type_password(browser, HEIDI, HEIDIS)
    link = browser.page.url
    assert "/u/reset-verify" in link
    require_reset(django_user_model.objects.get(email=HEIDI), reason="breach")
    owner = Browser()
    sign_in(owner, f"{site}/loans/", HEIDI, HEIDIS)
    owner.submit("Send me a link")
    assert Browser().get(link).h1 != "Change your password"


def test_where_no_link_can_be_sent_people_are_told_whom_to_ask(site, tenant, reseed, browser, django_user_model):
    def edit(seed):
        seed["connections"][0]["options"]["disable_self_service_change_password"] = True

    reseed(edit)
    sign_in(browser, f"{site}/loans/", HEIDI, HEIDIS)
    require_reset(django_user_model.objects.get(email=HEIDI), reason="breach")
    browser.get(f"{site}/loans/")
    assert "no way to a new password from here at the moment" in browser.page.visible_text
    assert any(form.has_button("Check now") for form in browser.page.forms)
