"""People in Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

SHOTS = Path(__file__).parents[2] / "build" / "screenshots"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1100, "height": 820}

# Playwright runs an event loop of its own in this thread; the database is only looked at beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items):
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


class Person:
    """Somebody's browser: a page, what its console said, and screenshots."""

    def __init__(self, context: BrowserContext, name: str) -> None:
        self.context, self.name = context, name
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @property
    def h1(self) -> str:
        return self.page.locator("h1").inner_text()

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).first.click()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"input[name={name}]", value)

    def shoot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}-{self.name}.png", full_page=True)

    def fits(self) -> bool:
        """Nothing sticks out sideways."""
        return self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.fixture
def people(chromium) -> Iterator:
    """Make a person's browser: `people("phone", javascript=False)`."""
    contexts: list[BrowserContext] = []

    def make(name: str = "desk", *, scheme: str = "light", javascript: bool = True) -> Person:
        viewport = PHONE if "phone" in name else DESK
        contexts.append(
            chromium.new_context(
                viewport=viewport, color_scheme=scheme, java_script_enabled=javascript, locale="en-GB"
            )
        )
        return Person(contexts[-1], f"{name}-{scheme}")

    yield make
    for context in contexts:
        context.close()
