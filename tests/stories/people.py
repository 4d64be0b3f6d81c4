"""What the people of the stories do again and again."""

from __future__ import annotations

from tests.support.browser import Browser

BOB, ALICE, CAROL, DAVE, GRACE = (f"{name}@example.com" for name in ("bob", "alice", "carol", "dave", "grace"))
TEMPORARY, ALICES, GRACES = "Temporary-2026!", "Quiet-Harbour-42!", "Steady-Compass-17!"
NEW = "Copper-Lighthouse-73!"


def open_page(browser: Browser, url: str) -> None:
    """Open a page of the site as somebody who has to sign in first, as far as the tenant's page."""
    browser.get(url)
    assert browser.page.h1 == "Sign in to go on"
    browser.submit("Sign in")


def sign_in(browser: Browser, url: str, email: str, password: str) -> None:
    """Open a page of the site, and sign in through the tenant's page."""
    open_page(browser, url)
    type_password(browser, email, password)


def type_password(browser: Browser, email: str, password: str) -> None:
    browser.submit("Continue", username=email, password=password)


def choose(browser: Browser, password: str) -> None:
    """On the hosted page: the new password, twice."""
    browser.submit("Reset password", newPassword=password, confirmNewPassword=password)
