"""Riverside Library, of which Alice is a member and Bob is not: signing in to it, and the Management API about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.tenant import LocalTenant, demo_seed
from tests.tenant.application import (
    ALICE,
    BOB,
    CAROL,
    DATABASE,
    LOGIN,
    RIVERSIDE,
    SITE,
    Application,
    callback,
    change_password,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.browser import Browser

INVITATION = "Nf3pXq81TzLmWb6Hc0Ud"
NOT_ALLOWED = ("invalid_request", "parameter organization is not allowed for this client")
REQUIRED = ("invalid_request", "parameter organization is required for this client")


@pytest.fixture
def seed() -> dict[str, Any]:
    """The demonstration's, whose server may also read organizations and add members, with an invitation for Bob."""
    changed = demo_seed(SITE)
    changed["clients"][1]["scopes"] += ["read:organizations", "create:organization_members"]
    changed["organizations"][0]["invitations"] = [{"ticket_id": INVITATION, "email": "bob@example.com"}]
    return changed


@pytest.fixture
def library(app: Application, seed: dict[str, Any]) -> Application:
    app.tenant.seed(seed)
    return app


def for_members_only(app: Application, seed: dict[str, Any], behavior: str = "no_prompt") -> None:
    seed["clients"][0] |= {"organization_usage": "require", "organization_require_behavior": behavior}
    app.tenant.seed(seed)


def refused(browser: Browser) -> tuple[str, str]:
    answer = callback(browser)
    assert answer["state"] == "opaque-state"
    return answer["error"], answer["error_description"]


def test_a_member_signs_in_to_it(app: Application, browser: Browser):
    browser.get(app.authorize_url(organization=RIVERSIDE))
    assert "Sign in to Riverside Library to go on to Northwind Library" in browser.page.visible_text
    claims = app.claims(app.sign_in(browser, organization=RIVERSIDE))
    assert (claims["sub"], claims["org_id"]) == (ALICE, RIVERSIDE)
    assert "org_name" not in claims


def test_without_the_parameter_there_is_no_claim(app: Application, browser: Browser):
    assert "org_id" not in app.claims(app.sign_in(browser))


def test_only_its_connections_are_offered(app: Application, browser: Browser):
    browser.get(app.authorize_url(organization=RIVERSIDE))
    assert [form.button_texts for form in browser.page.forms] == [["Continue"]]
    browser.get(app.authorize_url(organization=RIVERSIDE, connection="google-oauth2"))
    assert refused(browser)[0] == "access_denied"
    browser.get(app.authorize_url(organization=RIVERSIDE, connection=DATABASE))
    assert browser.page.h1 == "Welcome"


def test_an_organization_with_google_only_asks_for_no_password(app: Application, browser: Browser):
    seed = demo_seed(SITE)
    seed["organizations"][0]["connections"] = ["google-oauth2"]
    app.tenant.seed(seed)
    browser.get(app.authorize_url(organization=RIVERSIDE))
    assert [form.button_texts for form in browser.page.forms] == [["Continue with Google (stand-in)"]]


def test_somebody_else_is_turned_away(app: Application, browser: Browser):
    app.send(browser, "bob@example.com", organization=RIVERSIDE)
    assert refused(browser) == ("access_denied", f"user {BOB} is not part of the {RIVERSIDE} organization")


def test_who_was_turned_away_is_signed_in_nevertheless(app: Application, browser: Browser):
    app.send(browser, "bob@example.com", organization=RIVERSIDE)
    browser.get(app.authorize_url(organization=RIVERSIDE))
    assert refused(browser)[0] == "access_denied"
    browser.get(app.authorize_url(prompt="none"))
    assert app.claims(callback(browser))["sub"] == BOB


def test_the_session_is_the_tenants_not_the_organizations(app: Application, browser: Browser):
    """Auth0 does not associate a selected organization with the SSO session."""
    first = app.claims(app.sign_in(browser))
    browser.get(app.authorize_url(organization=RIVERSIDE, prompt="none"))
    again = app.claims(callback(browser))
    assert (again["sid"], again["org_id"]) == (first["sid"], RIVERSIDE)
    browser.get(app.authorize_url(prompt="none"))
    assert "org_id" not in app.claims(callback(browser))


