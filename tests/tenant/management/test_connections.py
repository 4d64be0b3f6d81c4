"""Connections: as recorded by go-auth0 (TestConnectionManager_*) and terraform-provider-auth0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.tenant.application import BOB, CAROL, DATABASE, DEPLOY, ERIN, LOGIN, MANAGEMENT, Application

if TYPE_CHECKING:
    from auth0.management import Auth0

    from tests.support.browser import Browser


def create(app: Application, name: str = "Staff", **fields: Any) -> dict[str, Any]:
    reply = app.api("POST", "connections", json={"name": name, "strategy": "auth0", **fields})
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


class TestCreating:
    def test_as_recorded(self, app: Application):
        """go-auth0's TestConnectionManager_List"""
        connection = create(app)
        keys = {"id", "options", "strategy", "name", "is_domain_connection", "enabled_clients", "realms"}
        assert connection.keys() == keys
        assert connection["options"].keys() == {
            "mfa", "passwordPolicy", "strategy_version", "authentication_methods", "passkey_options",
            "brute_force_protection",
        }  # fmt: skip
        assert (connection["enabled_clients"], connection["realms"]) == ([], ["Staff"])
        assert app.api("GET", f"connections/{connection['id']}").json() == connection

    def test_password_options_replace_the_legacy_policy(self, app: Application):
        """terraform-provider-auth0's TestAccConnectionPasswordOptions"""
        sent = {
            "complexity": {"min_length": 12},
            "history": {"active": True, "size": 5},
            "dictionary": {"active": True},
        }
        options = create(app, options={"password_options": sent, "passwordPolicy": "good"})["options"]
        assert "passwordPolicy" not in options
        assert options["password_options"] == {
            "complexity": {
                "character_type_rule": "all",
                "identical_characters": "allow",
                "sequential_characters": "allow",
                "max_length_exceeded": "error",
                "min_length": 12,
                "character_types": [],
            },
            "history": {"active": True, "size": 5},
            "dictionary": {"active": True, "custom": [], "default": "en_10k"},
        }

    def test_its_policy_counts(self, app: Application):
        create(app, options={"password_options": {"complexity": {"min_length": 20}}}, enabled_clients=[LOGIN[0]])
        body = {"connection": "Staff", "email": "kim@example.com", "password": "Nineteen-letters-1!"}
        refused = app.api("POST", "users", json=body)
        assert refused.json()["message"] == "PasswordStrengthError: Password is too weak"
        assert app.api("POST", "users", json={**body, "password": "Twenty-one-letters-1!"}).status_code == 201

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"name": "Staff"}, 400),
            ({"name": "no spaces", "strategy": "auth0"}, 400),
            ({"name": DATABASE, "strategy": "auth0"}, 409),
            ({"name": "Staff", "strategy": "auth0", "options": {"passwordPolicy": "best"}}, 400),
            ({"name": "Staff", "strategy": "auth0", "options": {"attributes": {}, "requires_username": True}}, 400),
            ({"name": "Staff", "strategy": "auth0", "enabled_clients": ["nobody"]}, 400),
        ],
    )
    def test_what_cannot_be(self, app: Application, body: dict[str, Any], status: int):
        assert app.api("POST", "connections", json=body).status_code == status


class TestChanging:
    def test_options_are_replaced_as_a_whole(self, app: Application, database_id: str):
        reply = app.api("PATCH", f"connections/{database_id}", json={"options": {"passwordPolicy": "low"}})
        options = reply.json()["options"]
        assert options.keys() == {
            "passwordPolicy", "passkey_options", "authentication_methods", "brute_force_protection",
        }  # fmt: skip
        short = {"connection": DATABASE, "email": "kim@example.com", "password": "sixsix"}
        assert app.api("POST", "users", json=short).status_code == 201

    def test_the_rest_stays(self, app: Application, database_id: str):
        before = app.api("GET", f"connections/{database_id}").json()
        body = {"display_name": "Readers", "metadata": {"a": "b"}}
        assert app.api("PATCH", f"connections/{database_id}", json=body).json() == before | body

    def test_a_name_cannot_be_changed(self, app: Application, database_id: str):
        assert app.api("PATCH", f"connections/{database_id}", json={"name": "x"}).status_code == 400


