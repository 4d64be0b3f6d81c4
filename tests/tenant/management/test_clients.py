"""Clients and their grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.tenant.application import DEPLOY, LOGIN, MANAGEMENT, SITE, Application

if TYPE_CHECKING:
    from auth0.management import Auth0

    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

RECORDED = {
    "name", "description", "client_id", "client_secret", "is_first_party", "is_token_endpoint_ip_header_trusted",
    "oidc_conformant", "jwt_configuration", "sso_disabled", "cross_origin_authentication", "grant_types",
    "custom_login_page_on", "refresh_token",
}  # fmt: skip


def create(app: Application, **fields: Any) -> dict[str, Any]:
    reply = app.api("POST", "clients", json={"name": "Reading room", **fields})
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


def without(tenant: LocalTenant, seed: dict[str, Any], *scopes: str) -> None:
    seed["clients"][1]["scopes"] = [name for name in seed["clients"][1]["scopes"] if name not in scopes]
    tenant.seed(seed)


class TestCreating:
    def test_as_recorded(self, app: Application):
        """go-auth0's TestClient_Create, except the certificate of its signing key."""
        client = create(app, description="For readers.")
        assert client.keys() == RECORDED
        assert (len(client["client_id"]), len(client["client_secret"])) == (32, 64)
        assert client["jwt_configuration"] == {"secret_encoded": False, "lifetime_in_seconds": 36000}
        assert len(client["refresh_token"]) == 7
        assert client["grant_types"] == ["authorization_code", "implicit", "refresh_token", "client_credentials"]

    def test_only_alg_was_sent(self, app: Application):
        client = create(app, jwt_configuration={"alg": "RS256"})
        assert client["jwt_configuration"] == {"secret_encoded": False, "alg": "RS256"}

    def test_it_can_be_used(self, app: Application, browser: Browser):
        client = create(app, app_type="regular_web", callbacks=[f"{SITE}/elsewhere/"])
        there = f"{SITE}/elsewhere/"
        browser.get(app.authorize_url(client_id=client["client_id"], redirect_uri=there, code_challenge=None))
        browser.submit("Continue", username="alice@example.com", password="Quiet-Harbour-42!")
        assert browser.page.url.startswith(f"{there}?code=")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"name": ""},
            {"name": "x", "app_type": "toaster"},
            {"name": "x", "colour": "red"},
            {"name": "x", "callbacks": "https://a.example/"},
            {"name": "x", "initiate_login_uri": "http://site.example/login"},
            {"name": "x", "description": "x" * 141},
        ],
    )
    def test_bodies_that_are_refused(self, app: Application, body: dict[str, Any]):
        reply = app.api("POST", "clients", json=body)
        assert (reply.status_code, reply.json()["errorCode"]) == (400, "invalid_body")


class TestChanging:
    def test_what_is_named(self, app: Application, browser: Browser):
        app.api("PATCH", f"clients/{LOGIN[0]}", json={"callbacks": [f"{SITE}/new/"], "description": "Changed"})
        client = app.api("GET", f"clients/{LOGIN[0]}").json()
        assert (client["callbacks"], client["description"]) == ([f"{SITE}/new/"], "Changed")
        assert client["initiate_login_uri"] == f"{SITE}/account/login/"
        assert browser.get(app.authorize_url()).status == 403

    def test_null_brings_back_the_default(self, app: Application):
        body = {"initiate_login_uri": None, "description": None, "oidc_logout": None}
        client = app.api("PATCH", f"clients/{LOGIN[0]}", json=body).json()
        assert not client.keys() & body.keys()

    def test_an_empty_one(self, app: Application):
        assert app.api("PATCH", f"clients/{LOGIN[0]}", json={}).status_code == 400

    def test_a_new_secret(self, app: Application):
        reply = app.api("POST", f"clients/{LOGIN[0]}/rotate-secret")
        assert (reply.status_code, reply.json()["client_secret"] != LOGIN[1]) == (200, True)
        refused = app.token(grant_type="authorization_code", client_id=LOGIN[0], client_secret=LOGIN[1], code="x")
        assert refused.status_code == 401

    def test_deleting_as_recorded(self, app: Application):
        client_id = create(app)["client_id"]
        assert [app.api("DELETE", f"clients/{client_id}").status_code for _ in range(2)] == [204, 204]
        reply = app.api("GET", f"clients/{client_id}")
        assert (reply.status_code, reply.json()["errorCode"]) == (404, "inexistent_client")


class TestSecrets:
    def test_are_for_the_scope_of_keys(self, app: Application, tenant: LocalTenant, seed: dict[str, Any]):
        assert app.api("GET", f"clients/{LOGIN[0]}").json()["client_secret"] == LOGIN[1]
        without(tenant, seed, "read:client_keys", "update:client_keys")
        assert "client_secret" not in app.api("GET", f"clients/{LOGIN[0]}").json()
        assert all("client_secret" not in item for item in app.api("GET", "clients").json())
        assert "client_secret" in create(app)
        refused = app.api("PATCH", f"clients/{LOGIN[0]}", json={"client_secret": "a-secret-of-mine"})
        assert (refused.status_code, refused.json()["errorCode"]) == (403, "insufficient_scope")

    def test_a_summary(self, app: Application, tenant: LocalTenant, seed: dict[str, Any]):
        seed["clients"][1]["scopes"] = ["read:client_summary"]
        tenant.seed(seed)
        assert app.api("GET", f"clients/{LOGIN[0]}").json().keys() == {"client_id", "name", "is_first_party"}


