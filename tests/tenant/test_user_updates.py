"""PATCH /users/{id}: metadata, profiles, passwords, and which token may change what."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import requests
from auth0.management import Auth0
from auth0.management.errors import BadRequestError

from tests.support.browser import Browser
from tests.tenant.application import ALICE, BOB, CAROL, DATABASE, FRANK, SITE, Application, callback
from tests.tenant.steering import seed_with_scopes
from tests.tenant.test_management import UNKNOWN_USER

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

NEW = "Brand-New-Start-7!"
FRANKS = "frank.adeyemi@example.org"
BOTH = ("read:users", "update:users", "update:users_app_metadata", "create:user_tickets")


@pytest.fixture
def server(tenant: LocalTenant) -> Application:
    tenant.seed(seed_with_scopes(*BOTH))
    return Application(tenant)


def patch(server: Application, user_id: str = BOB, **body: Any) -> requests.Response:
    return server.api("PATCH", f"users/{user_id}", json=body)


class TestMetadata:
    def test_it_merges_at_the_first_level_only(self, server: Application):
        patch(server, app_metadata={"plan": {"name": "gold", "seats": 3}, "since": 2020})
        merged = patch(server, app_metadata={"plan": {"name": "silver"}}).json()["app_metadata"]
        assert merged == {"needsPasswordReset": True, "plan": {"name": "silver"}, "since": 2020}

    def test_null_takes_a_key_away_as_recorded(self, server: Application):
        patch(server, app_metadata={"baz": 1, "foo": "bar"})
        reply = patch(server, app_metadata={"baz": None, "foo": "bars", "needsPasswordReset": None})
        assert reply.json()["app_metadata"] == {"foo": "bars"}

    def test_empty_objects_empty_both_as_recorded(self, server: Application):
        patch(server, user_metadata={"colour": "green"})
        user = patch(server, app_metadata={}, user_metadata={}).json()
        assert user["user_metadata"] == {}
        assert "app_metadata" not in user
        assert server.api("GET", f"users/{BOB}").json() == user

    def test_a_later_read_shows_what_was_written(self, server: Application):
        user = patch(server, app_metadata={"passwordResetRequiredAt": "2026-11-20T18:00:00.000Z"}).json()
        assert user["app_metadata"]["passwordResetRequiredAt"] == "2026-11-20T18:00:00.000Z"
        assert server.api("GET", f"users/{BOB}").json() == user


class TestPassword:
    def test_password_connection_and_metadata_in_one_call_as_recorded(self, server: Application, browser: Browser):
        server.tenant.advance(3_600)
        reply = patch(server, password=NEW, connection=DATABASE, app_metadata={"needsPasswordReset": False})
        user = reply.json()
        assert reply.status_code == 200
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", user["last_password_reset"])
        changed = datetime.fromisoformat(user["last_password_reset"])
        assert changed <= datetime.fromisoformat(user["updated_at"])
        assert abs((datetime.fromisoformat(server.tenant.health()["now"]) - changed).total_seconds()) < 5
        assert user["app_metadata"] == {"needsPasswordReset": False}
        assert "password" not in user
        assert server.tenant.mails() == []
        browser.get(server.authorize_url())
        assert browser.submit("Continue", username="bob@example.com", password="Temporary-2026!").status == 400
        browser.submit("Continue", username="bob@example.com", password=NEW)
        assert callback(browser)["code"]

    @pytest.mark.parametrize(
        ("password", "message"),
        [
            ("short", "PasswordStrengthError: Password is too weak"),
            ("password1", "PasswordStrengthError: Password is too weak"),
            ("Temporary-2026!", "PasswordHistoryError: Password has previously been used"),
            ("My-Name-Is-Bob-1", "PasswordNoUserInfoError: Password contains user information"),
        ],
    )
    def test_a_refusal_has_three_keys_and_changes_nothing(self, server: Application, password: str, message: str):
        before = server.tenant.user("bob@example.com")
        reply = patch(server, password=password, app_metadata={"needsPasswordReset": False}, name="Robert")
        assert reply.status_code == 400
        assert reply.json() == {"statusCode": 400, "error": "Bad Request", "message": message}
        assert server.tenant.user("bob@example.com") == before

    def test_common_ones(self, server: Application):
        dictionary = {"enable": True, "dictionary": ["Northwind-2026!"]}
        server.tenant.seed(seed_with_scopes(*BOTH, password_dictionary=dictionary))
        reply = patch(server, password="Northwind-2026!")
        assert reply.json()["message"] == "PasswordDictionaryError: Password is too common"

    def test_it_ends_the_sessions_of_that_person_only(self, server: Application):
        bob, alice = Browser(stop_at=SITE), Browser(stop_at=SITE)
        server.sign_in(bob, "bob@example.com")
        server.sign_in(alice)
        patch(server, password=NEW)
        for person, answer in ((bob, "error"), (alice, "code")):
            person.get(server.authorize_url(prompt="none"))
            assert answer in callback(person)

    @pytest.mark.parametrize(("voids", "h1"), [(False, "Change your password"), (True, "Link expired")])
    def test_whether_it_voids_links_can_be_chosen(self, server: Application, browser: Browser, voids: bool, h1: str):
        bobs, alices = server.ticket(BOB), server.ticket(ALICE)
        server.plan(patch_voids_links=voids)
        patch(server, name="Robert")
        assert browser.get(bobs).h1 == "Change your password"
        patch(server, password=NEW)
        assert browser.get(bobs).h1 == h1
        assert browser.get(alices).h1 == "Change your password"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"password": NEW, "email": "b@example.com"}, "Cannot update password and email simultaneously"),
        ({"password": NEW, "email_verified": True}, "Cannot update password and email_verified simultaneously"),
        ({"username": "bob", "email": "b@example.com"}, "Cannot update username and email simultaneously"),
        ({"username": "bob", "email_verified": True}, "Cannot update username and email_verified simultaneously"),
        ({"username": "bob", "password": NEW}, "Cannot update username and password simultaneously"),
        ({"username": "bob"}, "Cannot set username for connection without requires_username."),
        ({"password": NEW, "connection": "google-oauth2"}, "The connection is not supported for this operation."),
    ],
)
def test_what_does_not_go(server: Application, fields: dict[str, Any], words: str):
    before = server.tenant.user("bob@example.com")
    reply = patch(server, **fields)
    assert (reply.status_code, reply.json()["message"]) == (400, words)
    assert reply.json()["errorCode"] == "operation_not_supported"
    assert server.tenant.user("bob@example.com") == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "'Too few properties defined (0), minimum 1'"),
        ({"last_password_reset": "2026-01-01"}, "'Additional properties not allowed: last_password_reset'"),
        ({"identities": []}, "'Additional properties not allowed: identities'"),
        ({"blocked": "yes"}, "'Expected type boolean but found type string' on property blocked"),
        ({"name": 5}, "'Expected type string but found type integer' on property name"),
        ({"app_metadata": None}, "'Expected type object but found type null' on property app_metadata"),
        ({"password": ""}, "'String is too short (0 chars), minimum 1' on property password"),
        ({"name": "x" * 301}, "'String is too long (301 chars), maximum 300' on property name"),
    ],
)
def test_bodies_that_the_schema_refuses(server: Application, fields: dict[str, Any], words: str):
    reply = patch(server, **fields)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, "invalid_body")
    assert reply.json()["message"] == f"Payload validation error: {words}."


def test_records_that_are_not_there(server: Application):
    unknown = patch(server, "auth0|nobody", name="x")
    assert (unknown.status_code, unknown.json()) == (404, UNKNOWN_USER)
    assert patch(server, connection="nothing").json()["errorCode"] == "inexistent_connection"
    assert patch(server, email="b@example.com", client_id="nobody").json()["errorCode"] == "inexistent_client"


class TestProfile:
    def test_names_and_blocking(self, server: Application, browser: Browser):
        user = patch(server, ALICE, blocked=True, name="Alice B", given_name="Alice").json()
        assert (user["blocked"], user["name"], user["given_name"]) == (True, "Alice B", "Alice")
        assert server.sign_in(browser)["error"] == "unauthorized"
        user = patch(server, ALICE, blocked=False, given_name=None).json()
        assert user["blocked"] is False
        assert "given_name" not in user

    def test_a_new_address_is_lower_case_and_not_verified(self, server: Application):
        user = patch(server, email="Robert@Example.com").json()
        assert (user["email"], user["email_verified"]) == ("robert@example.com", False)
        assert patch(server, email_verified=True).json()["email_verified"] is True
        assert patch(server, email="bob@example.com", email_verified=True).json()["email_verified"] is True

    def test_an_address_that_is_taken(self, server: Application):
        reply = patch(server, email="alice@example.com")
        words = "The specified new email already exists"
        assert (reply.status_code, reply.json()["message"], reply.json()["errorCode"]) == (
            400,
            words,
            "auth0_idp_error",
        )
        assert patch(server, email="BOB@example.com").status_code == 200

    def test_usernames_where_the_connection_has_them(self, server: Application, tenant: LocalTenant):
        tenant.seed(seed_with_scopes(*BOTH, requires_username=True))
        assert patch(server, username="bob").json()["username"] == "bob"
        body = {"client_id": "demo-login-client", "username": "bob", "connection": DATABASE}
        requests.post(f"{tenant.base_url}/dbconnections/change_password", json=body, timeout=5)
        assert [mail["to"] for mail in tenant.mails()] == ["bob@example.com"]

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"password": NEW}, "The user's main connection does not support this operation."),
            ({"email": "c@example.com"}, "Cannot update email for non-database user."),
            ({"name": "C"}, "The following user attributes cannot be updated: name. "),
        ],
    )
    def test_what_google_keeps(self, server: Application, fields: dict[str, Any], words: str):
        reply = patch(server, CAROL, **fields)
        assert reply.status_code == 400
        assert reply.json()["message"].startswith(words)
        assert patch(server, CAROL, app_metadata={"a": 1}, blocked=True).status_code == 200

    def test_a_connection_that_no_application_uses(self, server: Application, tenant: LocalTenant):
        seed = seed_with_scopes(*BOTH)
        seed["connections"][0]["enabled_clients"] = []
        tenant.seed(seed)
        words = "Cannot change email or password for users in a disabled connection."
        assert patch(server, password=NEW).json()["message"] == words
        assert patch(server, name="Robert").status_code == 200


class TestFrank:
    """He signs in with Google; his password is a linked identity's, with an address of its own."""

    def test_connection_names_the_identity(self, server: Application, browser: Browser):
        words = "The user's main connection does not support this operation."
        assert patch(server, FRANK, password=NEW).json()["message"] == words
        assert patch(server, FRANK, password=NEW, connection=DATABASE).json()["last_password_reset"]
        browser.get(server.authorize_url())
        browser.submit("Continue", username=FRANKS, password=NEW)
        assert server.claims(callback(browser))["sub"] == FRANK

    def test_his_address_there_is_changed_not_the_main_one(self, server: Application):
        before = server.api("GET", f"users/{FRANK}").json()
        user = patch(server, FRANK, email="f@example.org", email_verified=True, connection=DATABASE).json()
        assert user["identities"][1]["profileData"]["email"] == "f@example.org"
        assert (user["email"], user["email_verified"]) == (before["email"], before["email_verified"])


