"""Organizations: as recorded by go-auth0 (TestOrganizationManager_*)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.tenant.application import (
    ALICE,
    BOB,
    CAROL,
    DATABASE,
    LOGIN,
    MANAGEMENT,
    RIVERSIDE,
    SITE,
    Application,
    callback,
)

if TYPE_CHECKING:
    from auth0.management import Auth0

    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

INVITATION = {"inviter": {"name": "Grace"}, "invitee": {"email": "Bob@example.com"}, "client_id": LOGIN[0]}


def create(app: Application, name: str = "hillside", **fields: Any) -> dict[str, Any]:
    reply = app.api("POST", "organizations", json={"name": name, "display_name": "Hillside", **fields})
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


class TestThemselves:
    def test_as_recorded(self, app: Application):
        sent = {"branding": {"logo_url": "https://example.com/logo.gif"}, "metadata": {"public_site": "x"}}
        organization = create(app, **sent)
        assert organization == {"id": organization["id"], "name": "hillside", "display_name": "Hillside", **sent}
        for path in (organization["id"], "name/hillside"):
            assert app.api("GET", f"organizations/{path}").json() == organization
        changed = app.api("PATCH", f"organizations/{organization['id']}", json={"name": "hill"})
        assert changed.json() == {**organization, "name": "hill"}
        statuses = [app.api("DELETE", f"organizations/{organization['id']}").status_code for _ in range(2)]
        assert statuses == [204, 404]

    def test_with_connections_as_recorded(self, app: Application, database_id: str):
        enabled = [{"connection_id": database_id, "assign_membership_on_login": True, "is_signup_enabled": True}]
        shown = create(app, enabled_connections=enabled)["enabled_connections"]
        assert shown == [{**enabled[0], "show_as_button": True, "connection": {"name": DATABASE, "strategy": "auth0"}}]

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 400),
            ({"name": "No Spaces"}, 400),
            ({"name": "x" * 51}, 400),
            ({"name": "x", "colour": "red"}, 400),
            ({"name": "riverside-library"}, 409),
            ({"name": "x", "enabled_connections": [{"connection_id": "con_none"}]}, 400),
        ],
    )
    def test_what_cannot_be(self, app: Application, body: dict[str, Any], status: int):
        assert app.api("POST", "organizations", json=body).status_code == status

    def test_unknown_names(self, app: Application):
        reply = app.api("GET", "organizations/name/nobody")
        assert reply.json() == {
            "statusCode": 404,
            "error": "Not Found",
            "message": "No organization found by that id or name",
        }


class TestMembers:
    def test_as_recorded(self, app: Application):
        path = f"organizations/{RIVERSIDE}/members"
        assert app.api("POST", path, json={"members": [BOB, CAROL]}).status_code == 204
        members = app.api("GET", f"{path}?include_totals=true").json()
        assert members["members"][1].keys() == {"user_id", "email", "picture", "name"}
        assert members["total"] == 3
        assert app.api("DELETE", path, json={"members": [ALICE]}).status_code == 204
        assert app.api("GET", f"{path}?fields=user_id").json() == [{"user_id": BOB}, {"user_id": CAROL}]

    def test_by_checkpoint(self, app: Application):
        path = f"organizations/{RIVERSIDE}/members"
        app.api("POST", path, json={"members": [BOB, CAROL]})
        first = app.api("GET", f"{path}?take=2").json()
        last = app.api("GET", f"{path}?take=2&from={first['next']}").json()
        assert [item["user_id"] for item in first["members"] + last["members"]] == [ALICE, BOB, CAROL]
        assert "next" not in last

    def test_the_users_view(self, app: Application):
        assert [item["id"] for item in app.api("GET", f"users/{ALICE}/organizations").json()] == [RIVERSIDE]
        assert app.api("GET", f"users/{BOB}/organizations?include_totals=true").json()["organizations"] == []
        assert app.api("GET", "users/auth0|nobody/organizations").status_code == 404


class TestConnections:
    def test_as_recorded(self, app: Application):
        path = f"organizations/{RIVERSIDE}/enabled_connections"
        (google,) = app.api("GET", "connections?name=google-oauth2").json()
        body = {"connection_id": google["id"], "assign_membership_on_login": True, "show_as_button": True}
        reply = app.api("POST", path, json=body)
        assert reply.status_code == 201
        assert reply.json() == {**body, "connection": {"name": "google-oauth2", "strategy": "google-oauth2"}}
        one = f"{path}/{google['id']}"
        changed = app.api("PATCH", one, json={"show_as_button": False})
        assert changed.json() == app.api("GET", one).json() == {**reply.json(), "show_as_button": False}
        assert len(app.api("GET", path).json()) == 2
        assert app.api("DELETE", one).status_code == 204
        gone = app.api("GET", one)
        assert gone.json() == {"statusCode": 404, "error": "Not Found", "message": "No connection found by that id"}

    def test_signing_in_makes_a_member(self, app: Application, browser: Browser, database_id: str):
        path = f"organizations/{RIVERSIDE}/enabled_connections"
        assert app.api("POST", path, json={"connection_id": database_id}).status_code == 409
        app.api("PATCH", f"{path}/{database_id}", json={"assign_membership_on_login": True})
        claims = app.claims(app.sign_in(browser, "bob@example.com", organization=RIVERSIDE))
        assert (claims["sub"], claims["org_id"]) == (BOB, RIVERSIDE)
        assert app.api("GET", f"users/{BOB}/organizations").json() != []

    def test_signing_up_needs_membership(self, app: Application, database_id: str):
        """go-auth0's TestOrganizationManager_UpdateDBConnection"""
        path = f"organizations/{RIVERSIDE}/enabled_connections/{database_id}"
        reply = app.api("PATCH", path, json={"is_signup_enabled": True})
        assert (reply.status_code, reply.json()["errorCode"]) == (400, "invalid_body")
        assert reply.json()["message"].startswith("Only database connections with assign_membership_on_login")


