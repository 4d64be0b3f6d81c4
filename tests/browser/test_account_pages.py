"""Every state of the profile, of the page for who must change, and of the pages on the way in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from auth0_password.models import PasswordState
from auth0_password.services import clear_reset, end_sessions, require_reset
from auth0_password.services.letters import letter
from tests.browser.inspection import inspect
from tests.stories.people import (
    ALICE,
    ALICES,
    BOB,
    DAVE,
    DAVES,
    ERIN,
    ERINS,
    HEIDI,
    HEIDIS,
    TEMPORARY,
    choose_with_link,
)

MESSAGE = "Twelve characters from now on, please.\nAsk at the desk if anything is unclear."


@pytest.fixture
def grace(django_user_model):
    return django_user_model.objects.create(username="grace", first_name="Grace", last_name="Okafor", is_staff=True)


def known(email):
    return PasswordState.objects.get(user__email=email).user


def no_links(seed):
    seed["connections"][0]["options"]["disable_self_service_change_password"] = True


def by_code(seed):
    seed["connections"][0]["options"]["attributes"] = {"email": {"verification_method": "otp"}}


def test_the_profile(site, tenant, anyone, reseed, configure):
    anyone.arrive(f"{site}/account/", ALICE, ALICES)
    inspect(anyone, "profile")
    require_reset(known(ALICE), reason="policy", message=MESSAGE, enforce_from=timezone.now() + timedelta(days=3))
    anyone.page.reload()
    inspect(anyone, "profile-grace")
    configure(FORCE_AT="deny", WAYS=["email_link", "universal_login", "reauthenticate"])
    anyone.page.goto(f"{site}/account/required/?next=/loans/")
    inspect(anyone, "required-grace")


@pytest.mark.parametrize(("name", "change"), [("code", by_code), ("no-links", no_links)])
def test_the_profile_at_another_tenant(site, tenant, anyone, reseed, name, change):
    reseed(change)
    anyone.arrive(f"{site}/account/", ALICE, ALICES)
    inspect(anyone, f"profile-{name}")


def test_the_packages_own_layout(site, tenant, anyone, settings):
    """Where a project has none of its own."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]
    anyone.page.goto(f"{site}/loans/")
    inspect(anyone, "own-layout-sign-in")
    anyone.arrive(f"{site}/account/", ALICE, ALICES)
    inspect(anyone, "own-layout-profile")


def test_the_profile_of_an_address_that_was_never_confirmed(site, tenant, anyone, reseed):
    reseed(lambda seed: next(user for user in seed["users"] if user["email"] == ALICE).update(email_verified=False))
    anyone.arrive(f"{site}/account/", ALICE, ALICES)
    assert "Not open: your address was never confirmed" in anyone.text
    inspect(anyone, "profile-unconfirmed")


def test_the_profile_of_linked_accounts(site, tenant, people):
    erin, frank, carol = people(), people(), people()
    erin.arrive(f"{site}/account/", ERIN, ERINS)
    inspect(erin, "profile-linked")
    for person, button in ((frank, "Frank Adeyemi"), (carol, "Carol Singh")):
        person.page.goto(f"{site}/account/")
        person.page.locator("main button").first.click()
        person.page.get_by_role("button", name="Continue with Google").click()
        person.page.get_by_role("button", name=button).click()
        assert person.h1 == "Your account"
    inspect(frank, "profile-linked-google")
    inspect(carol, "profile-google")


def test_somebody_who_never_came_through_the_sign_in_service(site, tenant, anyone, known_here, grace):
    known_here(anyone, grace)
    anyone.page.goto(f"{site}/account/")
    assert "A password of this site itself" in anyone.text
    inspect(anyone, "profile-local")
    require_reset(grace, reason="policy")
    anyone.page.goto(f"{site}/loans/")
    assert "You sign in at the sign-in service first" in anyone.text
    inspect(anyone, "required-not-bound")


@pytest.fixture
def bob(site, tenant, anyone):
    anyone.arrive(f"{site}/loans/", BOB, TEMPORARY)
    return anyone


def test_why_a_new_password_is_required(site, bob, grace):
    inspect(bob, "required-first_login")
    bob.press("Check now")
    assert "no new password yet" in bob.text
    inspect(bob, "required-checked")
    user = known(BOB)
    for reason, by in (("breach", None), ("policy", None), ("administrator", grace), ("tenant", None)):
        clear_reset(user, by=grace)
        require_reset(user, reason=reason, by=by, message=MESSAGE if by else "")
        bob.page.goto(f"{site}/account/required/?next=/loans/")
        assert bob.h1 == "Choose a new password"
        inspect(bob, f"required-{reason}")


