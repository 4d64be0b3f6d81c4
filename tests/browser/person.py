"""Somebody's browser: a page, what its console said, where its document came from, and pictures."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

SHOTS = Path(__file__).parents[2] / "build" / "screenshots"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1100, "height": 820}
LOOKS = [
    pytest.param({"name": "desk"}, id="desk"),
    pytest.param({"name": "phone", "scheme": "dark"}, id="phone in the dark"),
    pytest.param({"name": "desk-no-scripts", "javascript": False}, id="no scripts"),
]
OF_A_STATUS = "the server responded with a status of"
"""What Chromium says of every answer from 400 on, also where that is the right one."""

SIZE = """() => {
  document.getAnimations().forEach(animation => animation.finish());
  return [document.documentElement.clientWidth, document.documentElement.scrollHeight];
}"""
"""How big the page is, when all that moves has arrived."""


class Person:
    """One browser of one person."""

    def __init__(self, context: BrowserContext, name: str) -> None:
        self.context, self.name = context, name
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self._document: Response | None = None
        self._debugger = context.new_cdp_session(self.page)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._remember)

    @property
    def h1(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def text(self) -> str:
        return self.page.inner_text("main")

    @property
    def source(self) -> str:
        """The document as the server sent it."""
        assert self._document is not None
        assert self._document.url.partition("#")[0] == self.page.url.partition("#")[0]
        return self._document.text()

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).first.click()

    def follow(self, link: str) -> None:
        self.page.get_by_role("link", name=link, exact=True).first.click()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"input[name={name}]", value)

    def sign_in(self, email: str, password: str) -> None:
        """On the tenant's page."""
        self.fill(username=email, password=password)
        self.press("Continue")

    def arrive(self, url: str, email: str, password: str) -> None:
        """Sign in, on the way to a page."""
        self.page.goto(url)
        self.page.locator("main button").first.click()
        self.sign_in(email, password)
        self.page.wait_for_url(lambda now: urlsplit(now).netloc == urlsplit(url).netloc)

    def choose(self, password: str) -> None:
        """On the hosted page: the new password, twice."""
        self.fill(newPassword=password, confirmNewPassword=password)
        self.press("Reset password")

    def shoot(self, name: str) -> None:
        """A picture of the whole page, through the debugger: a third faster than Playwright's own."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        width, height = self.page.evaluate(SIZE)
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        wanted = {"format": "png", "optimizeForSpeed": True, "captureBeyondViewport": True, "clip": clip}
        picture = self._debugger.send("Page.captureScreenshot", wanted)
        (SHOTS / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))

    def glance(self, name: str) -> None:
        """A picture with this look, on which nothing sticks out sideways."""
        self.shoot(f"{name}-{self.name}")
        assert self.fits(), name

    def fits(self) -> bool:
        return self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and OF_A_STATUS not in message.text:
            self.complaints.append(f"{message.text} ({message.location['url']})")

    def _remember(self, response: Response) -> None:
        """The newest document; redirects have none."""
        leads_on = 300 <= response.status < 400
        if response.request.is_navigation_request() and response.frame == self.page.main_frame and not leads_on:
            self._document = response