class TestInvitations:
    path = f"organizations/{RIVERSIDE}/invitations"

    def invite(self, app: Application, **fields: Any) -> dict[str, Any]:
        reply = app.api("POST", self.path, json=INVITATION | fields)
        assert reply.status_code == 201, reply.text
        return dict(reply.json())

    def test_as_recorded(self, app: Application):
        invitation = self.invite(app)
        assert invitation.keys() == {
            "id", "client_id", "inviter", "invitee", "invitation_url", "ticket_id", "created_at", "expires_at",
            "organization_id",
        }  # fmt: skip
        assert app.api("GET", f"{self.path}/{invitation['id']}").json() == invitation
        assert app.api("GET", self.path).json() == [invitation]
        assert app.api("DELETE", f"{self.path}/{invitation['id']}").status_code == 204
        gone = app.api("GET", f"{self.path}/{invitation['id']}")
        assert (gone.status_code, gone.json()["errorCode"]) == (404, "inexistent_invitation")

    def test_the_mail_leads_to_the_login_route(self, app: Application, tenant: LocalTenant, browser: Browser):
        invitation = self.invite(app)
        (mail,) = tenant.mails()
        assert (mail["to"], mail["links"]) == ("bob@example.com", [invitation["invitation_url"]])
        assert "Grace has invited you to Riverside Library" in mail["text"]
        url = urlsplit(mail["links"][0])
        assert f"{url.scheme}://{url.netloc}{url.path}" == f"{SITE}/account/login/"
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        assert query.pop("organization_name") == "riverside-library"
        browser.get(app.authorize_url(**query))
        browser.submit("Continue", username="bob@example.com", password="Temporary-2026!")
        assert app.claims(callback(browser))["org_id"] == RIVERSIDE
        assert app.api("GET", self.path).json() == []

    def test_without_a_mail(self, app: Application, tenant: LocalTenant):
        self.invite(app, send_invitation_email=False)
        assert tenant.mails() == []

    def test_for_its_time(self, app: Application, tenant: LocalTenant, browser: Browser):
        ticket = self.invite(app, ttl_sec=60)["ticket_id"]
        tenant.advance(60)
        assert app.api("GET", self.path).json() == []
        browser.get(app.authorize_url(organization=RIVERSIDE, invitation=ticket))
        assert callback(browser)["error"] == "invalid_request"

    @pytest.mark.parametrize(
        "change",
        [
            {"client_id": "nobody"},
            {"client_id": MANAGEMENT[0]},
            {"invitee": {}},
            {"invitee": {"email": "bob"}},
            {"inviter": {"colour": "red"}},
            {"connection_id": "con_none"},
        ],
    )
    def test_what_cannot_be(self, app: Application, change: dict[str, Any]):
        """The second application has no login route."""
        assert app.api("POST", self.path, json=INVITATION | change).status_code == 400


def test_lists(app: Application, auth0: Auth0):
    """go-auth0's TestOrganizationManager_List, _ListCheckpointPagination"""
    for number in range(4):
        create(app, f"hillside-{number}")
    body = app.api("GET", "organizations?include_totals=true&per_page=2").json()
    assert (body["start"], body["limit"], body["total"], len(body["organizations"])) == (0, 2, 5, 2)
    assert app.api("GET", "organizations?include_totals=true&take=2").json().keys() == {"organizations", "next"}
    assert len(list(auth0.organizations.list(take=2))) == 5


def test_by_the_library(auth0: Auth0, database_id: str):
    organization = auth0.organizations.create(name="hillside", enabled_connections=[{"connection_id": database_id}])
    found = auth0.organizations.get_by_name("hillside")
    assert found.id == auth0.organizations.get(organization.id).id == organization.id
    assert auth0.organizations.update(organization.id, display_name="Hill").display_name == "Hill"
    auth0.organizations.members.create(organization.id, members=[ALICE, BOB])
    assert [item.user_id for item in auth0.organizations.members.list(organization.id, take=1)] == [ALICE, BOB]
    auth0.organizations.members.delete(organization.id, members=[ALICE])
    connections = auth0.organizations.enabled_connections
    assert [item.connection_id for item in connections.list(organization.id)] == [database_id]
    connections.update(organization.id, database_id, assign_membership_on_login=True)
    connections.delete(organization.id, database_id)
    invitations = auth0.organizations.invitations
    invitation = invitations.create(organization.id, **INVITATION)
    assert [item.id for item in invitations.list(organization.id)] == [invitation.id]
    invitations.delete(organization.id, invitation.id)
    auth0.organizations.delete(organization.id)
