"""A tenant with a form for a new password, a flow that sets it, and an Action that renders it while one is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tenant.actions.deploying import Deployer
from tests.tenant.application import Application
from tests.tenant.forms.designing import Designer
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

SCOPES = (
    "create:actions", "read:actions", "update:actions", "create:forms", "update:forms", "delete:forms",
    "create:flows", "delete:flows", "create:flows_vault_connections", "update:flows_vault_connections", "read:users",
    "update:users", "update:users_app_metadata", "create:user_tickets", "read:logs",
)  # fmt: skip


@pytest.fixture
def app(tenant: LocalTenant) -> Application:
    seed = seed_with_scopes(*SCOPES)
    server = seed["clients"][1]
    others = {"half-client": ["update:users_app_metadata"], "reading-client": ["read:users"]}
    seed["clients"] += [{**server, "client_id": name, "scopes": scopes} for name, scopes in others.items()]
    tenant.seed(seed)
    return Application(tenant)


@pytest.fixture
def deployer(app: Application) -> Deployer:
    return Deployer(app)


@pytest.fixture
def designer(deployer: Deployer) -> Designer:
    return Designer(deployer)
