"""What the people of the stories do again and again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.support.browser import Browser

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tenant import LocalTenant

TICKETS, MAILS = "/api/v2/tickets/password-change", "/dbconnections/change_password"

BOB, ALICE, CAROL, DAVE, GRACE = (f"{name}@example.com" for name in ("bob", "alice", "carol", "dave", "grace"))
TEMPORARY, ALICES, GRACES = "Temporary-2026!", "Quiet-Harbour-42!", "Steady-Compass-17!"
ERIN, FRANK, HEIDI = (f"{name}@example.com" for name in ("erin", "frank", "heidi"))
DAVES, ERINS, HEIDIS = "Paper-Lantern-88!", "Velvet-Orchard-29!", "Harvest-Window-51!"
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


def sign_in_with_google(browser: Browser, url: str, account: str) -> None:
    """Open a page of the site, and sign in with an account at Google."""
    open_page(browser, url)
    browser.submit("Continue with Google (stand-in)")
    browser.submit(account)


def mails_to(tenant: LocalTenant, address: str) -> list[dict[str, Any]]:
    """The mails that the tenant sent to one address, newest first."""
    return [mail for mail in tenant.mails() if mail["to"] == address]


def newest_link(tenant: LocalTenant, address: str) -> str:
    return next(link for link in mails_to(tenant, address)[0]["links"] if "ticket=" in link)


def choose_with_link(tenant: LocalTenant, address: str, password: str = NEW) -> Browser:
    """On the phone: open the newest mail, and choose."""
    phone = Browser()
    phone.get(newest_link(tenant, address))
    choose(phone, password)
    assert phone.page.h1 == "Password changed"
    return phone


def is_password_of(site: str, email: str, password: str) -> bool:
    """Whether somebody gets in at the tenant with that password."""
    other = Browser(stop_at=f"{site}/complete/")
    sign_in(other, f"{site}/loans/", email, password)
    return other.page.status == 0


def count(tenant: LocalTenant, path: str) -> int:
    """How often the tenant was asked at a path."""
    return sum(one["path"] == path for one in tenant.requests())


def arrived(tenant: LocalTenant, address: str) -> None:
    """Wait for a mail: for somebody who is not signed in Auth0 is called when the answer is out."""
    until(lambda: bool(mails_to(tenant, address)))


def until(holds: Callable[[], bool]) -> None:
    """Wait for what happens in another process or thread."""
    for _ in range(100):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")
