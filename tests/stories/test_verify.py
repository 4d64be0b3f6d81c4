"""Between the link and the new password: the site asks something of its own, and its Action in the tenant minds the
answer. Whoever has a second factor, and whoever tries to come past: `test_deployed_reset`."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.core import mail

from tests.stories.people import ALICE, ALICES, DAVE, DAVES, NEW, choose, is_password_of, sign_in
from tests.support.browser import Browser
from tests.support.deployed import deployed  # noqa: F401 - a fixture
from tests.tenant.application import LOGIN, Application
from tests.unit import verifiers

pytestmark = pytest.mark.story
ASKED, FORM = "Before you choose a new password", "Change your password"


@pytest.fixture
def app(site, tenant, deployed) -> Application:  # noqa: F811 - the fixture
    """Alice has been here; she is asked for a code from her second mailbox."""
    deployed(RESET_VERIFIER="tests.unit.verifiers.PhoneBook", HANDOVER_SECRET=[])
    sign_in(Browser(), f"{site}/account/", ALICE, ALICES)
    return Application(tenant)


@pytest.fixture(autouse=True)
def second_mailboxes(monkeypatch):
    class Everybodys(dict):
        def get(self, _name, _default=""):
            return "second@work.example"

    monkeypatch.setattr(verifiers.PhoneBook, "book", Everybodys())


@pytest.fixture
def link(app, tenant) -> str:
    return app.ticket(tenant.user(ALICE)["user_id"], client_id=LOGIN[0])


def the_code():
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]


def ask_for_the_code(browser, link):
    browser.get(link)
    assert browser.page.h1 == ASKED
    browser.submit("Send the code")


def go_back(browser):
    """As without scripts: by the button."""
    assert browser.page.h1 == "Choose the new password"
    browser.submit("Go on")


def test_passed(site, tenant, link):
    alice = Browser()
    ask_for_the_code(alice, link)
    alice.submit("Go on", code=the_code())
    go_back(alice)
    assert alice.page.h1 == FORM
    choose(alice, NEW)
    assert alice.page.h1 == "Password changed"
    assert is_password_of(site, ALICE, NEW)


def test_the_mailed_link_too(site, tenant, app):
    alice = Browser()
    alice.get(f"{site}/account/forgot/")
    alice.submit("Send the message", email=ALICE)
    Browser(session=alice.session).get(f"{site}/account/forgot/")  # answered when the mail was asked for
    ask_for_the_code(alice, next(one for one in tenant.mails()[0]["links"] if "ticket=" in one))
    alice.submit("Go on", code=the_code())
    go_back(alice)
    assert alice.page.h1 == FORM


def test_signed_in_meanwhile(site, tenant, link):
    alice = Browser()
    sign_in(alice, f"{site}/loans/", ALICE, ALICES)
    ask_for_the_code(alice, link)
    alice.submit("Go on", code=the_code())
    go_back(alice)
    assert alice.page.h1 == FORM


def test_refused(site, tenant, link, configure):
    """The people of the library have switched Alice off: the tenant says so in their words."""
    configure(RESET_VERIFIER="auth0_password.services.verifiers.ActiveHere")
    get_user_model().objects.filter(email=ALICE).update(is_active=False)
    before, alice = tenant.user(ALICE), Browser()
    alice.get(link)
    alice.submit("Go on")
    assert alice.page.h1 == "No new password for now"
    alice.submit("Back to the sign-in service")
    assert alice.page.status == 403
    assert "This account is switched off." in alice.page.visible_text
    assert tenant.user(ALICE) == before


def test_opened_by_somebody_else(site, tenant, link):
    """Dave is signed in at the site; the link that he was sent is Alice's."""
    dave = Browser()
    sign_in(dave, f"{site}/loans/", DAVE, DAVES)
    assert dave.page.h1 == "My loans"
    dave.get(link)
    assert dave.page.status == 409
    assert "for somebody else" in dave.page.h1
    assert mail.outbox == []


def test_too_late_for_the_site(site, link, later):
    alice = Browser()
    ask_for_the_code(alice, link)
    later(minutes=17)
    alice.submit("Go on", code=the_code())
    assert (alice.page.status, alice.page.h1) == (400, "This step cannot be continued")


def test_replayed(site, tenant, link):
    """Neither page can be used twice, and an answer goes with no other flow."""
    alice = Browser()
    ask_for_the_code(alice, link)
    asked = alice.page
    alice.submit("Go on", code=the_code())
    answered = alice.page
    go_back(alice)
    assert alice.page.h1 == FORM

    alice.page = asked
    alice.submit("Go on", code=the_code())
    assert (alice.page.status, alice.page.h1) == (400, "This step cannot be continued")
    alice.page = answered
    alice.submit("Go on")
    assert alice.page.status == 400


def test_an_answer_for_another_flow(site, tenant, link):
    alice, mallory = Browser(), Browser()
    mallory.get(link)
    state = next(field.value for form in mallory.page.forms for field in form.fields if field.name == "state")
    ask_for_the_code(alice, link)
    alice.submit("Go on", code=the_code())
    mallory.page = alice.page
    mallory.submit("Go on", state=state)
    assert mallory.page.status == 403
    assert "could not be verified" in mallory.page.visible_text
