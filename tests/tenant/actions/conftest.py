"""A tenant whose server may deploy Actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tenant.actions.deploying import Deployer
from tests.tenant.application import Application
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

SCOPES = (
    "read:actions", "create:actions", "update:actions", "delete:actions", "read:users", "update:users",
    "update:users_app_metadata", "create:user_tickets", "read:logs", "delete:users",
)  # fmt: skip


@pytest.fixture
def app(tenant: LocalTenant) -> Application:
    seed = seed_with_scopes(*SCOPES)
    seed["clients"][0]["grant_types"] += [
        "password",
        "http://auth0.com/oauth/grant-type/password-realm",
        "refresh_token",
    ]
    tenant.seed(seed)
    return Application(tenant)


@pytest.fixture
def deployer(app: Application) -> Deployer:
    return Deployer(app)
