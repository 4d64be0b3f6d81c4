"""One local tenant for the room's tests, back at its seed for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import Browser
from tests.support.tenant import LocalTenant, demo_seed
from tests.tenant.application import SITE, Application

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def running_tenant() -> Iterator[LocalTenant]:
    with LocalTenant.start(demo_seed(SITE)) as tenant:
        yield tenant
    assert not tenant.errors, "".join(tenant.errors)


@pytest.fixture
def tenant(running_tenant: LocalTenant) -> LocalTenant:
    running_tenant.reset()
    return running_tenant


@pytest.fixture
def app(tenant: LocalTenant) -> Application:
    return Application(tenant)


@pytest.fixture
def browser() -> Browser:
    """It stops at the application's door: there is no site in these tests."""
    return Browser(stop_at=SITE)