class TestLists:
    def test_as_recorded(self, app: Application):
        """go-auth0's TestClient_List: the tenant's name whatever fields are asked for."""
        reply = app.api("GET", "clients?fields=client_id&include_fields=true&include_totals=true&per_page=50")
        expected = [{"tenant": "local", "client_id": client_id} for client_id, _ in (LOGIN, MANAGEMENT, DEPLOY)]
        assert reply.json() == {"total": 3, "start": 0, "limit": 50, "clients": expected}

    def test_by_kind(self, app: Application):
        spa = create(app, app_type="spa")
        assert [item["client_id"] for item in app.api("GET", "clients?app_type=spa,native").json()] == [
            spa["client_id"]
        ]
        assert app.api("GET", "clients?is_global=true").json() == []

    def test_the_pager_ends(self, auth0: Auth0, app: Application):
        for number in range(5):
            create(app, name=f"Reading room {number}")
        assert len(list(auth0.clients.list(per_page=3))) == 8


class TestGrants:
    def body(self, app: Application, client: str, **fields: Any) -> dict[str, Any]:
        return {"client_id": client, "audience": f"{app.tenant.base_url}/api/v2/", "scope": ["read:users"], **fields}

    def test_a_new_client_gets_scopes_by_a_grant(self, app: Application, tenant: LocalTenant):
        client = create(app, app_type="non_interactive")
        reply = app.api("POST", "client-grants", json=self.body(app, client["client_id"]))
        assert reply.status_code == 201
        assert reply.json().keys() == {"id", "client_id", "audience", "scope", "subject_type"}
        credentials = {"client_id": client["client_id"], "client_secret": client["client_secret"]}
        audience = f"{tenant.base_url}/api/v2/"
        token = app.token(grant_type="client_credentials", audience=audience, **credentials).json()
        assert token["scope"] == "read:users"
        assert app.api("GET", "users", token["access_token"]).status_code == 200
        assert app.api("GET", "clients", token["access_token"]).status_code == 403

    def test_one_by_one(self, app: Application):
        grant = app.api("POST", "client-grants", json=self.body(app, LOGIN[0])).json()
        assert app.api("GET", f"client-grants/{grant['id']}").json() == grant
        assert app.api("POST", "client-grants", json=self.body(app, LOGIN[0])).status_code == 409
        changed = app.api("PATCH", f"client-grants/{grant['id']}", json={"scope": ["read:users", "update:users"]})
        assert changed.json() == {**grant, "scope": ["read:users", "update:users"]}
        assert [app.api("DELETE", f"client-grants/{grant['id']}").status_code for _ in range(2)] == [204, 204]
        gone = app.api("GET", f"client-grants/{grant['id']}")
        assert (gone.status_code, gone.json()["message"]) == (404, "The grant does not exist.")
        assert gone.json()["errorCode"] == "inexistent_client_grant"

    @pytest.mark.parametrize(
        ("fields", "status"),
        [({"audience": "https://nobody.example/"}, 404), ({"client_id": "nobody"}, 404), ({"subject_type": "x"}, 400)],
    )
    def test_what_cannot_be_granted(self, app: Application, fields: dict[str, str], status: int):
        assert app.api("POST", "client-grants", json=self.body(app, LOGIN[0], **fields)).status_code == status

    def test_on_behalf_of_users(self, app: Application, tenant: LocalTenant):
        """The audience of the My Account API is the host used."""
        body = self.body(app, LOGIN[0], audience=f"{tenant.base_url}/me/", subject_type="user", scope=[])
        assert app.api("POST", "client-grants", json=body).json()["audience"] == f"{tenant.base_url}/me/"
        found = app.api("GET", "client-grants?subject_type=user&take=10").json()
        assert [item["client_id"] for item in found["client_grants"]] == [LOGIN[0]]

    def test_by_the_library(self, auth0: Auth0, app: Application):
        mine = list(auth0.client_grants.list(client_id=MANAGEMENT[0]))
        assert [grant.audience for grant in mine] == [f"{app.tenant.base_url}/api/v2/"]
        grant = auth0.client_grants.create(**self.body(app, LOGIN[0]))
        assert auth0.client_grants.get(grant.id).scope == ["read:users"]
        assert auth0.client_grants.update(grant.id, scope=["read:clients"]).scope == ["read:clients"]
        assert len(list(auth0.client_grants.list(take=1))) == 3
        auth0.client_grants.delete(grant.id)


def test_by_the_library(auth0: Auth0):
    client = auth0.clients.create(name="Reading room", callbacks=[f"{SITE}/x/"], oidc_conformant=True)
    [database] = auth0.connections.list(strategy=["auth0"])
    auth0.connections.clients.update(database.id, request=[{"client_id": client.client_id, "status": True}])
    assert auth0.clients.get(client.client_id).callbacks == [f"{SITE}/x/"]
    logout = {"backchannel_logout_urls": [f"{SITE}/backchannel/"]}
    changed = auth0.clients.update(client.client_id, oidc_logout=logout)
    assert changed.oidc_logout.backchannel_logout_urls == [f"{SITE}/backchannel/"]
    assert auth0.clients.rotate_secret(client.client_id).client_secret != client.client_secret
    assert {item.name for item in auth0.clients.connections.get(client.client_id)} == {
        "Username-Password-Authentication",
        "google-oauth2",
    }
    auth0.clients.delete(client.client_id)
