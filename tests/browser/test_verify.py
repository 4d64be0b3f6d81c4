"""The site's own question before a link works, in every state; there and back through the tenant."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from auth0_password.models import PasswordState
from tests.browser.inspection import inspect
from tests.stories.people import ALICE, ALICES, DAVE, DAVES, NEW, sign_in
from tests.stories.test_verify import app, link, second_mailboxes  # noqa: F401 - fixtures
from tests.support.action_tokens import SECRET, session_token
from tests.support.browser import Browser


@pytest.fixture
def address(site, tenant, configure):
    """Where the Action leads Alice."""
    sign_in(Browser(), f"{site}/account/", ALICE, ALICES)
    configure(VERIFIER_SECRET=SECRET)
    subject = PasswordState.objects.get(user__email=ALICE).subject
    return f"{site}/account/verify/?session_token={session_token(subject, host=tenant.domain)}&state=st-1"


def the_code():
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]


def test_every_state_of_a_code(address, configure, anyone):
    configure(RESET_VERIFIER="tests.unit.verifiers.PhoneBook")
    anyone.page.goto(address)
    assert anyone.h1 == "Before you choose a new password"
    inspect(anyone, "verify")
    anyone.press("Send the code")
    inspect(anyone, "verify-code")
    anyone.fill(code="1")
    anyone.press("Go on")
    assert "This is not the code." in anyone.text
    inspect(anyone, "verify-code-wrong")


def test_a_form_and_a_refusal(address, configure, anyone):
    configure(RESET_VERIFIER="tests.unit.verifiers.LibraryCard")
    anyone.page.goto(address)
    inspect(anyone, "verify-form")
    anyone.press("Go on")
    inspect(anyone, "verify-form-empty")
    anyone.fill(card="8")
    anyone.press("Go on")
    assert anyone.h1 == "No new password for now"
    inspect(anyone, "verify-refused")
    anyone.page.goto(address)
    assert anyone.h1 == "This step cannot be continued"
    inspect(anyone, "verify-gone")


def test_the_way_back_waits_for_its_button_without_scripts(address, configure, people):
    configure(RESET_VERIFIER="auth0_password.services.verifiers.ActiveHere")
    person = people("desk", javascript=False)
    person.page.goto(address)
    person.press("Go on")
    assert person.h1 == "Choose the new password"
    person.glance("verified")
    assert "session_token" not in person.page.url


def test_passed(site, tenant, link, person, look):  # noqa: F811 - the fixture
    """With scripts the answer goes back by itself."""
    person.page.goto(link)
    person.press("Send the code")
    person.fill(code=the_code())
    person.press("Go on")
    if look.get("javascript", True) is False:
        person.press("Go on")
    person.page.wait_for_url(lambda url: url.startswith(tenant.base_url))
    assert person.h1 == "Change your password"
    person.choose(NEW)
    assert person.h1 == "Password changed"


def test_refused(site, tenant, link, configure, anyone):  # noqa: F811
    configure(RESET_VERIFIER="tests.unit.verifiers.LibraryCard")
    anyone.page.goto(link)
    anyone.fill(card="8")
    anyone.press("Go on")
    anyone.press("Back to the sign-in service")
    assert anyone.page.url.startswith(tenant.base_url)
    assert "Bring your <card> to the desk." in anyone.page.inner_text("body")


def test_opened_by_somebody_else(site, tenant, link, anyone):  # noqa: F811
    anyone.arrive(f"{site}/loans/", DAVE, DAVES)
    anyone.page.goto(link)
    assert anyone.h1 == "This step is for somebody else"
    inspect(anyone, "verify-somebody-else")
    anyone.press("Sign out")
    anyone.page.goto(link)
    assert anyone.h1 == "Before you choose a new password"
