"""Bob, Alice and Grace as users of the site, and a tenant without a network."""

from __future__ import annotations

import pytest

from auth0_password.services import subjects
from auth0_password.testing import auth0_gateway  # noqa: F401 - a fixture

BOB = "auth0|bob"


@pytest.fixture
def bob(db, auth0_gateway, django_user_model):  # noqa: F811 - the fixture
    """Bob signed in once; nothing is asked of him."""
    auth0_gateway.add(BOB, email="bob@example.com")
    user = django_user_model.objects.create_user("bob", "bob@example.com", first_name="Bob", last_name="Miller")
    subjects.bind(user, auth0_gateway.read_user(BOB))
    auth0_gateway.advance(minutes=1)
    return user


@pytest.fixture
def grace(db, django_user_model):
    return django_user_model.objects.create_superuser("grace", "grace@example.com", first_name="Grace")