USUAL = {"WAYS": ["reauthenticate"], "FORCE_AT": "site"}
REQUIRED = {
    "mail-first": {"WAYS": ["email_link", "reauthenticate", "universal_login"]},
    "sign-in-page-first": {"WAYS": ["universal_login"]},
    "stopped-by-an-action": {"WAYS": ["reauthenticate", "email_link", "universal_login"], "FORCE_AT": "deny"},
    "sign-in-again": {"REAUTH_MAX_AGE": 0.001},
}


def test_which_way_is_first(bob, configure):
    for name, settings in REQUIRED.items():
        configure(**USUAL | settings)
        bob.page.reload()
        assert bob.h1 == "Choose a new password"
        assert bob.page.locator(".ap-primary").count() == 1
        inspect(bob, f"required-{name}")


def test_heidi_after_a_breach_where_nothing_can_be_sent(site, tenant, anyone, reseed):
    anyone.arrive(f"{site}/loans/", HEIDI, HEIDIS)
    require_reset(known(HEIDI), reason="breach", message="It was in a list.")
    reseed(no_links)
    anyone.page.reload()
    assert "no way to a new password from here" in anyone.text
    inspect(anyone, "required-no-way")


def test_dave_after_a_breach_with_a_second_factor(site, tenant, anyone, later):
    tenant.plan(mfa_at_login=True)
    anyone.page.goto(f"{site}/loans/")
    anyone.press("Sign in")
    anyone.sign_in(DAVE, DAVES)
    anyone.fill(code=anyone.page.locator(".code").inner_text())
    anyone.press("Continue")
    assert anyone.h1 == "My loans"
    require_reset(known(DAVE), reason="breach")
    anyone.page.reload()
    assert anyone.page.get_by_role("button", name="Change password").is_visible()
    inspect(anyone, "required-second-factor")


def test_forgotten(site, tenant, anyone):
    anyone.page.goto(f"{site}/loans/")
    inspect(anyone, "sign-in")
    anyone.follow("Forgot your password?")
    inspect(anyone, "forgot")
    anyone.fill(email="anna")
    anyone.press("Send the message")
    assert anyone.page.locator("input[name=email]").get_attribute("aria-invalid") == "true"
    inspect(anyone, "forgot-error")
    anyone.fill(email="nobody@example.com")
    anyone.press("Send the message")
    assert anyone.h1 == "Check your mail"
    inspect(anyone, "forgot-sent")


def test_on_the_way_in(site, tenant, people):
    alice, other = people(), people()
    alice.page.goto(f"{site}/account/login/?cookies=1")
    assert alice.h1 == "Your browser refuses cookies"
    inspect(alice, "no-cookies")
    alice.arrive(f"{site}/loans/", ALICE, ALICES)
    other.arrive(f"{site}/loans/", ALICE, ALICES)
    alice.page.goto(f"{site}/admin/")
    assert alice.h1 == "This page is not open to you"
    inspect(alice, "no-access")
    end_sessions(known(ALICE))
    alice.page.goto(f"{site}/loans/")
    assert "This session was ended." in alice.text
    inspect(alice, "ended")


def test_what_a_program_is_told(bob, site):
    """`status`, and the answer to somebody who is held back, as a person sees them who opens them."""
    bob.page.goto(f"{site}/account/status/")
    assert '"state": "required"' in bob.page.inner_text("body")
    answer = bob.context.request.get(f"{site}/loans/", headers={"Accept": "application/json"})
    assert (answer.status, answer.headers["content-type"]) == (403, "application/problem+json")


def test_the_mail_that_asks_for_it(site, tenant, anyone, grace):
    anyone.arrive(f"{site}/loans/", ALICE, ALICES)
    later = timezone.now() + timedelta(days=3)
    [requirement] = require_reset(
        known(ALICE), reason="breach", by=grace, message=MESSAGE, enforce_from=later, tell="mail"
    )
    [alternative] = letter(requirement, ALICE).alternatives
    anyone.page.route("**/mail.html", lambda route: route.fulfill(body=alternative[0], content_type="text/html"))
    anyone.page.goto(f"{site}/mail.html")
    inspect(anyone, "mail-required", within="body > *")


def test_changed_elsewhere(site, tenant, anyone, later):
    anyone.arrive(f"{site}/loans/", ALICE, ALICES)
    anyone.page.goto(f"{site}/account/")
    anyone.press("Send a link")
    later(seconds=30)
    choose_with_link(tenant, ALICE)
    anyone.press("I have changed it: check now")
    assert "Your password was changed. Sign in with the new one." in anyone.text
    inspect(anyone, "changed-elsewhere")
