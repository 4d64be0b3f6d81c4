"""The tenant has this site's Actions, as `auth0_deploy --apply` puts them there: what people see, in Chromium."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from auth0_password.models import PasswordChange, PasswordState
from auth0_password.services import reconcile, require_reset
from tests.browser.inspection import inspect
from tests.browser.test_stories import give_code
from tests.stories.people import (
    ALICE,
    ALICES,
    BOB,
    DAVE,
    DAVES,
    HEIDI,
    HEIDIS,
    NEW,
    TEMPORARY,
    TICKETS,
    arrived,
    count,
    is_password_of,
    mails_to,
    newest_link,
    sign_in,
)
from tests.stories.test_verify import second_mailboxes  # noqa: F401 - a fixture
from tests.support.browser import Browser
from tests.support.deployed import deployed  # noqa: F401 - a fixture
from tests.tenant.actions.deploying import Deployer
from tests.tenant.application import Application

WANTED = "/loans/?sort=due"
HANDED_OVER, AT_THE_TENANT, STOPPED = "Choose the new password", "Change your password", "A new password is needed"


@pytest.fixture
def comes_as_bob(site):
    """To his loans, by his temporary password; until he is back at the site."""

    def come(person):
        person.arrive(site + WANTED, BOB, TEMPORARY)

    return come


def without_scripts(person):
    return "no-scripts" in person.name


def goes_over(person):
    """From the hand-over to the tenant's page: by itself, or by its button where scripts are off."""
    if without_scripts(person):
        assert person.h1 == HANDED_OVER
        person.glance("handover")
        person.press("Go on")
    person.page.wait_for_url(re.compile("/u/reset"))
    assert person.h1 == AT_THE_TENANT


def comes_back(person, email):
    """From the tenant's last page, with the new password."""
    person.choose(NEW)
    assert person.h1 == "Password changed"
    person.follow("Back to Northwind Library")
    person.sign_in(email, NEW)


def is_in_with_the_new_one(site, tenant, person):
    assert (person.h1, person.page.url) == ("My loans", site + WANTED)
    assert tenant.user(BOB)["app_metadata"]["needsPasswordReset"] is False
    assert is_password_of(site, BOB, NEW)
    assert not is_password_of(site, BOB, TEMPORARY)


def is_not_in(site, person):
    person.page.goto(f"{site}/loans/")
    assert person.h1 == "Sign in to go on"


def without_going_on(person):
    """The page that goes on by itself stays, for somebody to look at it."""
    nothing = {"body": "", "content_type": "text/javascript"}
    person.page.route("**/verified.js", lambda route: route.fulfill(**nothing))


def test_alice_is_handed_over(site, tenant, deployed, person):  # noqa: F811 - the fixture
    """C4a: the tenant gives no code this time, but says itself, signed, that she has just typed her password."""
    deployed()
    person.arrive(f"{site}/account/", ALICE, ALICES)
    tenant.clear_requests()
    person.press("Change password")
    assert person.h1 == "Welcome"
    person.sign_in(ALICE, ALICES)
    goes_over(person)
    assert count(tenant, "/oauth/token") <= 1  # the Management API's, no code's
    assert count(tenant, TICKETS) == 1
    comes_back(person, ALICE)
    assert person.h1 == "Your account"
    assert not is_password_of(site, ALICE, ALICES)


def test_the_hand_over(site, tenant, deployed, anyone):  # noqa: F811
    deployed()
    anyone.arrive(f"{site}/account/", ALICE, ALICES)
    without_going_on(anyone)
    anyone.press("Change password")
    anyone.sign_in(ALICE, ALICES)
    assert anyone.h1 == HANDED_OVER
    inspect(anyone, "handover-member")
    assert count(tenant, TICKETS) == 0
    link = anyone.page.url
    anyone.press("Go on")
    assert anyone.h1 == AT_THE_TENANT
    anyone.page.goto(link)
    assert anyone.h1 != HANDED_OVER
    inspect(anyone, "handover-used")


