"""Every page for what can go wrong, in Chromium."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from social_core.exceptions import AuthCanceled, AuthProviderError, AuthResponseError, AuthSessionError

from auth0_password import exceptions
from auth0_password.answers import problems
from auth0_password.backends import Auth0PasswordBackend
from auth0_password.views import account
from tests.browser.test_story import LOOKS, inspect, sign_in
from tests.stories.people import BOB, TEMPORARY

BACKEND = Auth0PasswordBackend()


def ours():
    """An error for each page of our own."""
    soon = timezone.now() + timedelta(minutes=3)
    special = {exceptions.LimitReachedError: {"retry_at": soon}}
    for kind, page in problems.OURS.items():
        yield page, kind("made up", **special.get(kind, {}))


def social():
    for code, page in problems.BY_CODE.items():
        yield page, AuthResponseError(BACKEND, code=code, stage="test")
    yield problems.STALE_PAGE, AuthSessionError(BACKEND, code="x", stage="test")
    yield problems.UNAVAILABLE, AuthProviderError(BACKEND, code="x", stage="test")
    yield problems.STOPPED, AuthCanceled(BACKEND, code="x", stage="test")
    yield problems.NOT_GENUINE, AuthResponseError(BACKEND, code="x", stage="test")


@pytest.mark.parametrize("look", LOOKS)
def test_every_problem(site, tenant, people, monkeypatch, look):
    bob = people(**look)
    bob.page.goto(f"{site}/loans/")
    bob.page.locator("main button").click()
    sign_in(bob, BOB, TEMPORARY)
    required = bob.page.url
    seen = set()
    for page, error in [*ours(), *social()]:

        def broken(user, error=error):
            raise error

        monkeypatch.setattr(account, "look", broken)
        monkeypatch.setattr(account.throttles, "hit", lambda name, who: None)
        bob.page.goto(required)
        bob.press("Check now")
        assert bob.h1 == str(page.title)
        assert ("Nothing was changed." in bob.page.inner_text("main")) == page.unchanged
        assert bob.page.locator("main .ap-primary").count() == 1
        if page.title not in seen:
            inspect(bob, f"problem-{len(seen):02}")
        seen.add(page.title)
    every = {value.title for value in vars(problems).values() if isinstance(value, problems.Problem)}
    assert seen == every
    assert [line for line in bob.complaints if "Content Security" in line] == []
