"""Make forms as a deployer does: a vault connection, flows, forms, and an Action that renders one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.tenant.actions.deploying import LOGIN
from tests.tenant.application import MANAGEMENT

if TYPE_CHECKING:
    from tests.tenant.actions.deploying import Deployer

Json = dict[str, Any]
# Passes only who has a newer password than the one that is due, and says when it changed.
DUE = """
    const due = event.user.app_metadata.passwordResetRequiredAt ?? '2026-01-01T00:00:00.000Z';
    const isDue = !(event.user.last_password_reset > due);
"""
RENDER = """
    if (isDue) api.prompt.render('{form}', {{ vars: {{ connection: event.connection.name }} }});
"""
CONTINUE = """
    if (isDue) api.access.deny('There is no new password');
    else api.idToken.setCustomClaim('https://site.example/changed', event.user.last_password_reset);
    console.log(JSON.stringify(event.prompt));
"""


def text(content: str) -> Json:
    return {"id": "intro", "category": "BLOCK", "type": "RICH_TEXT", "config": {"content": content}}


def field(name: str, kind: str = "TEXT", *, required: bool = True, label: str = "", **config: Any) -> Json:
    item = {"id": name, "category": "FIELD", "type": kind, "required": required, "config": config}
    return {**item, "label": label} if label else item


def button(words: str, kind: str = "NEXT_BUTTON", **config: Any) -> Json:
    return {
        "id": words.lower().replace(" ", "_"),
        "category": "BLOCK",
        "type": kind,
        "config": {"text": words, **config},
    }


def step(name: str, *components: Json, then: str = "$ending") -> Json:
    return {"id": name, "type": "STEP", "config": {"components": list(components), "next_node": then}}


def flow_node(name: str, flow_id: str, then: str = "$ending") -> Json:
    return {"id": name, "type": "FLOW", "config": {"flow_id": flow_id, "next_node": then}}


def router(name: str, *rules: tuple[Json, str], fallback: str) -> Json:
    listed = [{"id": f"rule_{number}", "condition": rule, "next_node": to} for number, (rule, to) in enumerate(rules)]
    return {"id": name, "type": "ROUTER", "config": {"rules": listed, "fallback": fallback}}


def equal(one: str, other: str) -> Json:
    """As a dashboard exports it: a group even around a single comparison."""
    return {"operator": "AND", "operands": [{"operator": "EQ", "operands": [one, other]}]}


def tell(message: str) -> Json:
    return {"id": "tell", "type": "FLOW", "action": "ERROR_MESSAGE", "params": {"message": message}}


def when(condition: Json, then: list[Json], otherwise: list[Json] | None = None, name: str = "when") -> Json:
    params = {"if": condition, "then": then, "else": otherwise or []}
    return {"id": name, "type": "FLOW", "action": "BOOLEAN_CONDITION", "params": params}


@dataclass
class Designer:
    deployer: Deployer

    def vault(self, **changes: Any) -> str:
        app = self.deployer.app
        setup = {
            "type": "OAUTH_APP",
            "client_id": MANAGEMENT[0],
            "client_secret": MANAGEMENT[1],
            "domain": app.tenant.domain,
            **changes,
        }
        return self._made("flows/vault/connections", {"name": "Management", "app_id": "AUTH0", "setup": setup})

    def flow(self, *actions: Json, name: str = "Flow") -> str:
        return self._made("flows", {"name": name, "actions": list(actions)})

    def form(self, *nodes: Json, start: str = "", **parts: Any) -> str:
        begin = {"next_node": start or nodes[0]["id"], **parts.pop("start_with", {})}
        body = {"name": "A new password", "nodes": list(nodes), "start": begin, "ending": {"resume_flow": True}}
        return self._made("forms", {**body, **parts})

    def update(self, changes: Json, *, vault: str = "", may_fail: bool = True, name: str = "save") -> Json:
        params = {
            "connection_id": vault or self.vault(),
            "user_id": "{{context.user.user_id}}",
            "changes": changes,
        }
        return {"id": name, "type": "AUTH0", "action": "UPDATE_USER", "allow_failure": may_fail, "params": params}

    def new_password(self, **vault: Any) -> str:
        """The form for a new password inside the sign-in: a step, a flow with one update, its refusal on the step."""
        changes = {
            "password": "{{fields.new_password}}",
            "connection": "{{vars.connection}}",
            "app_metadata": {"needsPasswordReset": None},
        }
        save = self.update(changes, vault=self.vault(**vault))
        same = equal("{{fields.new_password}}", "{{fields.again}}")
        saved = when(equal("{{actions.save.status}}", "200"), [], [tell("{{actions.save.body.message}}")], "saved")
        flow = self.flow(when(same, [save, saved], [tell("{{t('differ')}}")], "same"), name="Save")
        ask = step(
            "ask",
            text("<h2>Choose a new password</h2><p>{{t('hint')}}</p>"),
            field("new_password", "PASSWORD", label="New password", hash="NONE", max_length=72),
            field("again", "PASSWORD", label="Once more", hash="NONE", max_length=72),
            field("terms", "LEGAL", text="I will <strong>not</strong> share it."),
            button("Save"),
            button("Not now", "JUMP_BUTTON", next_node="$ending"),
            then="saving",
        )
        custom = {"hint": "At least 10 characters.", "differ": "The two passwords differ."}
        messages = {"custom": custom, "errors": {"ERR_REQUIRED_PROPERTY": "Fill in this field."}}
        return self.form(ask, flow_node("saving", flow), messages=messages)

    def render(self, form: str, *, then: str = CONTINUE, options: str = "") -> None:
        """An Action for everybody's sign-in; without ``options`` only while a new password is due."""
        body = f"api.prompt.render('{form}', {options});" if options else DUE + RENDER.format(form=form)
        self.deployer.run(body, then=(DUE + then) if then is CONTINUE else then, trigger=LOGIN)

    def _made(self, path: str, body: Json) -> str:
        answer = self.deployer.app.api("POST", path, self.deployer.token, json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])