def test_a_session_of_a_connection_it_does_not_have_is_not_enough(app: Application, browser: Browser):
    browser.get(app.authorize_url(connection="google-oauth2"))
    browser.submit("Carol Singh carol@example.com")
    browser.get(app.authorize_url(organization=RIVERSIDE, prompt="none"))
    assert callback(browser)["error"] == "login_required"


@pytest.mark.parametrize("organization", ["org_nothing", "riverside-library", "Riverside Library"])
def test_only_ids_are_known(app: Application, browser: Browser, organization: str):
    browser.get(app.authorize_url(organization=organization))
    assert refused(browser) == ("invalid_request", f"parameter organization is invalid: {organization}")


@pytest.mark.parametrize("organization", [RIVERSIDE, "riverside-library", "Riverside-Library"])
def test_names_where_the_tenant_allows_them(app: Application, browser: Browser, organization: str):
    app.plan(allow_organization_name_in_authentication_api=True)
    claims = app.claims(app.sign_in(browser, organization=organization))
    assert (claims["org_id"], claims["org_name"]) == (RIVERSIDE, "riverside-library")


def test_an_application_for_individuals_may_not_name_one(app: Application, browser: Browser, seed: dict[str, Any]):
    del seed["clients"][0]["organization_usage"]
    app.tenant.seed(seed)
    browser.get(app.authorize_url(organization=RIVERSIDE))
    assert refused(browser) == NOT_ALLOWED


class TestForMembersOnly:
    def test_authorize_is_refused_without_one(self, app: Application, browser: Browser, seed: dict[str, Any]):
        for_members_only(app, seed)
        browser.get(app.authorize_url())
        assert refused(browser) == REQUIRED
        assert app.claims(app.sign_in(browser, organization=RIVERSIDE))["org_id"] == RIVERSIDE

    def test_or_the_name_is_asked_for(self, app: Application, browser: Browser, seed: dict[str, Any]):
        for_members_only(app, seed, "pre_login_prompt")
        browser.get(app.authorize_url())
        assert browser.page.h1 == "Enter your organization"
        assert browser.submit("Continue", organizationName="nobody's").status == 400
        assert "The organization you entered is invalid" in browser.page.visible_text
        browser.submit("Continue", organizationName=" Riverside-Library ")
        assert "Sign in to Riverside Library" in browser.page.visible_text
        browser.submit("Continue", username="alice@example.com", password="Quiet-Harbour-42!")
        assert app.claims(callback(browser))["org_id"] == RIVERSIDE

    def test_the_name_is_asked_for_every_time(self, app: Application, browser: Browser, seed: dict[str, Any]):
        for_members_only(app, seed, "pre_login_prompt")
        app.sign_in(browser, organization=RIVERSIDE)
        browser.get(app.authorize_url())
        browser.submit("Continue", organizationName="riverside-library")
        assert app.claims(callback(browser))["org_id"] == RIVERSIDE
        browser.get(app.authorize_url(prompt="none"))
        assert callback(browser)["error"] == "login_required"

    def test_a_connection_it_does_not_have(self, app: Application, browser: Browser, seed: dict[str, Any]):
        for_members_only(app, seed, "pre_login_prompt")
        browser.get(app.authorize_url(connection="google-oauth2"))
        browser.submit("Continue", organizationName="riverside-library")
        assert refused(browser)[0] == "access_denied"


class TestInvitations:
    def test_signing_in_with_one_makes_a_member(self, library: Application, browser: Browser):
        library.sign_in(browser, "bob@example.com")
        browser.get(library.authorize_url(organization=RIVERSIDE, invitation=INVITATION))
        assert browser.page.forms[0].values["username"] == "bob@example.com"
        browser.submit("Continue", username="bob@example.com", password="Temporary-2026!")
        assert library.claims(callback(browser))["org_id"] == RIVERSIDE
        browser.get(library.authorize_url(organization=RIVERSIDE))
        assert library.claims(callback(browser))["sub"] == BOB
        browser.get(library.authorize_url(organization=RIVERSIDE, invitation=INVITATION))
        assert refused(browser)[0] == "invalid_request"

    def test_it_is_the_invitees_alone(self, library: Application, browser: Browser):
        answer = library.sign_in(browser, organization=RIVERSIDE, invitation=INVITATION)
        assert library.claims(answer)["sub"] == ALICE
        browser.get(library.authorize_url(organization=RIVERSIDE, invitation=INVITATION))
        assert browser.page.h1 == "Welcome"

    @pytest.mark.parametrize("params", [{"invitation": INVITATION}, {"organization": RIVERSIDE, "invitation": "none"}])
    def test_incomplete_or_unknown(self, library: Application, browser: Browser, params: dict[str, str]):
        browser.get(library.authorize_url(**params))
        assert refused(browser)[0] == "invalid_request"