def test_somebody_else_has_the_address(site, tenant, deployed, anyone, people):  # noqa: F811
    """It leaked while Alice had it before her: it is good in her browser, and in no other."""
    deployed()
    anyone.arrive(f"{site}/account/", ALICE, ALICES)
    without_going_on(anyone)
    anyone.press("Change password")
    anyone.sign_in(ALICE, ALICES)
    mallory = people("attacker")
    mallory.page.goto(anyone.page.url)
    assert mallory.h1 != HANDED_OVER
    assert count(tenant, TICKETS) == 0
    inspect(mallory, "handover-elsewhere")
    anyone.press("Go on")
    assert anyone.h1 == AT_THE_TENANT


class TestDenied:
    """F1, "deny": the tenant gives no code, and the site says what to do."""

    @pytest.fixture(autouse=True)
    def _denying(self, deployed):  # noqa: F811
        deployed(FORCE_AT="deny")

    def test_bob_is_handed_over_without_being_signed_in(self, site, tenant, comes_as_bob, person):
        comes_as_bob(person)
        assert person.h1 == STOPPED
        assert "You were not signed in" in person.text
        person.glance("denied")
        person.press("Choose a new password")
        person.sign_in(BOB, TEMPORARY)
        goes_over(person)
        comes_back(person, BOB)
        is_in_with_the_new_one(site, tenant, person)

    def test_bob_by_mail(self, site, tenant, comes_as_bob, person):
        comes_as_bob(person)
        person.follow("Send me a message")
        person.fill(email=BOB)
        person.page.locator("main button.ap-primary").click()
        arrived(tenant, BOB)
        person.page.goto(newest_link(tenant, BOB))
        comes_back(person, BOB)
        assert person.h1 in {"My loans", "Your account"}
        assert is_password_of(site, BOB, NEW)

    def test_bob_gives_up(self, site, tenant, comes_as_bob, anyone):
        comes_as_bob(anyone)
        inspect(anyone, "instructions-denied")
        is_not_in(site, anyone)
        assert "last_password_reset" not in tenant.user(BOB)

    def test_in_a_new_tab_where_no_button_leads_back(self, site, tenant, configure, comes_as_bob, anyone):
        configure(LOGIN_ROUTE=False)
        comes_as_bob(anyone)
        anyone.press("Choose a new password")
        anyone.sign_in(BOB, TEMPORARY)
        assert "opens in a new tab" in anyone.text
        inspect(anyone, "handover-tab")
        with anyone.page.expect_popup() as opened:
            anyone.press("Open the page")
        tab = opened.value
        tab.wait_for_url(re.compile("/u/reset"))
        for name in ("newPassword", "confirmNewPassword"):
            tab.fill(f"input[name={name}]", NEW)
        tab.get_by_role("button", name="Reset password").click()
        tab.get_by_role("heading", name="Password changed").wait_for()
        tab.close()
        anyone.press("Sign in with the new password")
        anyone.sign_in(BOB, NEW)
        is_in_with_the_new_one(site, tenant, anyone)


class TestMailed:
    """F1, "mail": the tenant has sent a link before Bob reads that he needs one."""

    @pytest.fixture(autouse=True)
    def _mailing(self, deployed):  # noqa: F811
        deployed(FORCE_AT="mail")

    def test_bob_uses_the_link(self, site, tenant, comes_as_bob, person):
        comes_as_bob(person)
        assert person.h1 == STOPPED
        assert "You were signed out" in person.text
        person.glance("mailed")
        first = person.page.url
        person.page.goto(newest_link(tenant, BOB))
        comes_back(person, BOB)
        assert person.h1 in {"My loans", "Your account"}
        person.page.goto(first)
        assert is_password_of(site, BOB, NEW)
        assert len(mails_to(tenant, BOB)) == 1

    def test_bob_tries_again_and_gives_up(self, site, tenant, comes_as_bob, anyone):
        """There is no new mail at each try: it would void the one before."""
        comes_as_bob(anyone)
        inspect(anyone, "instructions-mailed")
        comes_as_bob(anyone)
        assert anyone.h1 == STOPPED
        assert len(mails_to(tenant, BOB)) == 1
        is_not_in(site, anyone)


