"""A link by e-mail, over plain HTTP: asked for from the profile, or by somebody who must choose a new password."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings

from auth0_password.models import ResetRequirement
from tests.stories.people import (
    ALICE,
    ALICES,
    BOB,
    MAILS,
    NEW,
    TEMPORARY,
    choose,
    choose_with_link,
    count,
    is_password_of,
    mails_to,
    newest_link,
    sign_in,
    type_password,
)
from tests.support.browser import Browser

pytestmark = pytest.mark.story


@pytest.fixture
def alice(site, tenant, browser) -> Browser:
    """Alice on her account page."""
    sign_in(browser, f"{site}/account/", ALICE, ALICES)
    return browser


def test_alice_gets_a_link_and_uses_it_on_her_phone(site, tenant, alice):
    elsewhere = Browser()
    sign_in(elsewhere, f"{site}/loans/", ALICE, ALICES)
    alice.submit("Send a link")
    assert alice.page.h1 == "Check your mail"
    assert "a••@example.com" in alice.page.visible_text
    assert ALICE not in alice.page.visible_text
    choose_with_link(tenant, ALICE)

    alice.submit("I have changed it: check now")
    assert alice.page.h1 == "Sign in again"
    assert "Your password was changed. Sign in with the new one." in alice.page.visible_text
    alice.get(f"{site}/loans/")
    assert alice.page.h1 == "Welcome"
    type_password(alice, ALICE, NEW)
    assert alice.page.h1 == "My loans"

    assert len(mails_to(tenant, ALICE)) == 1
    assert not is_password_of(site, ALICE, ALICES)
    elsewhere.get(f"{site}/loans/")
    assert elsewhere.page.h1 == "Sign in again"


def test_the_same_browser_opens_the_mail(site, tenant, alice):
    """The last page's button leads to signing in, and from there to where she was."""
    alice.submit("Send a link")
    alice.get(newest_link(tenant, ALICE))
    choose(alice, NEW)
    alice.click("Back to Northwind Library")
    assert alice.page.h1 == "Welcome"
    type_password(alice, ALICE, NEW)
    assert (alice.page.h1, alice.page.url) == ("Your account", f"{site}/account/")
    assert "last changed today at" in alice.page.visible_text


def test_a_phone_without_a_session_here(site, tenant, alice):
    """There the last page's button leads to the sign-in page, for nobody is waiting there."""
    alice.submit("Send a link")
    phone = choose_with_link(tenant, ALICE)
    phone.click("Back to Northwind Library")
    assert phone.page.h1 == "Welcome"
    type_password(phone, ALICE, NEW)
    assert phone.page.h1 == "Your account"
    alice.get(alice.page.url)
    assert alice.page.h1 == "Sign in again"


def test_the_page_that_waits_goes_on_by_itself(tenant, alice, later_here):
    """Without scripts it reloads itself; each time it may look, it looks."""
    alice.submit("Send a link")
    assert alice.page.refresh == 30
    waiting = alice.page.url
    alice.get(waiting)
    assert (alice.page.h1, alice.page.refresh) == ("Check your mail", 30)
    choose_with_link(tenant, ALICE)
    later_here(seconds=31)
    alice.get(waiting)
    assert alice.page.h1 == "Sign in again"


def test_after_a_quarter_of_an_hour_it_asks_to_be_asked(tenant, alice, later_here):
    alice.submit("Send a link")
    later_here(seconds=901)
    tenant.clear_requests()
    alice.get(alice.page.url)
    assert alice.page.refresh is None
    assert "stopped looking by itself" in alice.page.visible_text
    assert tenant.requests() == []
    choose_with_link(tenant, ALICE)
    alice.submit("I have changed it: check now")
    assert alice.page.h1 == "Sign in again"


def test_bob_is_required_and_takes_the_mail(site, tenant, browser):
    sign_in(browser, f"{site}/loans/?sort=due", BOB, TEMPORARY)
    browser.submit("Send a link")
    assert browser.page.h1 == "Check your mail"
    waiting = browser.page.url
    browser.get(f"{site}/loans/")
    assert browser.page.h1 == "Choose a new password"
    browser.get(waiting)
    choose_with_link(tenant, BOB)
    browser.submit("I have changed it: check now")
    assert browser.page.h1 == "Sign in again"
    browser.submit("Sign in")
    type_password(browser, BOB, NEW)
    assert (browser.page.h1, browser.page.url) == ("My loans", f"{site}/loans/?sort=due")
    assert ResetRequirement.objects.get().status == "changed"


def test_asking_for_a_mail_is_no_evidence(site, tenant, browser):
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    browser.submit("Send a link")
    browser.submit("I have changed it: check now")
    assert "shows no new password yet" in browser.page.visible_text
    browser.get(f"{site}/loans/")
    assert browser.page.h1 == "Choose a new password"
    assert ResetRequirement.objects.get().status == "open"


def test_going_back_keeps_where_bob_was_going(site, tenant, browser):
    sign_in(browser, f"{site}/loans/?sort=due", BOB, TEMPORARY)
    browser.submit("Send a link")
    browser.click("Go back")
    assert browser.page.h1 == "Choose a new password"
    assert "You wanted to open /loans/?sort=due" in browser.page.visible_text


