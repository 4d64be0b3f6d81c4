"""Forms, flows and vault connections: stored as they come, as recorded by go-auth0 and terraform-provider-auth0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.tenant.application import Application

if TYPE_CHECKING:
    from auth0.management import Auth0

FORM = {
    "name": "Change temporary password",
    "languages": {"primary": "en"},
    "start": {"next_node": "ask"},
    "nodes": [{"id": "ask", "type": "STEP", "config": {"components": [], "next_node": "$ending"}}],
}
FLOW = {
    "name": "Save new password",
    "actions": [{"id": "save", "type": "AUTH0", "action": "UPDATE_USER", "params": {"connection_id": "ac_x"}}],
}
VAULT = {"name": "Management", "app_id": "AUTH0", "setup": {"type": "OAUTH_APP", "client_secret": "hidden"}}
KINDS = [("forms", FORM, "ap_", "forms"), ("flows", FLOW, "af_", "flows")]
VAULT_KIND = ("flows/vault/connections", VAULT, "ac_", "connections")
UNKNOWN = {"forms": "Form not found", "flows": "Flow not found", "flows/vault/connections": "Connection not found"}


def create(app: Application, root: str, body: dict[str, Any]) -> dict[str, Any]:
    reply = app.api("POST", root, json=body)
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


@pytest.mark.parametrize(("root", "body", "prefix", "name"), KINDS)
def test_whole_and_in_lists(app: Application, root: str, body: dict[str, Any], prefix: str, name: str):
    document = create(app, root, body)
    assert document.items() >= body.items()
    assert document["id"].startswith(prefix)
    assert app.api("GET", f"{root}/{document['id']}").json() == document
    listed = app.api("GET", f"{root}?include_totals=true&per_page=50").json()
    assert (listed["limit"], listed["start"], listed["total"]) == (50, 0, 1)
    assert listed[name][0].keys() == {"id", "name", "created_at", "updated_at"}


def test_a_small_form_as_recorded(app: Application):
    """terraform-provider-auth0's TestAccForm: what is empty is left out."""
    form = create(app, "forms", {"name": "test", "languages": {"primary": "en"}, "messages": {}, "nodes": []})
    assert form.keys() == {"id", "name", "languages", "ending", "created_at", "updated_at"}
    assert form["ending"] == {"resume_flow": True}
    changed = app.api(
        "PATCH", f"forms/{form['id']}", json={"name": "new", "languages": None, "style": {"css": "h1 {}"}}
    )
    assert changed.json().keys() == {"id", "name", "style", "ending", "created_at", "updated_at"}


def test_a_vault_connection_never_shows_its_setup(app: Application):
    """go-auth0's TestFlowVaultConnectionManager_*: refreshed_at only where it is written."""
    connection = create(app, "flows/vault/connections", VAULT)
    keys = {"id", "app_id", "name", "ready", "created_at", "updated_at", "fingerprint"}
    assert connection.keys() == {*keys, "refreshed_at"}
    path = f"flows/vault/connections/{connection['id']}"
    assert app.api("GET", path).json().keys() == keys
    changed = app.api("PATCH", path, json={"name": "Renamed"}).json()
    assert (changed["ready"], changed["fingerprint"] != connection["fingerprint"]) == (True, True)
    assert "hidden" not in app.api("GET", path).text + app.api("GET", "flows/vault/connections").text


def test_a_token_is_masked_as_recorded(app: Application):
    body = {"app_id": "HTTP", "name": "hook", "setup": {"type": "BEARER", "token": "my-token"}}
    assert create(app, "flows/vault/connections", body)["account_name"] == "Bearer my-***ken"
    without = create(app, "flows/vault/connections", {"app_id": "HTTP", "name": "hook"})
    assert (without["ready"], "account_name" in without) == (False, False)


@pytest.mark.parametrize(("root", "body", "prefix", "name"), [*KINDS, VAULT_KIND])
def test_a_second_delete_is_404_as_recorded(app: Application, root: str, body: dict[str, Any], prefix: str, name: str):
    path = f"{root}/{create(app, root, body)['id']}"
    assert app.api("DELETE", path).status_code == 204
    for method in ("DELETE", "GET", "PATCH"):
        reply = app.api(method, path, json={"name": "x"})
        assert reply.json() == {"statusCode": 404, "error": "Not Found", "message": UNKNOWN[root]}
    assert app.api("GET", f"{root}?include_totals=true").json()[name] == []
    assert prefix in path


@pytest.mark.parametrize(
    ("root", "body"),
    [
        ("forms", {}),
        ("forms", {"name": ""}),
        ("forms", {**FORM, "id": "ap_mine"}),
        ("forms", {**FORM, "nodes": [{"id": "ask", "type": "PAGE"}]}),
        ("forms", {**FORM, "nodes": [{"type": "STEP"}]}),
        ("flows", {"name": "x" * 151}),
        ("flows", {**FLOW, "actions": [{"id": "a", "type": "AUTH0"}]}),
        ("flows", {**FLOW, "created_at": "now"}),
        ("flows/vault/connections", {"name": "x"}),
        ("flows/vault/connections", {"name": "x", "app_id": "NOTHING"}),
    ],
)
def test_bodies_that_are_refused(app: Application, root: str, body: dict[str, Any]):
    reply = app.api("POST", root, json=body)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, "invalid_body")


def test_by_the_library(auth0: Auth0):
    """Its pagers ask until a page is empty."""
    vault = auth0.flows.vault.connections.create(request=VAULT)
    flow = auth0.flows.create(name=FLOW["name"], actions=FLOW["actions"])
    form = auth0.forms.create(**FORM)
    for number in range(3):
        auth0.forms.create(name=f"Form {number}")
    assert len(list(auth0.forms.list(per_page=2))) == 4
    assert [item.id for item in auth0.flows.list(per_page=1)] == [flow.id]
    assert [item.id for item in auth0.flows.vault.connections.list(per_page=1)] == [vault.id]
    assert auth0.forms.get(form.id).nodes[0].id == "ask"
    assert auth0.forms.update(form.id, name="Renamed").name == "Renamed"
    assert auth0.flows.update(flow.id, name="Renamed").name == "Renamed"
    assert auth0.flows.vault.connections.update(vault.id, name="Renamed").name == "Renamed"
    auth0.forms.delete(form.id)
    auth0.flows.delete(flow.id)
    auth0.flows.vault.connections.delete(vault.id)
