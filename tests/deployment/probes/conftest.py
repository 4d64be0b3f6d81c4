"""A tenant to ask, its switches, and what lies in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from auth0_password.deployment.doctor.probes import QUESTIONS, Answer, Choices, Run, probe, questions_named
from auth0_password.gateway.tenant_api import TenantApi
from tests.support.tenant import demo_seed

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

SCOPES = frozenset().union(*(question.needs for question in QUESTIONS))
DEPLOY = "demo-deploy-client"
KINDS = (
    ("users", "users"), ("clients", "clients"), ("actions/actions", "actions"), ("forms", "forms"), ("flows", "flows"),
    ("flows/vault/connections", "connections"), ("actions/triggers/post-login/bindings", "bindings"),
    ("actions/triggers/post-change-password/bindings", "bindings"),
)  # fmt: skip


@dataclass
class Probing:
    """Ask the local tenant. Pauses move its clock, and let it send what it has queued."""

    tenant: LocalTenant
    secret: str
    run: Run = field(default_factory=Run)

    def pause(self, seconds: float) -> None:
        self.tenant.advance(seconds)
        self.tenant.deliver()

    @property
    def api(self) -> TenantApi:
        return TenantApi(DEPLOY, self.secret, sleep=self.pause)

    def ask(self, *names: str, api: TenantApi | None = None, **choices: Any) -> Run:
        self.run = Run()
        choices = {"with_actions": True, "pause": self.pause, **choices}
        probe(api or self.api, self.run, Choices(questions=questions_named(names), **choices))
        return self.run

    def answer(self, name: str, **choices: Any) -> Answer:
        return self.ask(name, **choices).answers[name]

    def things(self) -> dict[str, list[str]]:
        """Everything there is, by kind."""
        self.tenant.advance(2)
        api = self.api
        found = {path: api.list(path, key) for path, key in KINDS} | {"log-streams": api.get("log-streams")}
        return {
            kind: sorted(str(one.get("user_id") or one.get("client_id") or one["id"]) for one in items)
            for kind, items in found.items()
        }


@pytest.fixture
def seed(live_server) -> dict[str, Any]:
    """The demonstration's, with a deployment client that may ask everything."""
    seed = demo_seed(live_server.url)
    deploy = next(client for client in seed["clients"] if client["client_id"] == DEPLOY)
    deploy["scopes"] = sorted(SCOPES)
    return seed


@pytest.fixture
def probing(transactional_db, tenant, seed) -> Probing:
    tenant.seed(seed)
    tenant.pushes(hold=True)
    secret = next(client["client_secret"] for client in seed["clients"] if client["client_id"] == DEPLOY)
    return Probing(tenant, secret)
