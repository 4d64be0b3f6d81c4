"""The life of an Action in the Management API, as recorded, and through Auth0's own SDK."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from auth0.management import Auth0

from tests.tenant.actions.deploying import CHALLENGE, MOMENT_S, VERSIONS

if TYPE_CHECKING:
    from tests.tenant.actions.deploying import Deployer
    from tests.tenant.application import Application

CODE = "exports.onExecutePostLogin = async (event, api) => {};"
TRIGGER = [{"id": "post-login", "version": "v3"}]
NANOSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")
CREATED = {
    "id", "name", "supported_triggers", "created_at", "updated_at", "code", "dependencies", "runtime", "status",
    "secrets", "all_changes_deployed",
}  # fmt: skip
VERSION = {
    "code", "dependencies", "id", "deployed", "number", "secrets", "status", "created_at", "updated_at", "runtime",
    "supported_triggers", "action",
}  # fmt: skip


@pytest.fixture
def action(deployer: Deployer) -> dict[str, Any]:
    return deployer.create(name="one", code=CODE, KEY="hush")


def get(deployer: Deployer, action: dict[str, Any]) -> dict[str, Any]:
    answer = deployer.api("GET", f"actions/{action['id']}")
    assert answer.status_code == 200
    return dict(answer.json())


def deploy(deployer: Deployer, action: dict[str, Any]) -> dict[str, Any]:
    deployer.app.tenant.advance(MOMENT_S)
    answer = deployer.api("POST", f"actions/{action['id']}/deploy")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


class TestDraft:
    def test_created(self, action: dict[str, Any]):
        assert action.keys() == CREATED
        assert (action["runtime"], action["status"], action["dependencies"]) == ("node22", "pending", [])
        assert action["all_changes_deployed"] is False
        assert NANOSECONDS.fullmatch(action["created_at"])

    def test_it_is_built_after_a_moment(self, deployer: Deployer, action: dict[str, Any]):
        assert get(deployer, action)["status"] in ("pending", "building")
        deployer.app.tenant.advance(MOMENT_S)
        assert get(deployer, action)["status"] == "built"

    def test_packages_cannot_be_had(self, deployer: Deployer):
        body = {"name": "x", "supported_triggers": TRIGGER, "dependencies": [{"name": "axios", "version": "1.0.0"}]}
        made = deployer.api("POST", "actions", json=body).json()
        deployer.app.tenant.advance(MOMENT_S)
        assert get(deployer, made)["status"] == "failed"

    def test_secrets_never_come_back(self, deployer: Deployer, action: dict[str, Any]):
        deploy(deployer, action)
        deployer.app.tenant.advance(MOMENT_S)
        deployer.bind("one")
        paths = [
            "actions",
            f"actions/{action['id']}",
            f"actions/{action['id']}/versions",
            "triggers/post-login/bindings",
        ]
        for path in paths:
            answer = deployer.api("GET", path)
            assert answer.status_code == 200
            assert "hush" not in answer.text
        assert get(deployer, action)["secrets"][0].keys() == {"name", "updated_at"}
        assert "hush" not in str(deployer.app.tenant.requests())

    def test_a_list_replaces_the_old_one_and_what_is_not_named_stays(self, deployer: Deployer, action: dict[str, Any]):
        path = f"actions/{action['id']}"
        answer = deployer.api("PATCH", path, json={"code": "// new"}).json()
        assert (answer["code"], [item["name"] for item in answer["secrets"]]) == ("// new", ["KEY"])
        assert answer["status"] == "pending"
        assert deployer.api("PATCH", path, json={"secrets": []}).json()["secrets"] == []

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"name": None}, "Missing required property: name"),
            ({"supported_triggers": None}, "Missing required property: supported_triggers"),
            ({"supported_triggers": []}, "too short"),
            ({"supported_triggers": TRIGGER * 2}, "too long"),
            ({"supported_triggers": [{"id": "post-login", "version": "v9"}]}, "not supported"),
            ({"runtime": "node24"}, "runtime is not supported"),
            ({"code": "x" * 100_001}, "larger than"),
            ({"secrets": [{"name": "x", "value": "y" * 4097}]}, "too long"),
            ({"secrets": [{"name": "x"}]}, "Missing required property: value"),
            ({"secrets": [{"name": f"s{n}", "value": ""} for n in range(31)]}, "too long"),
            ({"status": "built"}, "Additional properties not allowed: status"),
        ],
    )
    def test_what_is_refused(self, deployer: Deployer, changes: dict[str, Any], message: str):
        body = {"name": "two", "supported_triggers": TRIGGER, "code": CODE, **changes}
        kept = {name: value for name, value in body.items() if value is not None}
        answer = deployer.api("POST", "actions", json=kept)
        assert answer.status_code == 400
        assert message in answer.json()["message"]

    def test_deployed_when_created(self, deployer: Deployer):
        body = {"name": "two", "supported_triggers": TRIGGER, "code": CODE, "deploy": True}
        made = deployer.api("POST", "actions", json=body).json()
        assert deployer.bind("two").status_code == 400
        deployer.app.tenant.advance(MOMENT_S)
        assert get(deployer, made)["deployed_version"]["deployed"] is True

    def test_unknown(self, deployer: Deployer):
        answer = deployer.api("GET", "actions/none")
        assert answer.status_code == 404
        assert answer.json().keys() == {"statusCode", "error", "message"}

    def test_scopes(self, deployer: Deployer, action: dict[str, Any]):
        app = deployer.app
        narrow = app.token(
            grant_type="client_credentials",
            client_id="demo-management-client",
            client_secret="local-only-management-secret",
            audience=f"{app.tenant.base_url}/api/v2/",
            scope="read:users",
        ).json()["access_token"]
        for method, path in (
            ("GET", "actions"), ("POST", "actions"), ("PATCH", f"actions/{action['id']}"),
            ("DELETE", f"actions/{action['id']}"), ("POST", f"actions/{action['id']}/deploy"), ("GET", "triggers"),
            ("PATCH", "triggers/post-login/bindings"), ("GET", "executions/x"),
        ):  # fmt: skip
            answer = app.api(method, f"actions/{path}", narrow, json={})
            assert (answer.status_code, answer.json()["errorCode"]) == (403, "insufficient_scope")


class TestDeployment:
    def test_only_what_is_built(self, deployer: Deployer, action: dict[str, Any]):
        answer = deployer.api("POST", f"actions/{action['id']}/deploy")
        assert answer.status_code == 400
        assert answer.json()["message"] == "A draft must be in the 'built' state before it can be deployed."

    def test_answered_before_it_is_in_force(self, deployer: Deployer, action: dict[str, Any]):
        version = deploy(deployer, action)
        assert version.keys() == VERSION
        assert (version["deployed"], version["number"], version["status"]) == (False, 1, "built")
        assert "deployed_version" not in get(deployer, action)
        deployer.app.tenant.advance(MOMENT_S)
        shown = get(deployer, action)
        assert (shown["deployed_version"]["deployed"], shown["all_changes_deployed"]) == (True, True)
        assert shown["current_version"]["status"] == "BUILT"
        assert shown["deployed_version"]["id"] == version["id"]

    def test_a_changed_draft_runs_when_it_is_deployed(self, deployer: Deployer, action: dict[str, Any]):
        deploy(deployer, action)
        deployer.app.tenant.advance(MOMENT_S)
        deployer.api("PATCH", f"actions/{action['id']}", json={"code": "// new"})
        shown = get(deployer, action)
        assert (shown["all_changes_deployed"], shown["deployed_version"]["code"]) == (False, CODE)
        assert deploy(deployer, action)["number"] == 2

    def test_back_to_an_earlier_version(self, deployer: Deployer, action: dict[str, Any]):
        first = deploy(deployer, action)
        deployer.api("PATCH", f"actions/{action['id']}", json={"code": "// new"})
        deploy(deployer, action)
        answer = deployer.api("POST", f"actions/{action['id']}/versions/{first['id']}/deploy")
        assert answer.status_code == 200
        deployer.app.tenant.advance(MOMENT_S)
        shown = get(deployer, action)
        assert (shown["deployed_version"]["number"], shown["deployed_version"]["code"]) == (3, CODE)
        assert shown["code"] == "// new"
        versions = deployer.api("GET", f"actions/{action['id']}/versions").json()
        assert [(item["number"], item["deployed"]) for item in versions["versions"]] == [
            (3, True),
            (2, False),
            (1, False),
        ]
        assert deployer.api("GET", f"actions/{action['id']}/versions/none").status_code == 404


class TestBindings:
    @pytest.fixture
    def deployed(self, deployer: Deployer, action: dict[str, Any]) -> dict[str, Any]:
        deploy(deployer, action)
        deployer.app.tenant.advance(MOMENT_S)
        return action

    def test_not_before_it_is_deployed(self, deployer: Deployer, action: dict[str, Any]):
        answer = deployer.bind("one")
        assert answer.status_code == 400
        assert answer.json()["message"].startswith("Trying to create a binding for an action that has")
        assert deployer.api("GET", "triggers/post-login/bindings").json()["bindings"] == []

    def test_the_whole_list_every_time(self, deployer: Deployer, deployed: dict[str, Any]):
        first = deployer.bind("one").json()["bindings"][0]
        assert first.keys() == {"id", "trigger_id", "action", "created_at", "updated_at", "display_name"}
        assert "code" not in first["action"]
        ref = {"ref": {"type": "binding_id", "value": first["id"]}}
        answer = deployer.api("PATCH", "triggers/post-login/bindings", json={"bindings": [ref]}).json()["bindings"]
        assert (len(answer), answer[0]["action"]["id"]) == (1, deployed["id"])
        assert answer[0]["id"] != first["id"]
        by_id = {"ref": {"type": "action_id", "value": deployed["id"]}}
        assert deployer.api("PATCH", "triggers/post-login/bindings", json={"bindings": [by_id]}).status_code == 200
        assert deployer.bind().json() == {"bindings": []}

    def test_only_to_its_own_trigger(self, deployer: Deployer, deployed: dict[str, Any]):
        assert deployer.bind("one", trigger=CHALLENGE).status_code == 400
        assert deployer.bind("nothing").status_code == 400
        assert deployer.bind(trigger="no-such").status_code == 404

    def test_twenty_are_enough(self, deployer: Deployer, deployed: dict[str, Any]):
        assert deployer.bind(*["one"] * 20).status_code == 200
        assert deployer.bind(*["one"] * 21).status_code == 400

    def test_what_is_bound_is_deleted_by_force_only(self, deployer: Deployer, deployed: dict[str, Any]):
        deployer.bind("one")
        answer = deployer.api("DELETE", f"actions/{deployed['id']}")
        assert (answer.status_code, answer.json()["message"]) == (
            409,
            "Unable to delete an action bound to a trigger.",
        )
        assert deployer.api("DELETE", f"actions/{deployed['id']}?force=true").status_code == 204
        assert deployer.api("DELETE", f"actions/{deployed['id']}").status_code == 404
        assert deployer.api("GET", "triggers/post-login/bindings").json()["total"] == 0


class TestLists:
    def test_paged_and_filtered(self, deployer: Deployer, action: dict[str, Any]):
        for number in range(24):
            deployer.create(name=f"n{number}", trigger=CHALLENGE)
        answer = deployer.api("GET", "actions").json()
        assert (len(answer["actions"]), answer["total"], answer["per_page"]) == (20, 25, 20)
        assert len(deployer.api("GET", "actions?page=1").json()["actions"]) == 5
        assert deployer.api("GET", "actions?page=2").json()["actions"] == []
        assert deployer.api("GET", "actions?triggerId=post-login").json()["total"] == 1
        assert deployer.api("GET", "actions?actionName=n3").json()["total"] == 1
        assert deployer.api("GET", "actions?deployed=true").json()["total"] == 0
        assert deployer.api("GET", "actions?include_totals=true").status_code == 400

    def test_triggers(self, deployer: Deployer):
        listed = deployer.api("GET", "triggers").json()["triggers"]
        current = {item["id"]: item["version"] for item in listed if item["status"] == "CURRENT"}
        assert VERSIONS.items() <= current.items()
        assert {item["default_runtime"] for item in listed} == {"node22"}

    def test_no_modules(self, deployer: Deployer):
        assert deployer.api("GET", "modules").json()["modules"] == []

    def test_unknown_execution(self, deployer: Deployer):
        assert deployer.api("GET", "executions/none").status_code == 404

    def test_an_execution_is_kept_ten_days(self, deployer: Deployer, app: Application, browser):
        deployer.run("console.log('hello')")
        app.sign_in(browser)
        [listed] = deployer.executions()
        answer = deployer.api("GET", f"executions/{listed['id']}")
        assert answer.json() == listed
        assert listed.keys() == {"id", "trigger_id", "status", "results", "created_at", "updated_at"}
        app.tenant.advance(10 * 86_400 + 60)
        assert app.api("GET", f"actions/executions/{listed['id']}").status_code == 404


def test_through_auth0s_own_sdk(deployer: Deployer, app: Application, browser):
    """Create, deploy, bind, read, delete; the list's pager ends."""
    client = Auth0(base_url=f"{app.tenant.base_url}/api/v2", token=deployer.token, max_retries=0)
    made = client.actions.create(name="sdk", supported_triggers=TRIGGER, code=CODE, deploy=True)
    app.tenant.advance(2)
    assert client.actions.get(made.id).status == "built"
    assert client.actions.deploy(made.id).number == 2
    app.tenant.advance(2)
    ref = {"ref": {"type": "action_name", "value": "sdk"}}
    client.actions.triggers.bindings.update_many("post-login", bindings=[ref])
    assert [item.display_name for item in client.actions.triggers.bindings.list("post-login")] == ["sdk"]
    assert [item.name for item in client.actions.list(per_page=1)] == ["sdk"]
    assert [item.number for item in client.actions.versions.list(made.id)] == [2, 1]
    assert client.actions.triggers.list().triggers
    app.sign_in(browser)
    execution = client.actions.executions.get(deployer.executions()[0]["id"])
    assert (execution.status, execution.results[0].action_name) == ("final", "sdk")
    client.actions.update(made.id, code="// new")
    client.actions.delete(made.id, force=True)
