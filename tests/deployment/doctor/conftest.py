"""A tenant that is well set up, and what the doctor says of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from auth0_password.deployment import scopes
from auth0_password.management import deployment_client
from tests.support import deployed as support
from tests.support.deployed import deployed  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

LOOKING = [
    "read:connections", "update:connections", "read:attack_protection", "update:attack_protection",
    "read:email_provider", "create:email_provider", "update:email_provider", "delete:email_provider",
    "read:email_templates", "create:email_templates", "update:email_templates", "read:custom_domains",
    "read:connections_options",
]  # fmt: skip
"""What the client that deploys has here besides."""


@dataclass
class Ward:
    """Site and tenant. `api` changes the tenant, `settings` the site."""

    tenant: LocalTenant
    site: str
    settings: Any
    login_client: str
    deployed: Callable[..., Any]
    status: int = 0
    errors: str = ""

    @property
    def api(self) -> Any:
        return support.tenant_api(self.tenant)

    def configure(self, **changes: Any) -> None:
        self.settings.AUTH0_PASSWORD = {**self.settings.AUTH0_PASSWORD, **changes}

    def change_client(self, **changes: Any) -> None:
        self.api.patch(f"clients/{self.login_client}", changes)

    def client(self) -> dict[str, Any]:
        return self.api.get(f"clients/{self.login_client}")

    def change_connection(self, **options: Any) -> None:
        connection = self.connection()
        self.api.patch(f"connections/{connection['id']}", {"options": {**connection["options"], **options}})

    def connection(self) -> dict[str, Any]:
        return self.api.get("connections", name="Username-Password-Authentication")[0]

    def connection_options_are_hidden(self) -> bool:
        """The local tenant shows them to everybody; Auth0 does not, without read:connections_options."""
        found = [{name: value for name, value in self.connection().items() if name != "options"}]
        fault = {"method": "GET", "path": "/api/v2/connections", "status": 200, "body": json.dumps(found)}
        return bool(self.tenant.faults([{**fault, "content_type": "application/json", "times": -1}]))

    def action(self, trigger: str) -> dict[str, Any]:
        actions = self.api.list("actions/actions", "actions")
        return next(one for one in actions if one["name"] == f"auth0-password {trigger}")

    def change_action(self, trigger: str, **changes: Any) -> None:
        """By hand, and deployed."""
        path = f"actions/actions/{self.action(trigger)['id']}"
        self.api.patch(path, changes)
        self.tenant.advance(1)
        self.api.post(f"{path}/deploy")
        self.tenant.advance(1)

    def bind(self, trigger: str, *names: str) -> None:
        references = [{"ref": {"type": "action_name", "value": name}, "display_name": name} for name in names]
        self.api.patch(f"actions/triggers/{trigger}/bindings", {"bindings": references})

    def add_action(self, trigger: str, name: str, code: str) -> None:
        body = {"name": name, "code": code, "supported_triggers": [{"id": trigger, "version": VERSIONS[trigger]}]}
        found = self.api.post("actions/actions", {**body, "runtime": "node22", "deploy": True})
        assert found["id"]
        self.tenant.advance(1)

    def grant(self, scope: str) -> None:
        """One more for the site's own client."""
        self.rescope(lambda scopes: [*scopes, scope])

    def take_away(self, scope: str) -> None:
        self.rescope(lambda scopes: [one for one in scopes if one != scope])

    def rescope(self, change: Callable[[list[str]], list[str]]) -> None:
        client = self.settings.AUTH0_PASSWORD["MANAGEMENT_CLIENT_ID"]
        [found] = self.api.list("client-grants", "client_grants", client_id=client)
        self.api.patch(f"client-grants/{found['id']}", {"scope": change(found["scope"])})

    def template(self, **changes: Any) -> None:
        """The mail with a link, as somebody changed it."""
        body = {"template": "reset_email", "body": "{{ url }}", "from": "", "subject": "", "syntax": "liquid"}
        self.api.post("email-templates", {**body, "enabled": True, "urlLifetimeInSeconds": 86_400, **changes})

    def stream(self) -> dict[str, Any]:
        return self.api.get("log-streams")[0]

    def text(self, *arguments: str, **options: Any) -> str:
        """What the command prints."""
        said, complaint = StringIO(), ""
        self.status = 0
        try:
            call_command("auth0_doctor", *arguments, stdout=said, **options)
        except CommandError as error:
            self.status, complaint = error.returncode, str(error)
        self.errors = complaint
        return said.getvalue()

    def report(self) -> dict[str, Any]:
        return json.loads(self.text("--json"))

    def findings(self) -> dict[str, dict[str, Any]]:
        return {finding["id"]: finding for finding in self.report()["findings"]}

    def bad(self) -> dict[str, str]:
        """The ids of what is wrong, with how bad it is."""
        return {name: one["level"] for name, one in self.findings().items() if one["level"] in {"warning", "error"}}


VERSIONS = {"post-login": "v3", "post-change-password": "v2", "password-reset-post-challenge": "v1"}


@pytest.fixture
def ward(deployed, site, tenant, settings, monkeypatch) -> Ward:  # noqa: F811
    """Everything as it should be: nothing to warn of."""
    monkeypatch.setenv(deployment_client.DEPLOY_ID, support.CLIENT_ID)
    monkeypatch.setenv(deployment_client.DEPLOY_SECRET, support.CLIENT_SECRET)

    def edit(seed: dict[str, Any]) -> None:
        login, management, *_ = seed["clients"]
        management["scopes"] = sorted(scopes.runtime())
        login["oidc_logout"] = {
            "backchannel_logout_urls": [f"{site}/account/backchannel-logout/"],
            "backchannel_logout_initiators": {
                "mode": "custom",
                "selected_initiators": ["rp-logout", "idp-logout", "password-changed"],
            },
        }
        seed["clients"][-1]["scopes"] = [*support.SCOPES, *LOOKING]

    deployed(
        seed=edit,
        RESET_VERIFIER="auth0_password.services.verifiers.ActiveHere",
        LOG_STREAM_TOKEN=support.LOG_STREAM_TOKEN,
        DEPLOY={},
        FORCE_AT="site",
        LOGIN_ROUTE=True,
    )
    found = Ward(tenant, site, settings, settings.SOCIAL_AUTH_AUTH0_KEY, deployed)
    found.api.post("emails/provider", {"name": "smtp", "enabled": True, "credentials": {"smtp_host": "mail.test"}})
    found.api.patch("attack-protection/breached-password-detection", {"enabled": True, "shields": ["block"]})
    tenant.advance(1)
    return found
