"""POST /users and DELETE /users/{id}."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from auth0.management.core.api_error import ApiError
from auth0.management.errors import ConflictError

from tests.tenant.application import ALICE, BOB, DATABASE, RIVERSIDE, Application, callback

if TYPE_CHECKING:
    from auth0.management import Auth0

    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

PASSWORD = "Curious-Lantern-9!"
KEYS = {
    "created_at", "email", "email_verified", "identities", "name", "nickname", "picture", "updated_at", "user_id",
}  # fmt: skip
JUDY = {"connection": DATABASE, "email": "Judy@Example.com", "password": PASSWORD}


def test_as_recorded(app: Application):
    """go-auth0's TestUserManager_Create: keys that were not sent are absent."""
    reply = app.api("POST", "users", json=JUDY)
    assert reply.status_code == 201
    user = reply.json()
    assert user.keys() == KEYS
    assert (user["email"], user["name"], user["nickname"]) == ("judy@example.com", "judy@example.com", "judy")
    assert re.fullmatch(r"auth0\|[0-9a-f]{24}", user["user_id"])
    identity = {"connection": DATABASE, "user_id": user["user_id"][6:], "provider": "auth0", "isSocial": False}
    assert user["identities"] == [identity]


def test_what_is_sent_is_kept(auth0: Auth0):
    sent = {"given_name": "Judy", "blocked": False, "app_metadata": {"a": 1}, "user_metadata": {}, "name": "Judy R."}
    user = auth0.users.create(**JUDY, user_id="inv42", email_verified=True, **sent)
    assert (user.user_id, user.email_verified, user.name) == ("auth0|inv42", True, "Judy R.")
    assert (user.app_metadata, user.user_metadata, user.blocked) == ({"a": 1}, {}, False)
    assert user.last_password_reset is None


def test_the_new_user_signs_in(app: Application, browser: Browser):
    app.api("POST", "users", json=JUDY)
    browser.get(app.authorize_url())
    browser.submit("Continue", username="judy@example.com", password=PASSWORD)
    assert "code" in callback(browser)


class TestConflicts:
    def test_the_address(self, auth0: Auth0, app: Application):
        with pytest.raises(ConflictError):
            auth0.users.create(connection=DATABASE, email="BOB@example.com", password=PASSWORD)
        reply = app.api("POST", "users", json={**JUDY, "email": "bob@example.com"})
        assert reply.json() == {
            "statusCode": 409,
            "error": "Conflict",
            "message": "The user already exists.",
            "errorCode": "auth0_idp_error",
        }

    def test_the_id(self, app: Application):
        """A repeated call with an id of one's own is no second account."""
        assert app.api("POST", "users", json={**JUDY, "user_id": "inv42"}).status_code == 201
        assert app.api("POST", "users", json={**JUDY, "user_id": "inv42"}).status_code == 409
        assert app.api("POST", "users", json={**JUDY, "email": "x@example.com", "user_id": "inv42"}).status_code == 409

    def test_an_address_at_another_connection_is_free(self, app: Application):
        assert app.api("POST", "users", json={**JUDY, "email": "carol@example.com"}).status_code == 201
        assert len(app.api("GET", "users-by-email?email=carol@example.com").json()) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"connection": None}, "Missing required property: connection"),
        ({"email": None}, "Missing required property: email"),
        ({"password": None}, "Missing required property: password"),
        ({"email": "judy"}, "Object didn't pass validation for format email: judy"),
        ({"given_name": ""}, "String is too short"),
        ({"nickname": "x" * 301}, "String is too long (301 chars), maximum 300"),
        ({"colour": "red"}, "Additional properties not allowed: colour"),
        ({"blocked": "yes"}, "Expected type boolean but found type string"),
        ({"connection": "nowhere"}, "The connection does not exist."),
        ({"connection": "google-oauth2"}, "The connection does not support user creation through the API."),
        ({"username": "judy"}, "Cannot set username for connection without requires_username."),
        ({"user_id": "auth0|x"}, "String does not match pattern"),
    ],
)
def test_bodies_that_are_refused(app: Application, change: dict[str, Any], words: str):
    body = {name: value for name, value in (JUDY | change).items() if value is not None}
    reply = app.api("POST", "users", json=body)
    assert (reply.status_code, words in reply.json()["message"]) == (400, True), reply.text


def test_the_policys_refusal_has_three_keys(app: Application):
    reply = app.api("POST", "users", json={**JUDY, "password": "short"})
    assert (reply.status_code, reply.json()) == (
        400,
        {"statusCode": 400, "error": "Bad Request", "message": "PasswordStrengthError: Password is too weak"},
    )
    reply = app.api("POST", "users", json={**JUDY, "password": "Judy-Lantern-9!"})
    assert reply.json()["message"] == "PasswordNoUserInfoError: Password contains user information"


def test_a_disabled_connection(app: Application, tenant: LocalTenant, seed: dict[str, Any]):
    seed["connections"][0]["enabled_clients"] = []
    tenant.seed(seed)
    assert app.api("POST", "users", json=JUDY).json()["message"] == "The connection is disabled."


class TestVerificationMail:
    @pytest.mark.parametrize(
        ("fields", "sent"),
        [
            ({}, True),
            ({"email_verified": False}, True),
            ({"email_verified": True}, False),
            ({"verify_email": False}, False),
            ({"email_verified": True, "verify_email": True}, True),
        ],
    )
    def test_unless_verify_email_decides_otherwise(
        self, app: Application, tenant: LocalTenant, fields: dict[str, bool], sent: bool
    ):
        app.api("POST", "users", json=JUDY | fields)
        assert [mail["to"] for mail in tenant.mails()] == ["judy@example.com"] * sent


class TestDeleting:
    def test_as_recorded(self, app: Application):
        for _ in range(2):
            reply = app.api("DELETE", f"users/{BOB}")
            assert (reply.status_code, reply.content) == (204, b"")
        assert app.api("GET", f"users/{BOB}").json()["errorCode"] == "inexistent_user"
        assert app.api("GET", "users-by-email?email=bob@example.com").json() == []

    def test_everything_goes_with_the_user(self, app: Application, browser: Browser, tenant: LocalTenant):
        app.sign_in(browser)
        ticket = app.ticket(ALICE)
        assert app.api("DELETE", f"users/{ALICE}").status_code == 204
        assert app.api("GET", f"organizations/{RIVERSIDE}/members").json() == []
        browser.get(ticket)
        assert "Invalid link" in browser.page.visible_text
        browser.get(app.authorize_url(prompt="none"))
        assert callback(browser)["error"] == "login_required"
        assert app.api("POST", "users", json={**JUDY, "email": "alice@example.com"}).status_code == 201

    def test_by_the_library(self, auth0: Auth0):
        assert auth0.users.delete(BOB) is None
        with pytest.raises(ApiError) as gone:
            auth0.users.get(BOB)
        assert gone.value.status_code == 404
