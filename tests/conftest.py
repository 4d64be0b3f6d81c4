"""The people, their browsers, and a running site and tenant."""

from __future__ import annotations

import os
from collections.abc import Iterator

import hypothesis
import pytest
from django.core.servers.basehttp import WSGIRequestHandler

from auth0_password import gateway
from auth0_password.services import work
from tests.support.browser import Browser
from tests.support.chromium import chromium  # noqa: F401 - a fixture
from tests.support.deployed import deployed  # noqa: F401 - a fixture
from tests.support.tenant import LocalTenant, demo_seed

hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")

# The test server writes head and body apart: Nagle's algorithm and delayed ACKs would cost 40 ms an answer.
WSGIRequestHandler.disable_nagle_algorithm = True


@pytest.fixture(scope="session", autouse=True)
def nobody_at_work() -> None:
    """Work that is wanted stays on its rows, until a test does it."""
    work.set_dispatcher(None)


@pytest.fixture(scope="session")
def tenant_process(live_server) -> Iterator[LocalTenant]:
    """One tenant for the whole run, whose seed knows the site's address."""
    with LocalTenant.start(demo_seed(live_server.url)) as tenant:
        yield tenant


@pytest.fixture
def tenant(tenant_process, settings) -> Iterator[LocalTenant]:
    """The tenant as it was seeded, and the site pointed at it."""
    tenant_process.reset()
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = tenant_process.domain
    yield tenant_process
    gateway.set_gateway(None)


@pytest.fixture
def site(live_server, transactional_db, tenant) -> str:
    """The address of the running demonstration site."""
    return live_server.url


@pytest.fixture
def browser() -> Browser:
    return Browser()
