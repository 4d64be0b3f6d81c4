"""Pages written from the right: Arabic as the site's language, with our English in it, in the package's own layout.
How every page looks from the right is `inspect`'s business; here it is that the pages say so."""

from __future__ import annotations

import pytest

from auth0_password.models import PasswordState
from auth0_password.services import require_reset
from tests.browser.inspection import inspect
from tests.stories.people import ALICE, ALICES


@pytest.fixture
def arabic(settings):
    """The demonstration's own layout is written in English."""
    settings.LANGUAGE_CODE = "ar"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]


def examine(person, name):
    """At 320 pixels nothing sticks out either (WCAG 1.4.10); and all that `inspect` sees."""
    assert person.page.locator("html").get_attribute("dir") == "rtl"
    person.page.set_viewport_size({"width": 320, "height": 800})
    assert person.fits(), name
    inspect(person, f"arabic-{name}", turned=False)


def test_pages_turn_round(arabic, site, tenant, anyone):
    anyone.page.goto(f"{site}/loans/")
    examine(anyone, "sign-in")
    anyone.arrive(f"{site}/account/", ALICE, ALICES)
    assert anyone.h1 == "Your account"
    anyone.page.set_viewport_size({"width": 1100, "height": 800})
    heading, button = (anyone.page.locator(f".ap-rows li {what}").first.bounding_box() for what in ("h2", "button"))
    assert button["x"] < heading["x"]
    examine(anyone, "profile")
    anyone.press("Send a link")
    assert anyone.h1 == "Check your mail"
    examine(anyone, "waiting")

    user = PasswordState.objects.get(user__email=ALICE).user
    require_reset(user, reason="administrator", message="Twelve characters from now on.")
    anyone.page.goto(f"{site}/account/")
    assert anyone.h1 == "Choose a new password"
    examine(anyone, "required")
