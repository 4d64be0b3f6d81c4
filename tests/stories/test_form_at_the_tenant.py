"""FORCE_AT "form": Bob's password is a temporary one, and the tenant asks for another inside his sign-in."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from django.contrib.auth import get_user_model

from auth0_password.gateway import get_gateway
from auth0_password.models import PasswordState, ResetRequirement
from auth0_password.services import reconcile, require_reset
from tests.stories.people import (
    ALICE,
    ALICES,
    BOB,
    NEW,
    TEMPORARY,
    choose_with_link,
    is_password_of,
    sign_in,
    type_password,
)
from tests.support.browser import ACCEPTED, Browser
from tests.support.deployed import deployed, form_may  # noqa: F401 - a fixture
from tests.tenant.application import DATABASE, LOGIN, Application

pytestmark = pytest.mark.story

WANTED = "/loans/?sort=due&page=2"


@pytest.fixture
def with_form(deployed):  # noqa: F811 - the fixture
    deployed(FORCE_AT="form")


@pytest.fixture
def bob(site, with_form, browser) -> Browser:
    """Bob, on his way to his loans: the tenant's form is before him."""
    sign_in(browser, site + WANTED, BOB, TEMPORARY)
    assert browser.page.url.split("?")[0].endswith("/u/form"), browser.page.visible_text
    return browser


def choose(browser, password=NEW, again=None):
    typed = {"new_password": password, "new_password_again": password if again is None else again}
    browser.submit("Save and go on", **{f"fields.{name}": value for name, value in typed.items()})


def copy_of(tenant, email=BOB):
    return tenant.user(email)["app_metadata"]


def is_refused(site, browser):
    """He comes back to the site without being let in."""
    assert browser.page.url.startswith(site), browser.page.url
    other = browser.copy()
    other.session = browser.session
    other.get(f"{site}/loans/")
    assert other.page.h1 == "Sign in to go on"


def nothing_has_changed(site, tenant):
    assert "last_password_reset" not in tenant.user(BOB)
    assert copy_of(tenant)["needsPasswordReset"] is True


def test_the_whole_story(site, tenant, bob, later):
    text = bob.page.visible_text
    assert bob.page.h1 == "Choose a new password"
    assert "At least 10 characters" in text
    assert "Not one of your last 3 passwords" in text
    later(seconds=90)

    choose(bob, "short")
    assert "This password is too weak. Please choose another one." in bob.page.visible_text
    choose(bob, TEMPORARY)
    assert "You have used this password before." in bob.page.visible_text
    choose(bob, "Bob-Miller-2026!")
    assert "something from your name or e-mail address" in bob.page.visible_text
    choose(bob)
    assert bob.page.url == site + WANTED
    assert bob.page.h1 == "My loans"

    assert copy_of(tenant)["needsPasswordReset"] is False
    state = PasswordState.objects.get()
    assert not state.needs_reset
    assert state.changed_at is not None
    assert NEW not in str(tenant.requests())
    assert is_password_of(site, BOB, NEW)
    assert not is_password_of(site, BOB, TEMPORARY)


def test_at_the_next_sign_in_nothing_is_asked(site, tenant, bob):
    choose(bob)
    again = Browser()
    sign_in(again, f"{site}/loans/", BOB, NEW)
    assert again.page.h1 == "My loans"


def test_two_that_differ(site, tenant, bob):
    choose(bob, again=NEW + "?")
    assert "The two passwords are not the same." in bob.page.visible_text
    nothing_has_changed(site, tenant)
    choose(bob)
    assert bob.page.h1 == "My loans"


def test_he_cancels(site, tenant, bob):
    bob.submit("Cancel", **{"fields.new_password": NEW, "fields.new_password_again": NEW})
    is_refused(site, bob)
    nothing_has_changed(site, tenant)


def test_he_never_comes_back(site, tenant, bob):
    """The tenant has a session for him; it opens nothing: the form is all that he gets."""
    bob.get(f"{site}/loans/")
    bob.submit("Sign in")
    assert bob.page.h1 == "Choose a new password"
    nothing_has_changed(site, tenant)
    choose(bob)
    assert bob.page.h1 == "My loans"


def test_he_goes_on_without_doing_it(site, tenant, bob):
    state = dict(parse_qsl(urlsplit(bob.page.url).query))["state"]
    bob.get(f"{tenant.base_url}/continue?state={state}")
    nothing_has_changed(site, tenant)
    bob.get(f"{site}/loans/")
    assert bob.page.h1 == "Sign in to go on"


