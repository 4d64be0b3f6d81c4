"""Alice at Riverside Library: a session within an organization keeps it on every way to a new password."""

from __future__ import annotations

from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import pytest
from django.contrib.sessions.models import Session

from tests.stories.people import (
    ALICE,
    ALICES,
    MAILS,
    NEW,
    TICKETS,
    choose,
    choose_with_link,
    count,
    open_page,
    type_password,
)
from tests.support.browser import Browser

pytestmark = pytest.mark.story

RIVERSIDE, LAKESIDE = "org_7RiversideLibrary", "org_9LakesideLibrary"


@pytest.fixture(autouse=True)
def two_organizations(reseed):
    def edit(seed):
        [riverside] = seed["organizations"]
        seed["organizations"].append(
            {**riverside, "id": LAKESIDE, "name": "lakeside-library", "display_name": "Lakeside Library"}
        )

    reseed(edit)


@pytest.fixture
def alice(site, tenant, browser) -> Browser:
    """She came in through Riverside Library's door."""
    enter(browser, tenant, f"{site}/account/", RIVERSIDE)
    assert browser.page.h1 == "Your account"
    assert organization_of(browser) == RIVERSIDE
    return browser


def enter(browser, tenant, url, organization):
    browser.stop_at = f"{tenant.base_url}/authorize"
    open_page(browser, url)
    go_on(browser, organization=organization)
    type_password(browser, ALICE, ALICES)


def go_on(browser, **changes):
    """On to the tenant, with some parameters changed in the browser; None takes one out."""
    parts = urlsplit(browser.page.url)
    query = {**dict(parse_qsl(parts.query)), **changes}
    kept = urlencode({name: value for name, value in query.items() if value is not None})
    browser.stop_at = None
    browser.get(urlunsplit(parts._replace(query=kept)))


def organization_of(browser):
    """Within which organization the session here is."""
    row = Session.objects.get(session_key=browser.cookie("library_session"))
    return row.get_decoded()["_auth0_password"]["org"]


def asked_for(browser, tenant, button):
    """Press a button, and stop before the tenant: the organization that is asked for."""
    browser.stop_at = f"{tenant.base_url}/authorize"
    browser.submit(button)
    return parse_qs(urlsplit(browser.page.url).query).get("organization")


def body_of(tenant, path):
    return next(one["body"] for one in reversed(tenant.requests()) if one["path"] == path)


def test_by_signing_in_again(site, tenant, alice):
    assert asked_for(alice, tenant, "Change password") == [RIVERSIDE]
    go_on(alice)
    assert "Riverside Library" in alice.page.visible_text
    type_password(alice, ALICE, ALICES)
    assert alice.page.h1 == "Change your password"
    assert body_of(tenant, TICKETS)["organization_id"] == RIVERSIDE
    choose(alice, NEW)
    alice.click("Back to Northwind Library")
    assert "Riverside Library" in alice.page.visible_text
    type_password(alice, ALICE, NEW)
    assert alice.page.h1 == "Your account"
    assert organization_of(alice) == RIVERSIDE


def test_by_mail(site, tenant, alice):
    alice.submit("Send a link")
    assert body_of(tenant, MAILS)["organization"] == RIVERSIDE
    choose_with_link(tenant, ALICE)
    alice.submit("I have changed it: check now")
    assert alice.page.h1 == "Sign in again"
    assert asked_for(alice, tenant, "Sign in") == [RIVERSIDE]
    go_on(alice)
    type_password(alice, ALICE, NEW)
    assert organization_of(alice) == RIVERSIDE


def test_by_the_sign_in_page(site, tenant, alice):
    assert asked_for(alice, tenant, "Open the sign-in page") == [RIVERSIDE]


def test_in_another_tab(site, tenant, alice, configure):
    configure(LOGIN_ROUTE=False)
    alice.submit("Change password")
    type_password(alice, ALICE, ALICES)
    tab = Browser(page=alice.page, session=alice.session)
    tab.submit("Open the page")
    choose(tab, NEW)
    alice.submit("I have changed it: check now")
    assert asked_for(alice, tenant, "Sign in") == [RIVERSIDE]


@pytest.mark.parametrize("other", [LAKESIDE, None])
def test_coming_back_from_another_one_is_refused(site, tenant, alice, other):
    asked_for(alice, tenant, "Change password")
    go_on(alice, organization=other)
    type_password(alice, ALICE, ALICES)
    assert (alice.page.h1, alice.page.status) == ("You came back from another organization", 409)
    assert "Nothing was changed." in alice.page.visible_text
    assert count(tenant, TICKETS) == 0
    alice.get(f"{site}/loans/")
    assert alice.page.h1 == "My loans"
    assert organization_of(alice) == RIVERSIDE


def test_one_that_she_has_left_is_tried_once(site, tenant, alice, reseed):
    """The way back must not stay shut because of an organization that does not know her any more."""
    alice.submit("Send a link")
    choose_with_link(tenant, ALICE)
    alice.submit("I have changed it: check now")
    reseed(lambda seed: (seed["organizations"][0].update(members=[]), seed["users"][1].update(password=NEW)))
    alice.submit("Sign in")
    type_password(alice, ALICE, NEW)
    assert alice.page.status == 403
    alice.submit("Try again")
    if alice.page.h1 == "Welcome":
        type_password(alice, ALICE, NEW)
    assert alice.page.h1 == "Your account"
    assert organization_of(alice) == ""


def test_outside_of_any_none_is_asked_for(site, tenant, browser):
    open_page(browser, f"{site}/account/")
    type_password(browser, ALICE, ALICES)
    assert asked_for(browser, tenant, "Change password") is None
