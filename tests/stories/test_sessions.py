"""Several devices of one person, and somebody else's among them, over plain HTTP."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session

from auth0_password.models import Ended, SignIn
from tests.stories.people import ALICE, ALICES, NEW, choose, open_page, sign_in, type_password
from tests.support.browser import Browser

pytestmark = pytest.mark.story

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


def device(agent: str) -> Browser:
    browser = Browser()
    browser.session.headers["User-Agent"] = agent
    return browser


@pytest.fixture
def desk(site, tenant) -> Browser:
    """Alice at her desk, on her account page."""
    browser = device(DESK)
    sign_in(browser, f"{site}/account/", ALICE, ALICES)
    return browser


@pytest.fixture
def phone(site, tenant, desk) -> Browser:
    """Alice's telephone."""
    browser = device(PHONE)
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    return browser


@pytest.fixture
def attacker(site, tenant, desk, later) -> Browser:
    """Somebody who knows her password, and has been in for a minute."""
    browser = device("curl/8.5")
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    later(minutes=1)
    return browser


def change_here(browser: Browser) -> None:
    """From the account page to the account page, with a new password."""
    browser.submit("Change password")
    type_password(browser, ALICE, ALICES)
    choose(browser, NEW)
    browser.click("Back to Northwind Library")
    type_password(browser, ALICE, NEW)
    assert browser.page.h1 == "Your account"


def is_told(browser: Browser, url: str, words: str) -> None:
    """At the very next request: signed out, why, and on to where they wanted to be."""
    browser.get(url)
    assert browser.page.h1 == "Sign in again"
    assert words in browser.page.visible_text
    browser.submit("Sign in")


def test_a_sign_in_is_known_with_what_auth0_says_of_it(site, desk):
    row = SignIn.objects.get()
    assert (row.ip, row.user_agent) == ("127.0.0.1", DESK)
    assert row.sid
    assert abs((row.started_at - row.auth_time).total_seconds()) < 10
    assert "Firefox on Windows" in desk.page.visible_text
    assert "This device" in desk.page.visible_text


def test_a_change_on_one_device_signs_the_other_out_and_says_why(site, desk, phone):
    change_here(desk)
    assert [row.ended_by for row in SignIn.objects.order_by("pk")] == [
        Ended.REPLACED,
        Ended.CHANGED,
        Ended.CHANGED,
        "",
    ]
    is_told(phone, f"{site}/loans/?sort=due", "Your password was changed. Sign in with the new one.")
    type_password(phone, ALICE, NEW)
    assert phone.page.url == f"{site}/loans/?sort=due"
    desk.get(f"{site}/account/")
    assert "Safari on an iPhone" in desk.page.visible_text
    assert len([form for form in desk.page.forms if form.has_button("Sign out there")]) == 1


def test_whoever_waits_with_the_old_password_is_out_for_good(site, desk, attacker):
    desk.get(f"{site}/account/")
    assert "A browser we do not know" in desk.page.visible_text
    change_here(desk)
    is_told(attacker, f"{site}/loans/", "Your password was changed.")
    assert attacker.page.h1 == "Welcome"
    type_password(attacker, ALICE, ALICES)
    assert "Wrong email or password" in attacker.page.visible_text
    for path in ("/loans/", "/account/", "/account/required/", "/account/waiting/"):
        attacker.get(site + path)
        assert "Alice" not in attacker.page.visible_text, path
    desk.get(f"{site}/account/")
    assert "A browser we do not know" not in desk.page.visible_text


def test_ending_one_device(site, desk, phone, attacker):
    desk.get(f"{site}/account/")
    forms = [form.action for form in desk.page.forms if form.has_button("Sign out there")]
    stranger = SignIn.objects.get(user_agent__startswith="curl").key
    desk.submit("Sign out there", form=next(action for action in forms if stranger in action))
    assert "That device was signed out." in desk.page.visible_text
    is_told(attacker, f"{site}/loans/", "You signed this device out from another one.")
    assert attacker.page.h1 == "Welcome"  # its session at Auth0 is no way back
    type_password(attacker, ALICE, ALICES)
    assert attacker.page.h1 == "My loans"  # as the page said: whoever knows the password can come back
    attacker.get(f"{site}/loans/")
    assert attacker.page.h1 == "My loans"
    desk.get(f"{site}/account/")
    assert "A browser we do not know" in desk.page.visible_text
    phone.get(f"{site}/loans/")
    assert phone.page.h1 == "My loans"


def test_ending_what_was_left_open_in_this_very_browser(site, desk):
    """Its cookie got lost, so it is listed beside the one of now; both came by one session at Auth0."""
    desk.session.cookies.clear(domain="localhost.local", path="/", name=django_settings.SESSION_COOKIE_NAME)
    open_page(desk, f"{site}/account/")
    assert desk.page.h1 == "Your account"
    desk.submit("Sign out there")
    assert "That device was signed out." in desk.page.visible_text
    assert len({row.sid for row in SignIn.objects.all()}) == 1


def test_ending_all_others_asks_for_the_password_again(site, desk, phone, attacker):
    desk.get(f"{site}/account/")
    desk.submit("Sign out everywhere else")
    assert "2 other devices were signed out." in desk.page.visible_text
    for other in (phone, attacker):
        is_told(other, f"{site}/loans/", "You signed this device out from another one.")
        assert other.page.h1 == "Welcome"  # their session at Auth0 is older than that
    desk.get(f"{site}/loans/")
    assert desk.page.h1 == "My loans"
    desk.submit("Sign out")
    assert set(SignIn.objects.values_list("ended_by", flat=True)) == {Ended.BY_OWNER, Ended.SIGNED_OUT}


def test_confirming_who_one_is_makes_the_old_cookie_worthless(site, desk):
    """SES-02, on the way to a new password that is never chosen."""
    name = django_settings.SESSION_COOKIE_NAME
    old, thief = desk.cookie(name), Browser()
    thief.session.cookies.set(name, old, domain="localhost.local", path="/")
    thief.get(f"{site}/account/")
    assert thief.page.h1 == "Your account"
    desk.submit("Change password")
    type_password(desk, ALICE, ALICES)
    assert desk.cookie(name) != old
    thief.get(f"{site}/account/")
    assert thief.page.h1 == "Sign in to go on"
    assert not Session.objects.filter(session_key=old).exists()
    desk.get(f"{site}/account/")
    assert desk.page.h1 == "Your account"
    assert sum(form.has_button("Sign out there") for form in desk.page.forms) == 0


def test_a_callback_whose_row_cannot_be_written_is_complete(site, tenant, monkeypatch):
    from django.db import OperationalError

    def broken(*args, **kwargs):
        raise OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(SignIn, "save", broken)
    browser = Browser()
    open_page(browser, f"{site}/account/")
    type_password(browser, ALICE, ALICES)
    assert browser.page.h1 == "Your account"
    assert "This device" in browser.page.visible_text
    assert not SignIn.objects.exists()
