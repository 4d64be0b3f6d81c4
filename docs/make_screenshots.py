"""The README's pictures: Bob's story in Chromium. Run by `make screenshots`, which starts a demo of its own."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
NEW = "Copper-Lighthouse-73!"


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


def shoot(page: Page, name: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    page.screenshot(path=IMAGES / f"{name}.png")


def play(page: Page, site: str) -> None:
    """The story in the order in which the README tells it."""
    page.goto(f"{site}/")
    shoot(page, "home")
    press(page, "Sign in as Bob")
    page.fill("input[name=password]", "Temporary-2026!")
    press(page, "Continue")
    shoot(page, "required")
    press(page, "Choose a new password")
    for field in ("newPassword", "confirmNewPassword"):
        page.fill(f"input[name={field}]", NEW)
    shoot(page, "tenant")
    press(page, "Reset password")
    page.get_by_role("link", name="Back to Northwind Library").click()
    page.fill("input[name=username]", "bob@example.com")
    page.fill("input[name=password]", NEW)
    press(page, "Continue")
    assert page.get_by_role("heading", name="My loans").is_visible()  # noqa: S101 - a picture of the wrong page is none
    page.goto(f"{site}/account/")
    shoot(page, "profile")


def main() -> None:
    site, started = sys.argv[1], time.monotonic()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        play(browser.new_page(viewport={"width": 1000, "height": 780}), site)
        browser.close()
    print(f"pictures in {IMAGES}, the story took {time.monotonic() - started:.1f} s")  # noqa: T201


if __name__ == "__main__":
    main()
