"""Every page for what can go wrong."""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone
from social_core.exceptions import AuthCanceled, AuthProviderError, AuthResponseError, AuthSessionError

from auth0_password import exceptions
from auth0_password.answers import problems
from auth0_password.backends import Auth0PasswordBackend
from auth0_password.views import account
from tests.browser.inspection import inspect
from tests.stories.people import ALICE, ALICES, BOB, TEMPORARY

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


def test_every_problem(site, tenant, anyone, monkeypatch):
    anyone.arrive(f"{site}/loans/", BOB, TEMPORARY)
    required, seen = anyone.page.url, set()
    monkeypatch.setattr(account.throttles, "hit", lambda name, who: None)
    for page, error in [*ours(), *social()]:

        def broken(user, error=error):
            raise error

        monkeypatch.setattr(account, "look", broken)
        anyone.page.goto(required)
        anyone.press("Check now")
        assert anyone.h1 == str(page.title)
        assert ("Nothing was changed." in anyone.text) == page.unchanged
        assert anyone.page.locator("main .ap-primary").count() == 1
        if page.title not in seen:
            inspect(anyone, f"problem-{len(seen):02}", turned=not seen)
        seen.add(page.title)
    every = {value.title for value in vars(problems).values() if isinstance(value, problems.Problem)}
    assert seen == every


def test_somebody_whom_nobody_knows_here_yet(site, tenant, anyone):
    """The same pages have another button for who is not signed in."""
    tenant.faults([{"method": "GET", "path": "/api/v2/.*", "times": -1, "status": 503}])
    anyone.arrive(f"{site}/loans/", ALICE, ALICES)
    assert anyone.h1 == "We could not reach the sign-in service"
    inspect(anyone, "problem-stranger")
    anyone.page.goto(f"{site}/complete/auth0/?state=made-up&code=x")
    assert anyone.h1 == "This sign-in cannot be continued"
    inspect(anyone, "problem-stranger-stale")


def test_a_state_that_cannot_be_read(site, tenant, anyone, known_here, django_user_model, monkeypatch):
    known_here(anyone, django_user_model.objects.create(username="grace"))

    def broken(user):
        raise DatabaseError

    monkeypatch.setattr("auth0_password.middleware.decision.state_of", broken)
    anyone.page.goto(f"{site}/loans/")
    assert anyone.h1 == "We cannot check your account right now"
    inspect(anyone, "problem-unreadable")