def test_another_link_makes_the_older_one_useless(site, tenant, alice):
    alice.submit("Send a link")
    older = newest_link(tenant, ALICE)
    assert "Another one makes the older one useless." in alice.page.visible_text
    alice.submit("Send another link")
    assert alice.page.h1 == "Check your mail"
    assert len(mails_to(tenant, ALICE)) == 2
    assert Browser().get(older).h1 != "Change your password"
    assert is_password_of(site, ALICE, ALICES)
    choose_with_link(tenant, ALICE)
    alice.submit("I have changed it: check now")
    assert alice.page.h1 == "Sign in again"


def test_nobody_is_waiting(site, alice):
    """The page is there only for whoever asked for something."""
    alice.get(f"{site}/account/waiting/")
    assert alice.page.url == f"{site}/account/"


def test_signing_out_ends_the_wait(site, tenant, alice):
    alice.submit("Send a link")
    alice.submit("Sign out")
    alice.get(f"{site}/account/waiting/")
    assert alice.page.h1 != "Check your mail"


class TestCodes:
    """A tenant whose message carries a code beside the link."""

    @pytest.fixture(autouse=True)
    def by_code(self, reseed):
        def edit(seed):
            seed["connections"][0]["options"]["attributes"] = {"email": {"verification_method": "otp"}}

        reseed(edit)

    def test_the_pages_speak_of_a_code(self, site, tenant, alice):
        assert "Get a code by e-mail" in alice.page.visible_text
        alice.submit("Send a code")
        assert "A code is on its way to a••@example.com" in alice.page.visible_text
        assert any(form.has_button("Send another code") for form in alice.page.forms)
        phone = Browser()
        phone.get(newest_link(tenant, ALICE))
        code = next(word for word in mails_to(tenant, ALICE)[0]["text"].split() if word.isdigit())
        phone.submit("Reset password", code=code, newPassword=NEW, confirmNewPassword=NEW)
        assert phone.page.h1 == "Password changed"
        alice.submit("I have changed it: check now")
        assert alice.page.h1 == "Sign in again"

    def test_bobs_page_too(self, site, tenant, browser, configure):
        configure(WAYS=["email_link"])
        sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
        browser.submit("Send me a code")
        assert browser.page.h1 == "Check your mail"


class TestNotToday:
    """What the tenant may answer instead of sending."""

    def refused(self, browser, title, status):
        assert (browser.page.h1, browser.page.status) == (title, status)
        assert "Nothing was changed." in browser.page.visible_text

    def test_bot_detection_wants_to_see_a_person(self, site, tenant, alice):
        tenant.plan(challenge_password_reset_policy="always")
        alice.submit("Send a link")
        self.refused(alice, "Ask for the link on the sign-in page", 409)
        assert tenant.mails() == []
        alice.submit("Open the sign-in page")
        assert alice.page.h1 == "Welcome"
        assert ("Forgot password?", True) in [(text, bool(url)) for text, url in alice.page.links]

    def test_self_service_switched_off_is_not_offered(self, site, tenant, reseed, browser):
        def edit(seed):
            seed["connections"][0]["options"]["disable_self_service_change_password"] = True

        reseed(edit)
        sign_in(browser, f"{site}/account/", ALICE, ALICES)
        assert "Not open: the sign-in service sends no links." in browser.page.visible_text
        assert not any(form.has_button("Send a link") for form in browser.page.forms)
        assert any(form.has_button("Change password") for form in browser.page.forms)
        token = browser.cookie(django_settings.CSRF_COOKIE_NAME)
        answer = browser.session.post(
            f"{site}/account/change/email/", {"csrfmiddlewaretoken": token}, headers={"Origin": site}
        )
        assert answer.status_code == 409
        assert "No link can be sent" in answer.text
        assert tenant.mails() == []

    @pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}, {"status": 503}])
    def test_the_tenant_cannot_be_reached(self, tenant, alice, fault):
        """Where the request itself may have arrived, the mail may well be on its way: then the page waits."""
        tenant.faults([{"method": "GET", "path": "/api/v2/users/.*", "times": 1, **fault}])
        alice.submit("Send a link")
        self.refused(alice, "We could not reach the sign-in service", 503)
        assert count(tenant, MAILS) == 0

    @pytest.mark.parametrize("sent", [True, False])
    def test_of_an_answer_that_was_lost_nothing_is_claimed(self, tenant, alice, sent):
        tenant.faults([{"method": "POST", "path": MAILS, "times": 1, "drop": True, "after_apply": sent}])
        alice.submit("Send a link")
        assert alice.page.h1 == "Check your mail"
        assert "did not hear whether it was sent" in alice.page.visible_text
        assert "is on its way" not in alice.page.visible_text
        assert len(mails_to(tenant, ALICE)) == sent
        tenant.clear_faults()
        alice.submit("Send another link")
        assert "A link is on its way to a••@example.com" in alice.page.visible_text

    def test_a_site_that_does_not_name_the_mail_has_no_such_page(self, site, alice, configure):
        page = alice.page
        configure(WAYS=["reauthenticate"])
        alice.submit("Send a link")
        assert alice.page.status == 404
        alice.page = page
        configure(WAYS=["email_link"])
        alice.submit("Change password")
        assert alice.page.status == 404
        alice.get(f"{site}/account/forgot/")
        assert alice.page.h1 == "Forgot your password?"
        configure(WAYS=["reauthenticate"])
        alice.get(f"{site}/account/forgot/")
        assert alice.page.status == 404
