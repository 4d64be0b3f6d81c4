"""Fixtures for the tests of the middleware."""

from __future__ import annotations

import pytest

from auth0_password.services import require_reset
from tests.unit.middleware.site import LOGIN_REQUIRED


@pytest.fixture(autouse=True)
def nobody_else_looks(settings):
    """Without Django's `LoginRequiredMiddleware`, which loads the user on every page itself."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != LOGIN_REQUIRED]


@pytest.fixture
def flagged(bob, grace, client):
    """Bob, signed in, who must choose a new password."""
    client.force_login(bob)
    require_reset(bob, reason="administrator", by=grace)
    return client
