"""The ways to a new password in Chromium: at a desk, on a phone at night, without scripts, under a strict policy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from auth0_password.services import require_reset
from tests.browser.test_story import LOOKS, inspect, sign_in
from tests.stories.conftest import configure, later_here, noon, reseed  # noqa: F401 - fixtures
from tests.stories.conftest import later as later_fixture
from tests.stories.people import ALICE, ALICES, BOB, ERIN, ERINS, HEIDI, HEIDIS, NEW, TEMPORARY, choose_with_link

later = later_fixture


@pytest.fixture(params=LOOKS)
def look(request):
    return request.param


@pytest.fixture
def person(people, look):
    """Somebody with that look; whose browser has nothing to complain about in the end."""
    somebody = people(**look)
    yield somebody
    policy = [line for line in somebody.complaints if "Content Security" in line or "Content-Security" in line]
    assert policy == []


def arrive(person, url, email, password):
    """Sign in, on the way to a page."""
    person.page.goto(url)
    person.page.locator("main button").click()
    sign_in(person, email, password)


def waits(person):
    """Make what waits wait less long: the page's own clock with scripts, its refresh without."""
    if "no-scripts" not in person.name:
        person.page.clock.install()
        return

    def sooner(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('content="30"', 'content="1"'))

    person.page.route("**/account/waiting/", sooner)


def goes_on(person, later_here):  # noqa: F811 - the fixture
    """Half a minute passes on the page that waits; then it asks for a new sign-in, and says why."""
    later_here(seconds=31)
    if "no-scripts" in person.name:
        person.page.goto(person.page.url)
    else:
        person.page.clock.run_for(31_000)
    expect(person.page.locator("h1")).to_have_text("Sign in again")
    assert "Your password was changed. Sign in with the new one." in person.page.inner_text("main")


def test_alice_by_mail(site, tenant, person, later_here):  # noqa: F811
    waits(person)
    arrive(person, f"{site}/account/", ALICE, ALICES)
    person.press("Send a link")
    assert person.h1 == "Check your mail"
    inspect(person, "waiting-mail")
    choose_with_link(tenant, ALICE)
    goes_on(person, later_here)
    inspect(person, "changed-elsewhere")
    person.press("Sign in")
    sign_in(person, ALICE, NEW)
    assert person.h1 == "Your account"


@pytest.mark.parametrize("wanted", ["/loans/?sort=due"])
def test_bob_in_another_tab(site, tenant, person, later_here, configure, wanted):  # noqa: F811
    configure(LOGIN_ROUTE=False)
    waits(person)
    arrive(person, site + wanted, BOB, TEMPORARY)
    person.press("Choose a new password")
    assert person.h1 == "Choose the new password"
    inspect(person, "waiting-tab")
    with person.context.expect_page() as opened:
        person.press("Open the page")
    tab = opened.value
    expect(tab.locator("h1")).to_have_text("Change your password")
    assert tab.evaluate("window.opener") is None
    assert person.h1 == "Choose the new password"
    tab.fill("input[name=newPassword]", NEW)
    tab.fill("input[name=confirmNewPassword]", NEW)
    tab.get_by_role("button", name="Reset password").click()
    expect(tab.locator("h1")).to_have_text("Password changed")
    goes_on(person, later_here)
    person.press("Sign in")
    sign_in(person, BOB, NEW)
    assert person.page.url == site + wanted


def test_whoever_comes_back_to_the_page_need_not_wait(site, tenant, people, later_here):  # noqa: F811
    """Browsers slow down the timers of pages in the background: so coming back to one is a reason to look."""
    alice = people("phone")
    waits(alice)
    arrive(alice, f"{site}/account/", ALICE, ALICES)
    alice.press("Send a link")
    choose_with_link(tenant, ALICE)
    later_here(seconds=11)
    alice.page.wait_for_load_state()
    alice.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(alice.page.locator("h1")).to_have_text("Sign in again")


