"""Pages written from the right: Arabic as the site's language, with our English in it, on the narrowest phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from auth0_password.models import PasswordState
from auth0_password.services import require_reset
from tests.stories.people import ALICE, ALICES

WIDTHS = [320, 1100]


@pytest.fixture
def arabic(settings):
    """The package's own layout: the demonstration's is written in English."""
    settings.LANGUAGE_CODE = "ar"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]


def inspect(person, name):
    """At each width: nothing sticks out, nothing is hard to use, and a picture to look at."""
    assert person.page.locator("html").get_attribute("dir") == "rtl"
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 800})
        person.shoot(f"rtl-{name}-{width}")
        assert person.fits(), (name, width)
        results = Axe().run(person.page)
        assert results.violations_count == 0, results.generate_report()


def test_pages_turn_round(arabic, site, tenant, people):
    alice = people()
    alice.page.goto(f"{site}/account/")
    alice.page.locator("main button").click()
    alice.fill(username=ALICE, password=ALICES)
    alice.press("Continue")
    assert alice.h1 == "Your account"
    inspect(alice, "profile")
    heading, button = (alice.page.locator(f".ap-rows li {what}").first.bounding_box() for what in ("h2", "button"))
    assert button["x"] < heading["x"]

    user = PasswordState.objects.get(user__email=ALICE).user
    require_reset(user, reason="administrator", message="Twelve characters from now on.")
    alice.page.goto(f"{site}/account/")
    assert alice.h1 == "Choose a new password"
    inspect(alice, "required")
