"""What a token or a plan does not allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.tenant.application import ALICE, LOGIN, RIVERSIDE, Application
from tests.tenant.steering import seed_with_scopes, steer

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

ORGANIZATION = f"organizations/{RIVERSIDE}"
NEEDED = [
    ("GET", "users", "read:users"),
    ("POST", "users", "create:users"),
    ("DELETE", f"users/{ALICE}", "delete:users,delete:current_user"),
    ("POST", f"users/{ALICE}/identities", "update:users"),
    ("DELETE", f"users/{ALICE}/identities/auth0/1", "update:users"),
    ("GET", f"users/{ALICE}/organizations", "read:organizations"),
    ("POST", "jobs/users-imports", "create:users"),
    ("POST", "jobs/users-exports", "read:users"),
    ("POST", "jobs/verification-email", "update:users"),
    ("GET", "jobs/job_x", "create:users,read:users,create:passwords_checking_job"),
    ("GET", "jobs/job_x/errors", "create:users,read:users,create:passwords_checking_job"),
    ("POST", "tickets/password-change", "create:user_tickets"),
    ("POST", "tickets/email-verification", "create:user_tickets"),
    ("GET", "clients", "read:clients,read:client_keys,read:client_credentials,read:client_summary"),
    ("POST", "clients", "create:clients"),
    ("PATCH", f"clients/{LOGIN[0]}", "update:clients,update:client_keys,update:client_credentials"),
    ("DELETE", f"clients/{LOGIN[0]}", "delete:clients"),
    ("POST", f"clients/{LOGIN[0]}/rotate-secret", "update:client_keys"),
    ("GET", f"clients/{LOGIN[0]}/connections", "read:connections"),
    ("GET", "client-grants", "read:client_grants"),
    ("POST", "client-grants", "create:client_grants"),
    ("PATCH", "client-grants/cgr_x", "update:client_grants"),
    ("DELETE", "client-grants/cgr_x", "delete:client_grants"),
    ("GET", "connections", "read:connections"),
    ("POST", "connections", "create:connections"),
    ("PATCH", "connections/con_x", "update:connections"),
    ("DELETE", "connections/con_x", "delete:connections"),
    ("GET", "connections/con_x/clients", "read:connections"),
    ("PATCH", "connections/con_x/clients", "update:connections"),
    ("GET", "organizations", "read:organizations,read:organizations_summary"),
    ("POST", "organizations", "create:organizations"),
    ("PATCH", ORGANIZATION, "update:organizations"),
    ("DELETE", ORGANIZATION, "delete:organizations"),
    ("GET", f"{ORGANIZATION}/members", "read:organization_members"),
    ("POST", f"{ORGANIZATION}/members", "create:organization_members"),
    ("DELETE", f"{ORGANIZATION}/members", "delete:organization_members"),
    ("GET", f"{ORGANIZATION}/enabled_connections", "read:organization_connections"),
    ("POST", f"{ORGANIZATION}/enabled_connections", "create:organization_connections"),
    ("GET", f"{ORGANIZATION}/invitations", "read:organization_invitations"),
    ("POST", f"{ORGANIZATION}/invitations", "create:organization_invitations"),
    ("DELETE", f"{ORGANIZATION}/invitations/uinv_x", "delete:organization_invitations"),
    ("GET", "email-templates/verify_email", "read:email_templates"),
    ("POST", "email-templates", "create:email_templates"),
    ("PUT", "email-templates/verify_email", "update:email_templates"),
    ("GET", "emails/provider", "read:email_provider"),
    ("PATCH", "emails/provider", "update:email_provider"),
    ("GET", "tenants/settings", "read:tenant_settings"),
    ("PATCH", "tenants/settings", "update:tenant_settings"),
    ("GET", "forms", "read:forms"),
    ("POST", "forms", "create:forms"),
    ("PATCH", "flows/af_x", "update:flows"),
    ("DELETE", "flows/vault/connections/ac_x", "delete:flows_vault_connections"),
]


@pytest.fixture
def token(tenant: LocalTenant) -> str:
    """A good one, for something else."""
    tenant.seed(seed_with_scopes("read:nothing"))
    return Application(tenant).management_token


@pytest.mark.parametrize(("method", "path", "scopes"), NEEDED)
def test_a_scope_is_needed(tenant: LocalTenant, token: str, method: str, path: str, scopes: str):
    reply = Application(tenant).api(method, path, token, json={})
    assert (reply.status_code, reply.json()) == (
        403,
        {
            "statusCode": 403,
            "error": "Forbidden",
            "message": f"Insufficient scope, expected any of: {scopes}",
            "errorCode": "insufficient_scope",
        },
    )


class TestPlans:
    BODY: dict[str, Any] = {"oidc_logout": {"backchannel_logout_urls": ["https://site.example/out/"]}}

    @pytest.mark.parametrize("subscription", ["free", "essentials", "professional"])
    def test_what_enterprise_has_alone(self, app: Application, tenant: LocalTenant, subscription: str):
        tenant.plan(subscription=subscription)
        reply = app.api("PATCH", f"clients/{LOGIN[0]}", json=self.BODY)
        assert (reply.status_code, reply.json()["errorCode"]) == (403, "insufficient_entitlement")
        assert reply.json()["message"] == "Please upgrade your subscription to use back-channel logout"
        tenant.plan(subscription="enterprise")
        assert app.api("PATCH", f"clients/{LOGIN[0]}", json=self.BODY).status_code == 200

    def test_no_such_subscription(self, app: Application):
        assert steer(app.tenant, "plan", {"subscription": "gold"}).status_code == 400