def fill_form(person, password, again=None):
    """In the tenant's form."""
    for name, value in {"new_password": password, "new_password_again": again or password}.items():
        person.page.fill(f"input[name='fields.{name}']", value)
    person.press("Save and go on")


def test_bob_chooses_inside_the_sign_in(site, tenant, deployed, person):  # noqa: F811
    """F2: a form of the tenant; what it refuses can be tried again, and then he is in without signing in once more."""
    deployed(FORCE_AT="form")
    person.page.goto(site + WANTED)
    person.press("Sign in")
    person.sign_in(BOB, TEMPORARY)
    assert person.page.url.startswith(f"{tenant.base_url}/u/form")
    person.glance("form")
    fill_form(person, "short")
    assert "too weak" in person.page.inner_text("body")
    person.glance("form-refused")
    fill_form(person, NEW)
    person.page.wait_for_url(site + WANTED)
    is_in_with_the_new_one(site, tenant, person)


def test_heidis_password_leaked_and_the_form_is_for_nobody(site, tenant, deployed, people):  # noqa: F811
    """Whoever knows it could choose the new one there. So the tenant mails her a link instead."""
    deployed(FORCE_AT="form")
    heidi, attacker = people("phone", scheme="dark"), people("attacker")
    heidi.arrive(f"{site}/loans/", HEIDI, HEIDIS)
    require_reset(PasswordState.objects.get().user, reason="breach")
    reconcile(["mirror"])
    attacker.arrive(site + WANTED, HEIDI, HEIDIS)
    assert attacker.h1 == STOPPED
    assert "Our sign-in service has sent a message" in attacker.text
    attacker.glance("form-after-a-breach")
    is_not_in(site, attacker)
    heidi.page.goto(newest_link(tenant, HEIDI))
    comes_back(heidi, HEIDI)
    assert heidi.h1 in {"My loans", "Your account"}
    assert not is_password_of(site, HEIDI, HEIDIS)


def test_dave_passes_the_site_and_his_second_factor(site, tenant, deployed, person):  # noqa: F811
    """R1: between the link and the page for the new password."""
    deployed(RESET_VERIFIER="tests.unit.verifiers.PhoneBook")
    sign_in(Browser(), f"{site}/loans/", DAVE, DAVES)
    person.page.goto(f"{site}/loans/")
    person.press("Sign in")
    person.follow("Forgot password?")
    person.fill(email=DAVE)
    person.press("Continue")
    person.page.goto(newest_link(tenant, DAVE))
    assert person.h1 == "Before you choose a new password"
    person.glance("deployed-verify")
    person.press("Send the code")
    person.fill(code=re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0])
    person.press("Go on")
    if without_scripts(person):
        person.press("Go on")
    person.page.wait_for_url(re.compile("/u/reset-password/mfa"))
    give_code(person)
    assert person.h1 == AT_THE_TENANT
    comes_back(person, DAVE)
    assert is_password_of(site, DAVE, NEW)


def test_the_phone_is_signed_out_after_the_change_at_the_desk(site, tenant, deployed, people):  # noqa: F811
    """P1: by the Action's report alone; there is no log stream, and there are no logout tokens."""
    deployed(LOG_STREAM_TOKEN=[], DEPLOY={"skip": ["back-channel-logout"]})
    tenant.pushes(hold=True)
    phone, desk = people("phone", scheme="dark"), people("desk")
    for person in (phone, desk):
        person.arrive(f"{site}/loans/", ALICE, ALICES)
    reconcile()
    desk.page.goto(f"{site}/account/")
    desk.press("Change password")
    desk.sign_in(ALICE, ALICES)
    goes_over(desk)
    desk.choose(NEW)
    PasswordState.objects.update(check_due_at=None)  # she does not come back, and nobody else asks the site to look
    phone.page.reload()
    assert phone.h1 == "My loans"
    tenant.deliver()
    assert Deployer(Application(tenant), {}).output() == "taken by 1 of 1: 204\n"
    reconcile(["check"])
    phone.page.reload()
    assert phone.h1 == "Sign in again"
    phone.glance("after-change-reported")
    assert PasswordChange.objects.count() == 1