def test_the_page_that_has_stopped(site, tenant, person, later_here):  # noqa: F811
    arrive(person, f"{site}/account/", ALICE, ALICES)
    person.press("Send a link")
    expect(person.page.locator("h1")).to_have_text("Check your mail")
    later_here(seconds=901)
    person.page.goto(person.page.url)
    assert "stopped looking by itself" in person.page.inner_text("main")
    inspect(person, "waiting-stopped")


def test_another_link_can_be_asked_for_again_in_a_moment(site, tenant, people, configure, noon):  # noqa: F811
    configure(LIMITS={"email": "1/m"})
    alice = people("phone")
    alice.page.clock.install()
    arrive(alice, f"{site}/account/", ALICE, ALICES)
    alice.press("Send a link")
    again = alice.page.get_by_role("button", name="Send another link")
    expect(again).to_be_disabled()
    inspect(alice, "waiting-limit")
    assert re.search(r"You can ask for another one in \d+ seconds", alice.page.inner_text("main"))
    alice.page.clock.run_for(61_000)
    expect(again).to_be_enabled()
    assert "You can ask for another one" not in alice.page.inner_text("main")


REQUIRED = {
    "mail-first": {"WAYS": ["email_link", "reauthenticate", "universal_login"]},
    "sign-in-page-first": {"WAYS": ["universal_login"]},
    "sign-in-again": {"WAYS": ["reauthenticate"], "REAUTH_MAX_AGE": 0.001},
    "stopped-by-an-action": {"FORCE_AT": "deny"},
}


@pytest.mark.parametrize("name", REQUIRED)
def test_what_bob_is_shown(site, tenant, person, configure, name):  # noqa: F811
    configure(**REQUIRED[name])
    arrive(person, f"{site}/loans/", BOB, TEMPORARY)
    assert person.h1 == "Choose a new password"
    assert person.page.locator(".ap-primary").count() == 1
    inspect(person, f"required-{name}")


def test_heidi_after_a_breach_and_where_nothing_can_be_sent(
    site, tenant, person, reseed, django_user_model  # noqa: F811
):  # fmt: skip
    arrive(person, f"{site}/loans/", HEIDI, HEIDIS)
    require_reset(django_user_model.objects.get(email=HEIDI), reason="breach", message="It was in a list.")
    person.page.reload()
    assert person.page.get_by_role("button", name="Send me a link").count() == 1
    inspect(person, "required-breach")

    def no_links(seed):
        seed["connections"][0]["options"]["disable_self_service_change_password"] = True

    reseed(no_links)
    person.page.reload()
    assert "no way to a new password from here" in person.page.inner_text("main")
    inspect(person, "required-no-way")


def test_erins_profile(site, tenant, person):
    arrive(person, f"{site}/account/", ERIN, ERINS)
    assert person.h1 == "Your account"
    inspect(person, "profile-linked")


def test_a_tenant_that_sends_codes(site, tenant, person, reseed):  # noqa: F811
    def by_code(seed):
        seed["connections"][0]["options"]["attributes"] = {"email": {"verification_method": "otp"}}

    reseed(by_code)
    arrive(person, f"{site}/account/", ALICE, ALICES)
    inspect(person, "profile-code")
    person.press("Send a code")
    inspect(person, "waiting-code")


def test_somebody_has_forgotten_theirs(site, tenant, person):
    person.page.goto(f"{site}/loans/")
    person.page.get_by_role("link", name="Forgot your password?").click()
    inspect(person, "forgot")
    person.fill(email="anna")
    person.press("Send the message")
    assert person.h1 == "Forgot your password?"
    assert person.page.locator("input[name=email]").get_attribute("aria-invalid") == "true"
    inspect(person, "forgot-error")
    person.fill(email="nobody@example.com")
    person.press("Send the message")
    assert person.h1 == "Check your mail"
    inspect(person, "forgot-sent")
    person.press("Sign in")
    assert person.h1 == "Welcome"


def test_pages_on_the_way_in(site, tenant, person):
    person.page.goto(f"{site}/account/login/?cookies=1")
    inspect(person, "no-cookies")
    arrive(person, f"{site}/loans/", ALICE, ALICES)
    person.page.goto(f"{site}/admin/")
    assert person.h1 == "This page is not open to you"
    inspect(person, "no-access")
