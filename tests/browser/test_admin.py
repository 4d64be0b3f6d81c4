"""The admin: Grace requires, sends, clears, and reads what happened."""

from __future__ import annotations

import pytest

from auth0_password.models import PasswordState, ResetRequirement
from auth0_password.services import look, require_reset
from tests.browser.inspection import inspect
from tests.stories.people import ALICE, ALICES, GRACE, GRACES, choose_with_link

STATES = "/admin/auth0_password/passwordstate/"


DJANGOS = ("#changelist-filter", "#changelist-search", ".object-tools", ".breadcrumbs")
OURS = {"include": [["#content"]], "exclude": [[part] for part in DJANGOS]}
"""The frame is Django's, and so are the parts around a list."""


def examine(person, name):
    """From the right it is another page, for Django's style sheets: see the last test."""
    inspect(person, f"admin-{name}", within=OURS, turned=False)


@pytest.fixture
def choose(site, grace):
    """Grace ticks people in a list, and asks for something to be done with them."""

    def tick(page, action, *names):
        grace.page.goto(f"{site}{page}")
        for name in names:
            grace.page.locator("#result_list tr", has_text=name).locator("input[name=_selected_action]").check()
        grace.page.select_option("select[name=action]", action)
        grace.page.locator("button[name=index]").click()

    return tick


@pytest.fixture
def readers(django_user_model):
    """People whom the site knows from an import, and one who has left."""
    model = django_user_model
    model.objects.bulk_create(model(username=f"reader{n:02}", first_name=f"Reader {n}") for n in range(30))
    model.objects.create(username="left", first_name="Lena", is_active=False)


@pytest.fixture
def grace(site, tenant, people):
    person = people()
    person.arrive(f"{site}/account/", GRACE, GRACES)
    return person


@pytest.fixture
def alice(site, tenant, people):
    person = people("elsewhere")
    person.arrive(f"{site}/account/", ALICE, ALICES)
    return person


@pytest.fixture
def alices(alice):
    """Her user."""
    return PasswordState.objects.get(user__email=ALICE).user


def test_grace_requires_it(site, grace, alice, alices, readers, choose):
    grace.page.goto(f"{site}/admin/auth/user/")
    examine(grace, "users")
    grace.page.locator("#action-toggle").check()
    grace.page.select_option("select[name=action]", "require_new_password")
    grace.page.locator("button[name=index]").click()
    assert grace.h1 == "Require a new password"
    assert "You are one of them" in grace.page.inner_text("#content")
    grace.page.locator("details summary").first.click()
    examine(grace, "rehearsal")
    grace.follow("Leave it")
    assert not ResetRequirement.objects.open().exists()

    choose("/admin/auth/user/", "require_new_password", str(alices), "left")
    grace.page.select_option("select[name=reason]", "breach")
    grace.page.fill("textarea[name=message]", "A list of passwords was found.")
    grace.page.fill("input[name=enforce_from]", "2020-01-01T08:00")
    grace.press("Require a new password of 1 user")
    assert "That has passed" in grace.page.inner_text("#content")
    examine(grace, "refused")
    grace.page.fill("input[name=enforce_from]", "")
    grace.press("Require a new password of 1 user")
    grace.page.get_by_text("1 user must choose a new password.").wait_for()
    alice.page.goto(f"{site}/loans/")
    assert alice.h1 == "Choose a new password"

    grace.page.goto(f"{site}{STATES}?standing=blocks")
    assert "required, blocks now" in grace.page.inner_text("#content")
    examine(grace, "states")
    grace.page.goto(f"{site}{STATES}{alices.pk}/change/")
    examine(grace, "state")
    for model in ("resetrequirement", "resetcampaign", "passwordchange"):
        grace.page.goto(f"{site}/admin/auth0_password/{model}/")
        examine(grace, f"{model}s")
    grace.page.goto(f"{site}/admin/auth0_password/resetcampaign/")
    grace.page.locator("#result_list tbody th a").first.click()
    grace.page.get_by_role("heading", name="View campaign").wait_for()
    examine(grace, "resetcampaign")
    assert grace.page.get_by_role("link", name="Password timeline").count() == 0  # it would be that of some user


def test_so_many_that_one_press_of_the_button_is_not_enough(site, grace, readers, choose, monkeypatch):
    monkeypatch.setattr("auth0_password.admin.requiring.SECONDS", 0)
    choose("/admin/auth/user/", "require_new_password", "reader01", "reader02", "reader03")
    grace.press("Require a new password of 3 users")
    grace.page.locator("progress").wait_for()
    examine(grace, "progress")
    monkeypatch.undo()
    grace.press("Go on")
    grace.page.get_by_text("users must choose a new password.").wait_for()
    assert ResetRequirement.objects.open().count() == 3


ACTS = {
    "send_link": ("Send a link", "A link was mailed to 1 user."),
    "clear_requirement": ("Clear", "1 user need not choose a new password any more."),
    "look_again": ("Look again", ""),
    "end_sessions": ("End sessions", ""),
}


def test_grace_helps_alice(site, tenant, grace, alice, alices, choose):
    require_reset(alices, reason="breach", message="A list of passwords was found.")
    for action, (button, outcome) in ACTS.items():
        choose(STATES, action, str(alices))
        if action == "clear_requirement":
            grace.page.fill("textarea[name=note]", "It was another Alice.")
        examine(grace, action.replace("_", "-"))
        grace.press(button)
        grace.page.locator("ul.messagelist").get_by_text(outcome).first.wait_for()
    assert [mail["to"] for mail in tenant.mails()] == [ALICE]


def test_grace_reads_what_happened(site, tenant, grace, alice, alices, readers, choose, django_user_model):
    require_reset(alices, reason="breach", message="A list of passwords was found.")
    alice.page.goto(f"{site}/loans/")
    alice.press("Send me a link")
    alice.page.get_by_text("a••@example.com").wait_for()
    choose_with_link(tenant, ALICE)
    look(alices)
    require_reset(alices, reason="policy", message="Twelve characters from now on.")
    choose(STATES, "end_sessions", str(alices))
    grace.press("End sessions")
    grace.page.goto(f"{site}/admin/auth/user/{alices.pk}/change/")
    grace.follow("Password timeline")
    assert grace.h1.startswith("Timeline of")
    text = grace.page.inner_text("#content")
    for words in ("A list of passwords was found.", "Twelve characters from now on.", "all sessions ended"):
        assert words in text
    assert "Last read at Auth0" in text
    examine(grace, "timeline")
    grace.follow("State")
    grace.page.get_by_role("link", name="Password timeline").wait_for()
    nobody = django_user_model.objects.get(username="reader07")
    grace.page.goto(f"{site}{STATES}{nobody.pk}/timeline/")
    assert "Nothing is known of this user" in grace.page.inner_text("#content")
    examine(grace, "timeline-empty")


def test_from_the_right(site, grace, alice, alices, choose, settings):
    require_reset(alices, reason="breach", message="A list of passwords was found.")
    settings.LANGUAGE_CODE = "ar"
    grace.page.goto(f"{site}{STATES}{alices.pk}/timeline/")
    assert grace.page.locator("html").get_attribute("dir") == "rtl"
    examine(grace, "arabic-timeline")
    grace.page.goto(f"{site}{STATES}")
    examine(grace, "arabic-states")
    for action in ("clear_requirement", "require_new_password"):
        choose(STATES, action, str(alices))
        examine(grace, f"arabic-{action.replace('_', '-')}")
