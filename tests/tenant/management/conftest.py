"""A tenant whose server may do everything, called through Auth0's own library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from auth0.management import Auth0

from tests.tenant.application import DATABASE, Application
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.tenant import LocalTenant

RESOURCES = (
    "users", "users_app_metadata", "clients", "client_keys", "client_grants", "connections", "organizations",
    "organization_members", "organization_connections", "organization_invitations", "email_templates",
    "email_provider", "tenant_settings", "forms", "flows", "flows_vault_connections", "user_tickets",
)  # fmt: skip
SCOPES = [f"{verb}:{resource}" for resource in RESOURCES for verb in ("read", "create", "update", "delete")]


@pytest.fixture
def seed() -> dict[str, Any]:
    return seed_with_scopes(*SCOPES)


@pytest.fixture
def app(tenant: LocalTenant, seed: dict[str, Any]) -> Application:
    tenant.seed(seed)
    return Application(tenant)


@pytest.fixture
def auth0(app: Application) -> Iterator[Auth0]:
    with httpx.Client(timeout=5) as client:
        base_url = f"{app.tenant.base_url}/api/v2"
        yield Auth0(base_url=base_url, token=app.management_token, httpx_client=client, max_retries=0)


@pytest.fixture
def database_id(app: Application) -> str:
    (found,) = app.api("GET", f"connections?name={DATABASE}").json()
    return str(found["id"])
