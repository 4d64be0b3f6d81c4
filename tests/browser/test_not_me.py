"""“This was not me”: before and after it was said, the link that is too old, and the mail itself."""

from __future__ import annotations

import pytest

from auth0_password.models import ChangeReport, PasswordChange, PasswordState
from auth0_password.services.disputes import token_of
from auth0_password.services.letters import confirmation
from tests.browser.inspection import inspect
from tests.stories.people import ALICE, ALICES, sign_in
from tests.support.browser import Browser

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def change(site, tenant):
    """Alice has signed in; her password was changed by somebody."""
    sign_in(Browser(), f"{site}/loans/", ALICE, ALICES)
    state = PasswordState.objects.get(user__email=ALICE)
    change = PasswordChange.objects.create(
        user=state.user, subject_key=state.subject_key, changed_at=state.read_at, mail_to=ALICE
    )
    ChangeReport.objects.create(
        subject_key=state.subject_key,
        changed_at=state.read_at,
        ip="203.0.113.7",
        user_agent=FIREFOX,
        expires_at=state.read_at,
    )
    return change


def test_every_state_of_the_page(site, change, anyone):
    address = f"{site}/account/not-me/{token_of(change)}/"
    anyone.page.goto(address)
    inspect(anyone, "not-me")
    anyone.press("This was not me")
    assert "closed the account" in anyone.h1
    inspect(anyone, "not-me-done")
    anyone.page.goto(f"{address[:-3]}/")
    assert anyone.h1 == "This link does not work any more"
    inspect(anyone, "not-me-gone")


def test_with_each_look(site, change, person):
    person.page.goto(f"{site}/account/not-me/{token_of(change)}/")
    person.press("This was not me")
    person.press("Choose a new password")
    assert person.page.url.startswith(("http://127.0.0.1", site))


def test_the_mail(change, anyone):
    mail = confirmation(change, token_of(change))
    anyone.page.set_content(mail.alternatives[0][0])
    assert "Firefox on Windows" in anyone.page.inner_text("body")
    for width in (360, 768):
        anyone.page.set_viewport_size({"width": width, "height": 700})
        anyone.shoot(f"mail-changed-{width}")
        assert anyone.fits()
