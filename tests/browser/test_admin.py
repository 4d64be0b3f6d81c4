"""The admin in Chromium: Grace requires, sends, clears, and reads what happened; at a desk and on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from auth0_password.models import PasswordState, ResetRequirement
from auth0_password.services import require_reset
from tests.stories.people import ALICE, ALICES, GRACE, GRACES

LOOKS = [
    pytest.param({"name": "desk"}, id="desk"),
    pytest.param({"name": "desk", "scheme": "dark"}, id="desk in the dark"),
    pytest.param({"name": "phone"}, id="phone"),
    pytest.param({"name": "phone", "scheme": "dark"}, id="phone in the dark"),
]
STATES = "/admin/auth0_password/passwordstate/"


def sign_in(person, email, password):
    person.page.locator("main button").first.click()
    person.fill(username=email, password=password)
    person.press("Continue")


def inspect(person, name):
    """A picture, nothing sticking out, no accessibility finding in what is ours (the frame is Django's)."""
    person.shoot(f"admin-{name}")
    assert person.fits(), name
    results = Axe().run(person.page, context="#content")
    assert results.violations_count == 0, results.generate_report()


def choose(grace, page, action, *names):
    grace.page.goto(page)
    for name in names:
        grace.page.locator("#result_list tr", has_text=name).locator("input[name=_selected_action]").check()
    grace.page.select_option("select[name=action]", action)
    grace.page.locator("button[name=index]").click()


@pytest.fixture
def readers(django_user_model):
    """People whom the site knows from an import, and one who has left."""
    model = django_user_model
    model.objects.bulk_create(model(username=f"reader{n:02}", first_name=f"Reader {n}") for n in range(30))
    model.objects.create(username="left", first_name="Lena", is_active=False)


def signed_in(site, person, email, password):
    person.page.goto(f"{site}/account/")
    sign_in(person, email, password)
    assert person.h1 == "Your account"
    return PasswordState.objects.get(user__email=email).user


@pytest.mark.parametrize("look", LOOKS)
def test_grace_requires_it(site, tenant, people, readers, look):
    alice, grace = people("elsewhere"), people(**look)
    signed_in(site, grace, GRACE, GRACES)
    alices = signed_in(site, alice, ALICE, ALICES)

    grace.page.goto(f"{site}/admin/auth/user/")
    grace.page.locator("#action-toggle").check()
    grace.page.select_option("select[name=action]", "require_new_password")
    grace.page.locator("button[name=index]").click()
    assert grace.h1 == "Require a new password"
    assert "You are one of them" in grace.page.inner_text("#content")
    grace.page.locator("details summary").first.click()
    inspect(grace, "rehearsal")
    grace.page.get_by_role("link", name="Leave it").click()
    assert not ResetRequirement.objects.open().exists()

    choose(grace, f"{site}/admin/auth/user/", "require_new_password", str(alices), "left")
    grace.page.select_option("select[name=reason]", "breach")
    grace.page.fill("textarea[name=message]", "A list of passwords was found.")
    grace.page.fill("input[name=enforce_from]", "2020-01-01T08:00")
    grace.press("Require a new password of 1 user")
    assert "That has passed" in grace.page.inner_text("#content")
    inspect(grace, "refused")
    grace.page.fill("input[name=enforce_from]", "")
    grace.press("Require a new password of 1 user")
    grace.page.get_by_text("1 user must choose a new password.").wait_for()
    alice.page.goto(f"{site}/loans/")
    assert alice.h1 == "Choose a new password"

    grace.page.goto(f"{site}{STATES}?standing=blocks")
    assert "required, blocks now" in grace.page.inner_text("#content")
    grace.shoot("admin-states")
    assert grace.fits()


@pytest.mark.parametrize("look", LOOKS)
def test_grace_helps_alice(site, tenant, people, look):
    alice, grace = people("elsewhere"), people(**look)
    signed_in(site, grace, GRACE, GRACES)
    alices = signed_in(site, alice, ALICE, ALICES)
    require_reset(alices, reason="breach", message="A list of passwords was found.")

    choose(grace, f"{site}{STATES}", "send_link", str(alices))
    inspect(grace, "send-link")
    grace.press("Send a link")
    grace.page.get_by_text("A link was mailed to 1 user.").wait_for()
    assert [mail["to"] for mail in tenant.mails()] == [ALICE]

    choose(grace, f"{site}{STATES}", "clear_requirement", str(alices))
    grace.page.fill("textarea[name=note]", "It was another Alice.")
    inspect(grace, "clear")
    grace.press("Clear")
    grace.page.get_by_text("1 user need not choose a new password any more.").wait_for()

    choose(grace, f"{site}{STATES}", "end_sessions", str(alices))
    inspect(grace, "end-sessions")
    grace.press("End sessions")
    require_reset(alices, reason="policy", message="Twelve characters from now on.")
    grace.page.goto(f"{site}/admin/auth/user/{alices.pk}/change/")
    grace.page.get_by_role("link", name="Password timeline").click()
    assert grace.h1.startswith("Timeline of")
    text = grace.page.inner_text("#content")
    for words in (
        "A list of passwords was found.",
        "It was another Alice.",
        "all sessions ended",
        "Last read at Auth0",
    ):
        assert words in text
    inspect(grace, "timeline")
    grace.page.get_by_role("link", name="State", exact=True).click()
    grace.shoot("admin-state")
    assert grace.page.get_by_role("link", name="Password timeline").is_visible()
