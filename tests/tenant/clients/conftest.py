"""Tenants for clients that are not ours: one over https, since stock ones ask no other, and one without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from auth0.management import Auth0

from tests.support.tenant import LocalTenant
from tests.tenant.application import SITE, Application
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    from collections.abc import Iterator

BACKENDS = ("auth0", "auth0_openidconnect")
KINDS = (
    "actions", "client_grants", "clients", "connections", "flows", "flows_vault_connections", "forms", "logs",
    "organization_connections", "organization_invitations", "organization_members", "organizations",
    "refresh_tokens", "sessions", "user_tickets", "users", "users_app_metadata",
)  # fmt: skip
SCOPES = [f"{verb}:{kind}" for kind in KINDS for verb in ("read", "create", "update", "delete")]


def seed() -> dict[str, Any]:
    wanted = seed_with_scopes(*SCOPES)
    wanted["clients"][0]["callbacks"] = [f"{SITE}/complete/{name}/" for name in BACKENDS]
    wanted["clients"][0]["grant_types"].append("refresh_token")
    return wanted


@pytest.fixture(scope="module")
def tls_tenant() -> Iterator[LocalTenant]:
    with LocalTenant.start(seed(), tls=True) as tenant:
        yield tenant
    assert not tenant.errors, "".join(tenant.errors)


@pytest.fixture
def secure(tls_tenant: LocalTenant, monkeypatch: pytest.MonkeyPatch) -> Application:
    """The application of a tenant that every client of these tests trusts."""
    tls_tenant.reset()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls_tenant.ca_file))
    return Application(tls_tenant)


@pytest.fixture
def app(tenant: LocalTenant) -> Application:
    tenant.seed(seed())
    return Application(tenant)


@pytest.fixture
def auth0(app: Application) -> Iterator[Auth0]:
    with httpx.Client(timeout=5) as client:
        url = f"{app.tenant.base_url}/api/v2"
        yield Auth0(base_url=url, token=app.management_token, httpx_client=client, max_retries=0)
