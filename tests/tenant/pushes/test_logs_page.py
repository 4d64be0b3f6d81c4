"""/logs: a list that a person can read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.tenant.application import ALICE, BOB, change_password
from tests.tenant.pushes.pushing import NEW, Pushing

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.support.page import Page


def open_logs(pushing: Pushing, browser: Browser, query: str = "") -> Page:
    return browser.get(f"{pushing.tenant.base_url}/logs{query}")


def test_what_happened_in_plain_words(pushing: Pushing, browser: Browser):
    pushing.sign_in(browser)
    change_password(browser, pushing.ticket(ALICE), "short")
    change_password(browser, pushing.ticket(ALICE), NEW)
    browser.get(f"{pushing.tenant.base_url}/")
    page = browser.click("Logs")
    assert page.h1 == "Logs"
    words = ["Password changed scp", "Password not changed fcp", "Signed in s"]
    places = [page.visible_text.index(line) for line in words]
    assert places == sorted(places)
    assert "Password is too weak" in page.visible_text
    assert pushing.log("scp")["log_id"] in page.visible_text


def test_one_users_own(pushing: Pushing, browser: Browser):
    pushing.sign_in(browser)
    pushing.change(user_id=BOB)
    page = open_logs(pushing, browser, f"?user_id={quote(ALICE)}")
    assert page.h1 == "Logs of alice@example.com"
    assert "Signed in" in page.visible_text
    assert "Management API call" not in page.visible_text
    assert browser.click("All logs").h1 == "Logs"
    assert "Nothing is known of this user yet" in open_logs(pushing, browser, "?user_id=nobody").visible_text


def test_page_by_page(pushing: Pushing, browser: Browser):
    for _ in range(51):
        assert pushing.management_token
    first = open_logs(pushing, browser)
    assert first.visible_text.count("Client credentials exchanged") == 50
    second = browser.click("Older")
    assert second.visible_text.count("Client credentials exchanged") == 1
    assert browser.click("Newer").url == first.url


def test_streams_and_what_waits_for_them(pushing: Pushing, browser: Browser):
    stream = pushing.stream("http://127.0.0.1:9/logs", "user.success")
    pushing.plan(scp_after=["patch"])
    pushing.change()
    assert "1 waiting" in open_logs(pushing, browser).visible_text
    pushing.api("PATCH", f"log-streams/{stream['id']}", json={"status": "paused"})
    assert "paused" in open_logs(pushing, browser).visible_text


def test_nothing_yet_and_an_odd_page(pushing: Pushing, browser: Browser):
    assert "Nothing has happened yet" in open_logs(pushing, browser, "?page=x").visible_text
