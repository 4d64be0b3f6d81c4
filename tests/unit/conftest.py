"""Bob, Alice and Grace as users of the site, and a tenant without a network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from auth0_password.services import subjects
from auth0_password.testing import auth0_gateway  # noqa: F401 - a fixture

BOB = "auth0|bob"


@pytest.fixture
def clock():
    """Time stands still at nine o'clock, until it is moved."""
    with time_machine.travel(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def later(clock, auth0_gateway):  # noqa: F811 - the fixture
    """Move time, here and at the tenant: `later(minutes=5)`; returns Auth0's time."""

    def move(**duration: float) -> datetime:
        clock.shift(timedelta(**duration))
        return auth0_gateway.now()

    return move


@pytest.fixture
def bob(db, auth0_gateway, django_user_model, later):  # noqa: F811 - the fixture
    """Bob signed in once; nothing is asked of him."""
    auth0_gateway.add(BOB, email="bob@example.com")
    user = django_user_model.objects.create_user("bob", "bob@example.com", first_name="Bob", last_name="Miller")
    subjects.bind(user, auth0_gateway.read_user(BOB))
    later(minutes=1)
    return user


@pytest.fixture
def nowhere(monkeypatch, settings):
    """A site that does not say where it is."""
    monkeypatch.delitem(settings.AUTH0_PASSWORD, "SITE_URL")


@pytest.fixture
def grace(db, django_user_model):
    return django_user_model.objects.create_superuser("grace", "grace@example.com", first_name="Grace")