def chooses_by_mail(tenant):
    asked = {"client_id": LOGIN[0], "email": BOB, "connection": DATABASE}
    requests.post(f"{tenant.base_url}/dbconnections/change_password", json=asked, timeout=5)
    choose_with_link(tenant, BOB, NEW)


def test_somebody_else_waits_at_the_form_while_he_chooses_by_mail(site, tenant, bob):
    """They know the temporary password, too. That there is a new one now is nothing that they did."""
    intruder = bob
    chooses_by_mail(tenant)
    intruder.submit("Cancel")
    is_refused(site, intruder)
    assert is_password_of(site, BOB, NEW)


def test_silently_nobody_is_asked_and_nobody_gets_in(site, tenant, bob):
    """Another application of the tenant, or a script, asks without a page: the session at the tenant is there."""
    app = Application(tenant)
    bob.stop_at = f"{site}/complete/"
    bob.get(app.authorize_url(prompt="none", redirect_uri=f"{site}/complete/auth0/"))
    answer = dict(parse_qsl(urlsplit(bob.page.url).query))
    assert "code" not in answer
    assert answer["error"] in {"access_denied", "interaction_required"}


def test_the_change_may_end_the_sign_in(site, tenant, bob):
    """Whether it does at Auth0 is not known. Then he signs in once more, with the new one."""
    tenant.plan(login_in_progress_fails_after=["flow"])
    choose(bob)
    assert bob.page.h1 == "Welcome", bob.page.visible_text
    type_password(bob, BOB, NEW)
    assert bob.page.url.startswith(site)
    bob.get(f"{site}/loans/")
    assert bob.page.h1 == "My loans"


def test_what_he_typed_may_be_hidden_from_the_flow(site, tenant, bob):
    """Whether it is at Auth0 is not known. It must not become his password then, however weak a one may be."""
    tenant.plan(form_passwords_shown_to=[])
    choose(bob)
    assert "The new password could not be saved." in bob.page.visible_text
    nothing_has_changed(site, tenant)
    bob.submit("Cancel")
    is_refused(site, bob)


def test_the_application_behind_it_may_not_do_it(site, tenant, bob):
    """Its grant was taken away: Auth0's reason is shown, and he is not let in."""
    form_may(tenant, "update:users_app_metadata")
    choose(bob)
    assert "The new password could not be saved." in bob.page.visible_text
    assert "You cannot update the following fields: password, connection" in bob.page.visible_text
    nothing_has_changed(site, tenant)
    bob.submit("Cancel")
    is_refused(site, bob)


def test_in_german(site, with_form, browser, monkeypatch):
    monkeypatch.setitem(ACCEPTED, "Accept-Language", "de-AT,de;q=0.9")
    browser.get(f"{site}/loans/")
    browser.submit("Sign in")
    type_password(browser, BOB, TEMPORARY)
    assert browser.page.h1 == "Wählen Sie ein neues Passwort"
    assert "Mindestens 10 Zeichen" in browser.page.visible_text
    browser.submit("Speichern und weiter", **{"fields.new_password": "kurz", "fields.new_password_again": "kurz"})
    assert "Dieses Passwort ist zu schwach. Bitte wählen Sie ein anderes." in browser.page.visible_text


def test_grace_asks_alice(site, tenant, with_form, browser, later):
    """Her session of before is held by the site; at her next sign-in the tenant asks."""
    phone = Browser()
    sign_in(phone, f"{site}/loans/", ALICE, ALICES)
    assert phone.page.h1 == "My loans"
    require_reset(get_user_model().objects.get(email=ALICE), reason="policy")
    reconcile(["mirror"])
    later(minutes=5)

    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    assert browser.page.h1 == "Choose a new password"
    later(minutes=2)
    choose(browser)
    assert browser.page.h1 == "My loans"
    assert ResetRequirement.objects.get().status == "changed"
    assert copy_of(tenant, ALICE)["needsPasswordReset"] is False
    phone.get(f"{site}/loans/")
    assert phone.page.h1 == "Sign in again"


def test_somebody_with_two_identities(site, tenant, with_form, browser):
    """Frank's account is Google's; his password is another identity of his, and the one that is changed."""
    get_gateway().update_app_metadata(tenant.user("frank@example.com")["user_id"], {"needsPasswordReset": True})
    sign_in(browser, f"{site}/loans/", "frank.adeyemi@example.org", "Amber-Railway-63!")
    assert browser.page.h1 == "Choose a new password"
    choose(browser)
    assert browser.page.h1 == "My loans"
    assert is_password_of(site, "frank.adeyemi@example.org", NEW)
