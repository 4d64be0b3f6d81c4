"""Bob as in the unit tests, flagged, with a browser under WSGI and under ASGI."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import set_script_prefix

from auth0_password.services import require_reset
from tests.surroundings import site
from tests.surroundings.visitor import Visitor
from tests.unit.conftest import auth0_gateway, bob, clock, grace, later  # noqa: F401 - fixtures

OURS = "auth0_password.middleware.PasswordResetMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"


@pytest.fixture(autouse=True)
def surroundings(settings):
    """Every kind of view, in a site that leaves the decision to our middleware alone."""
    settings.ROOT_URLCONF = "tests.surroundings.site"
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != LOGIN_REQUIRED]
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]  # our own templates, without the demo's layout
    site.BEGUN.clear()
    yield
    cache.clear()
    set_script_prefix("/")


@pytest.fixture(params=["wsgi", "asgi"])
def visitor(request, db) -> Visitor:
    return Visitor(request.param)


@pytest.fixture
def flagged(visitor, bob, grace) -> Visitor:  # noqa: F811 - the fixtures
    """Bob's browser: signed in, and he must choose a new password."""
    visitor.client.force_login(bob, backend="auth0_password.backends.Auth0PasswordBackend")
    require_reset(bob, reason="administrator", by=grace)
    return visitor


@pytest.fixture
def flag_bob(bob, grace):  # noqa: F811
    return lambda: require_reset(bob, reason="breach", by=grace)


def put_before(middleware, name, place=OURS):
    at = middleware.index(place)
    return [*middleware[:at], name, *middleware[at:]]


def put_after(middleware, name, place=OURS):
    at = middleware.index(place) + 1
    return [*middleware[:at], name, *middleware[at:]]