class TestScopes:
    def server(self, tenant: LocalTenant, *scopes: str) -> Application:
        tenant.seed(seed_with_scopes(*scopes))
        return Application(tenant)

    def test_neither(self, tenant: LocalTenant):
        reply = patch(self.server(tenant, "read:users"), app_metadata={"a": 1})
        assert reply.status_code == 403
        assert reply.json() == {
            "statusCode": 403,
            "error": "Forbidden",
            "message": "Insufficient scope, expected any of: update:users,update:users_app_metadata",
            "errorCode": "insufficient_scope",
        }

    @pytest.mark.parametrize(
        ("scope", "allowed", "refused", "names"),
        [
            ("update:users_app_metadata", {"app_metadata": {"a": 1}}, {"password": NEW}, "password"),
            ("update:users_app_metadata", {"app_metadata": {}}, {"app_metadata": {}, "name": "B"}, "name"),
            ("update:users", {"password": NEW}, {"password": NEW, "app_metadata": {"a": 1}}, "app_metadata"),
        ],
    )
    def test_each_for_its_fields(
        self, tenant: LocalTenant, scope: str, allowed: dict[str, Any], refused: dict[str, Any], names: str
    ):
        server = self.server(tenant, scope)
        reply = patch(server, **refused)
        assert (reply.status_code, reply.json()["errorCode"]) == (403, "insufficient_scope")
        assert reply.json()["message"] == f"You cannot update the following fields: {names}"
        assert patch(server, **allowed).status_code == 200

    def test_app_metadata_may_need_both(self, tenant: LocalTenant):
        server = self.server(tenant, "update:users_app_metadata")
        Application(tenant).plan(app_metadata_needs_update_users=True)
        reply = patch(server, app_metadata={"a": 1})
        assert reply.json()["message"] == "Insufficient scope, expected any of: update:users"
        both = self.server(tenant, "update:users", "update:users_app_metadata")
        Application(tenant).plan(app_metadata_needs_update_users=True)
        assert patch(both, app_metadata={"a": 1}).status_code == 200


def test_auth0s_own_library(server: Application):
    with httpx.Client(timeout=5) as client:
        auth0 = Auth0(
            base_url=f"{server.tenant.base_url}/api/v2",
            token=server.management_token,
            httpx_client=client,
            max_retries=0,
        )
        user = auth0.users.update(BOB, app_metadata={"needsPasswordReset": None, "a": 1})
        assert user.app_metadata == {"a": 1}
        auth0.users.update(BOB, password=NEW, connection=DATABASE)
        assert auth0.users.get(BOB).last_password_reset is not None
        with pytest.raises(BadRequestError) as refused:
            auth0.users.update(BOB, password="short", connection=DATABASE)
        assert refused.value.body["message"] == "PasswordStrengthError: Password is too weak"