class TestClients:
    def test_as_recorded(self, app: Application):
        """go-auth0's TestConnectionManager_EnabledClients: an array, and 204."""
        path = f"connections/{create(app)['id']}/clients"
        reply = app.api("PATCH", path, json=[{"client_id": LOGIN[0], "status": True}])
        assert (reply.status_code, reply.content) == (204, b"")
        assert app.api("GET", path).json() == {"clients": [{"client_id": LOGIN[0]}]}
        app.api("PATCH", path, json=[{"client_id": LOGIN[0], "status": False}])
        assert app.api("GET", path).json() == {"clients": []}

    def test_what_is_not_enabled_is_refused(self, app: Application, database_id: str, seed: dict[str, Any]):
        """One that is enabled for all has a list from then on."""
        del seed["connections"][0]["enabled_clients"]
        app.tenant.seed(seed)
        app.api("PATCH", f"connections/{database_id}/clients", json=[{"client_id": LOGIN[0], "status": False}])
        assert app.api("GET", f"connections/{database_id}").json()["enabled_clients"] == [MANAGEMENT[0], DEPLOY[0]]
        body = {"client_id": LOGIN[0], "connection": DATABASE, "email": "bob@example.com"}
        reply = requests.post(f"{app.tenant.base_url}/dbconnections/change_password", json=body, timeout=5)
        assert reply.status_code == 400

    @pytest.mark.parametrize("body", [{}, [], [{"client_id": LOGIN[0]}], [{"client_id": "nobody", "status": True}]])
    def test_bodies_that_are_refused(self, app: Application, database_id: str, body: Any):
        assert app.api("PATCH", f"connections/{database_id}/clients", json=body).status_code == 400


class TestDeleting:
    def test_as_recorded(self, app: Application):
        """go-auth0's TestConnectionManager_Delete"""
        path = f"connections/{create(app)['id']}"
        first, second = (app.api("DELETE", path) for _ in range(2))
        assert (first.status_code, first.json().keys(), second.status_code) == (202, {"deleted_at"}, 204)

    def test_its_users_go_with_it(self, app: Application, database_id: str):
        assert app.api("DELETE", f"connections/{database_id}").status_code == 202
        assert app.api("GET", f"users/{BOB}").status_code == 404
        assert app.api("GET", f"users/{ERIN}").status_code == 404
        assert app.api("GET", f"users/{CAROL}").status_code == 200

    def test_a_linked_identity_goes(self, app: Application, browser: Browser):
        (google,) = app.api("GET", "connections?name=google-oauth2").json()
        app.api("DELETE", f"connections/{google['id']}")
        assert [item["provider"] for item in app.api("GET", f"users/{ERIN}").json()["identities"]] == ["auth0"]
        browser.get(app.authorize_url())
        assert "Google" not in browser.page.visible_text


class TestLists:
    def test_by_number(self, app: Application):
        body = app.api("GET", "connections?include_totals=true&per_page=1&page=1").json()
        assert (body["total"], body["start"], body["limit"]) == (2, 1, 1)
        assert [item["name"] for item in body["connections"]] == ["google-oauth2"]

    def test_fields_as_recorded(self, app: Application):
        assert all(
            item.keys() == {"id", "is_domain_connection"} for item in app.api("GET", "connections?fields=id").json()
        )

    def test_by_checkpoint(self, app: Application):
        first = app.api("GET", "connections?take=1&fields=name").json()
        assert first["connections"][0]["name"] == DATABASE
        last = app.api("GET", f"connections?take=1&from={first['next']}").json()
        assert ([item["name"] for item in last["connections"]], "next" in last) == (["google-oauth2"], False)
        assert app.api("GET", "connections?from=!").status_code == 400

    def test_only_so_beyond_a_thousand(self, app: Application):
        reply = app.api("GET", "connections?page=20&per_page=50")
        assert (reply.status_code, "checkpoint pagination" in reply.json()["message"]) == (400, True)

    def test_the_pager_ends(self, auth0: Auth0, app: Application):
        for number in range(5):
            create(app, f"Staff-{number}")
        assert len(list(auth0.connections.list(take=2))) == 7


def test_by_the_library(auth0: Auth0):
    connection = auth0.connections.create(name="Staff", strategy="auth0", options={"passwordPolicy": "fair"})
    changed = auth0.connections.update(connection.id, display_name="Our staff")
    assert (changed.display_name, changed.options["passwordPolicy"]) == ("Our staff", "fair")
    auth0.connections.clients.update(connection.id, request=[{"client_id": LOGIN[0], "status": True}])
    assert [item.client_id for item in auth0.connections.clients.get(connection.id)] == [LOGIN[0]]
    auth0.connections.delete(connection.id)
