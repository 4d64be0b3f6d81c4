"""Deploy JavaScript as a deployer does: create, wait until it is built, deploy, bind."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from tests.tenant.application import Application

LOGIN, CHALLENGE, CHANGED = "post-login", "password-reset-post-challenge", "post-change-password"
VERSIONS = {LOGIN: "v3", CHALLENGE: "v1", CHANGED: "v2"}
HANDLERS = {LOGIN: "onExecutePostLogin", CHALLENGE: "onExecutePostChallenge", CHANGED: "onExecutePostChangePassword"}
MOMENT_S = 1


@dataclass
class Deployer:
    app: Application
    names: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def token(self) -> str:
        return self.app.management_token

    def api(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        return self.app.api(method, f"actions/{path}", self.token, **kwargs)

    def run(self, body: str, *, then: str = "", trigger: str = LOGIN, **secrets: str) -> str:
        """Deploy one more Action, last of its trigger: ``body`` of its handler, ``then`` of the one for /continue."""
        handler = HANDLERS[trigger]
        code = f"exports.{handler} = async (event, api) => {{ {body} }};"
        if then:
            code += f"exports.{handler.replace('Execute', 'Continue')} = async (event, api) => {{ {then} }};"
        return self.deploy(code, trigger=trigger, **secrets)

    def deploy(self, code: str, *, trigger: str = LOGIN, **secrets: str) -> str:
        name = f"{trigger} {len(self.names.get(trigger, [])) + 1}"
        created = self.create(name=name, code=code, trigger=trigger, **secrets)
        self.app.tenant.advance(MOMENT_S)
        assert self.api("POST", f"actions/{created['id']}/deploy").status_code == 200
        self.app.tenant.advance(MOMENT_S)
        self.names.setdefault(trigger, []).append(name)
        answer = self.bind(*self.names[trigger], trigger=trigger)
        assert answer.status_code == 200, answer.text
        return str(created["id"])

    def create(self, *, name: str, code: str = "", trigger: str = LOGIN, **secrets: str) -> dict[str, Any]:
        body = {
            "name": name,
            "code": code,
            "supported_triggers": [{"id": trigger, "version": VERSIONS[trigger]}],
            "secrets": [{"name": key, "value": value} for key, value in secrets.items()],
        }
        answer = self.api("POST", "actions", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def bind(self, *names: str, trigger: str = LOGIN) -> requests.Response:
        bindings = [{"ref": {"type": "action_name", "value": name}, "display_name": name} for name in names]
        return self.api("PATCH", f"triggers/{trigger}/bindings", json={"bindings": bindings})

    def executions(self) -> list[dict[str, Any]]:
        """Newest first."""
        url = f"{self.app.tenant.base_url}/_control/executions"
        return list(requests.get(url, timeout=5).json()["executions"])

    def output(self) -> str:
        """What the newest execution wrote to the console, all Actions together."""
        return "".join(result["response"]["logs"] for result in self.executions()[0]["results"])