class TestTickets:
    def test_for_a_member(self, app: Application, browser: Browser):
        ticket = app.ticket(ALICE, organization_id=RIVERSIDE, client_id=LOGIN[0])
        browser.get(ticket)
        assert "alice@example.com at Riverside Library" in browser.page.visible_text
        change_password(browser, ticket, "Brand-New-Start-7!")
        assert browser.page.h1 == "Password changed"

    def test_not_for_somebody_else(self, app: Application):
        body = {"user_id": BOB, "organization_id": RIVERSIDE}
        reply = app.api("POST", "tickets/password-change", json=body)
        words = f"The user with id {BOB} is not a member of organization with id {RIVERSIDE}."
        assert (reply.status_code, reply.json()["message"]) == (400, words)

    def test_not_together_with_result_url(self, app: Application):
        body = {"user_id": ALICE, "organization_id": RIVERSIDE, "result_url": "https://site.example/"}
        reply = app.api("POST", "tickets/password-change", json=body)
        assert (reply.status_code, reply.json()["errorCode"]) == (400, "invalid_body")


class TestManagementApi:
    """As recorded by terraform-provider-auth0 (TestAccOrganizationMember, TestAccDataSourceOrganization)."""

    def test_reading_one(self, library: Application):
        reply = library.api("GET", f"organizations/{RIVERSIDE}")
        expected = {"id": RIVERSIDE, "name": "riverside-library", "display_name": "Riverside Library"}
        assert (reply.status_code, reply.json()) == (200, expected)

    @pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/members")])
    def test_one_that_does_not_exist(self, library: Application, method: str, path: str):
        reply = library.api(method, f"organizations/org_nothing{path}", json={"members": [BOB]})
        assert reply.status_code == 404
        assert reply.json() == {
            "statusCode": 404,
            "error": "Not Found",
            "message": "No organization found by that id or name",
        }

    def test_adding_members(self, library: Application, browser: Browser):
        for _ in range(2):
            reply = library.api("POST", f"organizations/{RIVERSIDE}/members", json={"members": [BOB, CAROL]})
            assert (reply.status_code, reply.content) == (204, b"")
        assert library.claims(library.sign_in(browser, "bob@example.com", organization=RIVERSIDE))["sub"] == BOB

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({}, 400, "invalid_body"),
            ({"members": []}, 400, "invalid_body"),
            ({"members": BOB}, 400, "invalid_body"),
            ({"members": [[BOB]]}, 400, "invalid_body"),
            ({"members": ["auth0|nobody"]}, 404, "inexistent_user"),
        ],
    )
    def test_members_that_cannot_be_added(self, library: Application, body: Any, status: int, code: str):
        reply = library.api("POST", f"organizations/{RIVERSIDE}/members", json=body)
        assert (reply.status_code, reply.json()["errorCode"]) == (status, code)

    def test_scopes_are_needed(self, app: Application):
        for method, path in (("GET", ""), ("POST", "/members")):
            reply = app.api(method, f"organizations/{RIVERSIDE}{path}", json={"members": [BOB]})
            assert (reply.status_code, reply.json()["errorCode"]) == (403, "insufficient_scope")


def test_members_and_switches_survive_a_restart(tmp_path: Path, seed: dict[str, Any], browser: Browser):
    state = tmp_path / "state.json"
    with LocalTenant.start(seed, state=state) as tenant:
        app = Application(tenant)
        app.plan(allow_organization_name_in_authentication_api=True)
        app.api("POST", f"organizations/{RIVERSIDE}/members", json={"members": [BOB]})
    with LocalTenant.start(seed, state=state) as tenant:
        app = Application(tenant)
        claims = app.claims(app.sign_in(browser, "bob@example.com", organization="riverside-library"))
        assert (claims["sub"], claims["org_name"]) == (BOB, "riverside-library")
