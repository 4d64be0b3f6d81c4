"""A tenant that keeps its state in a file, so that tests see what no API shows; and the command, as it is typed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from auth0_password import gateway
from auth0_password.deployment import Plan, Step, Tenant, apply, make_plan, wanted
from auth0_password.deployment.sources import TRIGGERS
from auth0_password.management.commands.auth0_deploy import Command
from auth0_password.management.deployment_client import DEPLOY_ID, DEPLOY_SECRET
from tests.support.deployed import (
    CLIENT_ID,
    CLIENT_SECRET,
    LOG_STREAM_TOKEN,
    SECRETS,
    deploying_client,
    moving,
    tenant_api,
)
from tests.support.tenant import LocalTenant, demo_seed

SITE = "https://library.example.com"
FOREIGN = "Welcome mail of the marketing department"


@pytest.fixture(scope="session")
def deploying_tenant(tmp_path_factory):
    state = tmp_path_factory.mktemp("tenant") / "state.json"
    with LocalTenant.start(deploying_client(demo_seed(SITE)), state=state) as running:
        running.state_file = state
        yield running
    assert not running.errors, "".join(running.errors)


@pytest.fixture
def tenant(deploying_tenant, settings, monkeypatch):
    """With somebody who has deployed an Action and a log stream of their own before us."""
    deploying_tenant.reset()
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = deploying_tenant.domain
    settings.AUTH0_PASSWORD = {
        **settings.AUTH0_PASSWORD, **SECRETS, "LOG_STREAM_TOKEN": LOG_STREAM_TOKEN, "SITE_URL": SITE,
        "FORCE_AT": "form", "LOGIN_ROUTE": None,
    }  # fmt: skip
    for name, value in zip((DEPLOY_ID, DEPLOY_SECRET), (CLIENT_ID, CLIENT_SECRET), strict=True):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Command, "sleep", staticmethod(moving(deploying_tenant)))
    gateway.set_gateway(None)
    yield deploying_tenant
    gateway.set_gateway(None)


@pytest.fixture
def configure(settings):
    def change(**changes):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, **changes}

    return change


@dataclass
class Hands:
    """What somebody does with a tenant: plan, apply, look."""

    local: LocalTenant

    @cached_property
    def api(self):
        return tenant_api(self.local)

    @property
    def target(self) -> Tenant:
        return Tenant(tenant_api(self.local), moving(self.local))

    def plan(self) -> Plan:
        return make_plan(self.target, wanted())

    def apply(self) -> list[Step]:
        return apply(self.target, wanted(), lambda _step: None)

    def changes(self) -> dict[str, tuple[str, ...]]:
        """What is pending, and why."""
        return {step.what: step.details for step in self.plan().pending}

    def writes(self) -> list[str]:
        return [
            f"{call['method']} {call['path']}"
            for call in self.local.requests()
            if call["method"] != "GET" and call["path"].startswith("/api/v2/")
        ]

    def action(self, trigger: str = "post-login") -> dict[str, Any]:
        [found] = [one for one in self.actions() if one["name"] == f"auth0-password {trigger}"]
        return found

    def actions(self) -> list[dict[str, Any]]:
        return self.api.list("actions/actions", "actions")

    def bound(self, trigger: str = "post-login") -> list[str]:
        found = self.api.list(f"actions/triggers/{trigger}/bindings", "bindings")
        return [binding["action"]["name"] for binding in found]

    def bind(self, *names: str, trigger: str = "post-login") -> None:
        bindings = [{"ref": {"type": "action_name", "value": name}, "display_name": name} for name in names]
        self.api.patch(f"actions/triggers/{trigger}/bindings", {"bindings": bindings})

    def create_action(self, name: str = FOREIGN, code: str = "exports.onExecutePostLogin = async () => {};") -> str:
        trigger = {"id": "post-login", "version": TRIGGERS["post-login"]}
        made = self.api.post("actions/actions", {"name": name, "code": code, "supported_triggers": [trigger]})
        self.local.advance(1)
        self.api.post(f"actions/actions/{made['id']}/deploy")
        self.local.advance(1)
        return made["id"]

    def state(self) -> dict[str, Any]:
        """All that the tenant keeps, secrets too."""
        return json.loads(Path(self.local.state_file).read_text(encoding="utf-8"))["state"]

    def outcome(self) -> dict[str, Any]:
        """What is in the tenant now, without what is another at every run: ids, secrets and times."""
        return outcome_of(self.state())


@pytest.fixture
def hands(tenant):
    return Hands(tenant)


class Terminal(StringIO):
    def isatty(self):
        return True


@pytest.fixture
def deploy(tenant):
    """The command: its exit status, and all that it printed."""

    def run(*arguments, out=None):
        out = out or StringIO()
        try:
            call_command("auth0_deploy", *arguments, stdout=out)
        except CommandError as error:
            return error.returncode, out.getvalue() + str(error)
        return 0, out.getvalue()

    return run


def outcome_of(state: dict[str, Any]) -> dict[str, Any]:
    names = {key: one["name"] for key, one in state["actions"].items()}
    documents = {key: one["body"]["name"] for table in DOCUMENTS for key, one in state[table].items()}
    documents |= {key: one["name"] for key, one in state["clients"].items()}
    shown = {
        "actions": sorted((one["name"], one["code"], secrets_of(one)) for one in state["actions"].values()),
        "deployed": sorted((names[one["action_id"]], one["code"]) for one in newest(state)),
        "bindings": [(one["trigger_id"], names[one["action_id"]]) for one in state["bindings"].values()],
        **{table: [[one["body"], sorted(one["secret"])] for one in state[table].values()] for table in DOCUMENTS},
        "clients": {
            one["name"]: {**one, "client_id": "", "client_secret": "", "scopes": sorted(one["scopes"])}
            for one in state["clients"].values()
        },
        "log_streams": [one["given"] for one in state["log_streams"].values()],
        "tenant_settings": state["tenant_settings"],
    }  # fmt: skip
    text = json.dumps(shown, sort_keys=True)
    for key, name in documents.items():
        text = text.replace(key, f"<{name}>")
    return json.loads(text)


DOCUMENTS = ("forms", "flows", "vault_connections")


def secrets_of(action: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((secret["name"], secret["value"]) for secret in action["secrets"])


def newest(state: dict[str, Any]) -> list[dict[str, Any]]:
    """The version in force of each Action."""
    return list({one["action_id"]: one for one in state["action_versions"].values()}.values())


def vault_is_right(state: dict[str, Any]) -> bool:
    """The vault has the very secret of the application that it is for."""
    [setup] = [one["secret"] for one in state["vault_connections"].values()]
    client = state["clients"][setup["client_id"]]
    return client["name"] == "auth0-password form" and client["client_secret"] == setup["client_secret"]
