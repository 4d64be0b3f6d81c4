"""The Management API: recorded answers, access, tickets' rules, and Auth0's own client library."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest
import requests
from auth0.authentication import GetToken
from auth0.management import Auth0
from auth0.management.errors import NotFoundError

from tests.support.tenant import demo_seed
from tests.tenant.application import ALICE, BOB, CAROL, DATABASE, LOGIN, MANAGEMENT, Application

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

TICKETS = "tickets/password-change"
UNKNOWN_USER = {
    "statusCode": 404,
    "error": "Not Found",
    "message": "The user does not exist.",
    "errorCode": "inexistent_user",
}


def test_unknown_user_as_recorded(app: Application):
    reply = app.api("GET", "users/auth0%7Cnobody")
    assert (reply.status_code, reply.json()) == (404, UNKNOWN_USER)
    assert reply.headers["Content-Type"].startswith("application/json")


def test_a_user_before_any_change(app: Application):
    user = app.api("GET", f"users/{BOB.replace('|', '%7C')}").json()
    assert user.keys() == {
        "created_at", "updated_at", "email", "email_verified", "name", "nickname", "picture",
        "app_metadata", "user_id", "identities",
    }  # fmt: skip
    identity = {"connection": DATABASE, "user_id": BOB[6:], "provider": "auth0", "isSocial": False}
    assert user["identities"] == [identity]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", user["created_at"])


def test_a_seeded_change_is_shown(app: Application):
    assert app.api("GET", f"users/{ALICE}").json()["last_password_reset"] == "2026-03-14T09:26:53.589Z"


def test_ids_are_decoded_once(app: Application):
    assert app.api("GET", "users/auth0%257C64f0c0ffee00000000000b0b").status_code == 404


@pytest.mark.parametrize(("query", "keys"), [("fields=email", {"email"}), ("fields=email,name", {"email", "name"})])
def test_fields(app: Application, query: str, keys: set[str]):
    assert app.api("GET", f"users/{BOB}?{query}").json().keys() == keys
    assert "email" not in app.api("GET", f"users/{BOB}?fields=email&include_fields=false").json()


def test_by_email_as_recorded_and_case_sensitive(app: Application):
    reply = app.api("GET", "users-by-email?email=bob%40example.com")
    assert reply.status_code == 200
    assert [user["user_id"] for user in reply.json()] == [BOB]
    assert app.api("GET", "users-by-email?email=Bob%40example.com").json() == []
    assert app.api("GET", "users-by-email").status_code == 400


def test_connections(app: Application):
    both = app.api("GET", "connections").json()
    assert {item["name"] for item in both} == {DATABASE, "google-oauth2"}
    (database,) = app.api("GET", "connections?strategy=auth0").json()
    assert database["options"]["passwordPolicy"] == "good"
    assert database["realms"] == [DATABASE]
    assert app.api("GET", f"connections/{database['id']}").json() == database
    assert [item["strategy"] for item in app.api("GET", "connections?name=google-oauth2").json()] == ["google-oauth2"]
    assert app.api("GET", "connections?take=10").json()["connections"] == both
    unknown = app.api("GET", "connections/con_none")
    assert (unknown.status_code, unknown.json()["errorCode"]) == (404, "inexistent_connection")


def test_what_a_page_wants_to_know_of_a_connection(app: Application, tenant: LocalTenant):
    seed = demo_seed()
    options = {
        "password_options": {
            "complexity": {"min_length": 10, "character_types": ["number"], "character_type_rule": "all"},
            "history": {"active": True, "size": 3},
        },
        "disable_self_service_change_password": True,
        "attributes": {"email": {"verification_method": "otp"}},
    }
    seed["connections"][0]["options"] = options
    tenant.seed(seed)
    (database,) = app.api("GET", "connections?strategy=auth0&fields=options,name").json()
    assert database == {"name": DATABASE, "options": options, "is_domain_connection": False}


def test_ticket_as_recorded(app: Application):
    body = {
        "result_url": "https://example.com/change-password",
        "user_id": BOB,
        "ttl_sec": 3600,
        "mark_email_as_verified": True,
        "includeEmailInRedirect": True,
    }
    reply = app.api("POST", TICKETS, json=body)
    assert reply.status_code == 201
    assert reply.json().keys() == {"ticket"}
    shape = rf"{app.tenant.base_url}/u/reset-verify\?ticket=[A-Za-z0-9]{{32}}#"
    assert re.fullmatch(shape, reply.json()["ticket"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Missing required property: connection_id"),
        ({"email": "bob@example.com"}, "Missing required property: connection_id"),
        ({"user_id": BOB, "email": "bob@example.com"}, "cannot be combined"),
        ({"user_id": BOB, "new_password": "x"}, "Additional properties not allowed: new_password"),
        ({"user_id": BOB, "ttl_sec": "60"}, "Expected type integer but found type string"),
        ({"user_id": BOB, "ttl_sec": -1}, "less than minimum 0"),
        ({"user_id": BOB, "mark_email_as_verified": 1}, "Expected type boolean but found type integer"),
        ({"user_id": BOB, "client_id": None}, "Expected type string but found type null"),
        ({"user_id": BOB, "organization_id": "org_1", "result_url": "https://a.example"}, "cannot be combined"),
        ({"user_id": BOB, "identity": {"provider": "auth0"}}, "Missing required property: user_id"),
        ({"user_id": BOB, "identity": {"user_id": "x", "provider": "auth0", "y": 1}}, "Additional properties"),
        ([], "Expected type object but found type array"),
    ],
)
def test_ticket_bodies_that_are_refused(app: Application, body: Any, message: str):
    reply = app.api("POST", TICKETS, json=body)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, "invalid_body")
    assert reply.json()["message"].startswith("Payload validation error: ")
    assert message in reply.json()["message"]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"user_id": "auth0|nobody"}, 404, "The user does not exist."),
        ({"user_id": CAROL}, 400, "The user's main connection does not support this operation."),
        ({"user_id": BOB, "client_id": "nobody"}, 400, "The client does not exist"),
        ({"user_id": BOB, "organization_id": "org_1"}, 400, "The organization does not exist"),
        (
            {"connection_id": "con_1", "email": "bob@example.com"},
            400,
            "The connection with id con_1 does not exist.",
        ),
        (
            {"user_id": BOB, "identity": {"user_id": "x", "provider": "auth0"}},
            400,
            "The user exists, but does not contain the given identity.",
        ),
        (
            {"user_id": BOB, "identity": {"user_id": BOB[6:], "provider": "auth0", "connection_id": "con_1"}},
            400,
            "Identity connection does not exist.",
        ),
    ],
)
def test_tickets_that_cannot_be(app: Application, body: dict[str, Any], status: int, message: str):
    reply = app.api("POST", TICKETS, json=body)
    assert (reply.status_code, reply.json()["message"]) == (status, message)


def test_ticket_by_connection_and_address(app: Application):
    (database,) = app.api("GET", "connections?strategy=auth0").json()
    body = {"connection_id": database["id"], "email": "Bob@Example.com", "client_id": LOGIN[0]}
    assert app.api("POST", TICKETS, json=body).status_code == 201
    unknown = app.api("POST", TICKETS, json={**body, "email": "nobody@example.com"})
    assert unknown.json() == UNKNOWN_USER


def test_ticket_for_a_named_identity(app: Application):
    identity = {"user_id": BOB[6:], "provider": "auth0"}
    assert app.api("POST", TICKETS, json={"user_id": BOB, "identity": identity}).status_code == 201


def test_ticket_for_a_user_without_address(app: Application, tenant: LocalTenant):
    seed = demo_seed()
    del seed["users"][0]["email"]
    tenant.seed(seed)
    reply = app.api("POST", TICKETS, json={"user_id": BOB})
    assert (reply.status_code, reply.json()["message"]) == (400, "The user does not have an email address.")


def test_scope_is_needed(app: Application):
    token = app.token(
        grant_type="client_credentials",
        client_id=MANAGEMENT[0],
        client_secret=MANAGEMENT[1],
        audience=f"{app.tenant.base_url}/api/v2/",
        scope="read:connections",
    ).json()["access_token"]
    reply = app.api("GET", f"users/{BOB}", token)
    assert reply.status_code == 403
    assert reply.json() == {
        "statusCode": 403,
        "error": "Forbidden",
        "message": "Insufficient scope, expected any of: read:users",
        "errorCode": "insufficient_scope",
    }


def test_tokens_that_do_not_count(app: Application, tenant: LocalTenant):
    good = app.management_token
    other = jwt.encode({"aud": "x"}, "some-secret-that-is-long-enough-for-it", "HS256", headers={"kid": "no"})
    for token in ("junk", other, good[:-4] + "AAAA"):
        reply = app.api("GET", f"users/{BOB}", token)
        assert (reply.status_code, reply.json()["error"]) == (401, "Unauthorized")
    bare = requests.get(f"{tenant.base_url}/api/v2/users/{BOB}", timeout=5)
    assert bare.json() == {"statusCode": 401, "error": "Unauthorized", "message": "Missing authentication"}
    tenant.advance(86_400)
    late = app.api("GET", f"users/{BOB}", good)
    assert (late.status_code, late.json()["message"]) == (
        401,
        "Expired token received for JSON Web Token validation",
    )


def test_a_users_own_token_is_no_management_token(app: Application, browser: Any):
    tokens = app.exchange(app.sign_in(browser)["code"]).json()
    for name in ("id_token", "access_token"):
        assert app.api("GET", f"users/{ALICE}", tokens[name]).status_code == 401


@pytest.mark.parametrize(("method", "path"), [("GET", "nothing"), ("PUT", f"users/{BOB}"), ("GET", TICKETS)])
def test_what_is_not_there_is_404(app: Application, method: str, path: str):
    reply = app.api(method, path)
    assert (reply.status_code, reply.json()) == (
        404,
        {"statusCode": 404, "error": "Not Found", "message": "Not Found"},
    )


def test_auth0s_own_library(tenant: LocalTenant):
    get_token = GetToken(tenant.domain, *MANAGEMENT[:1], client_secret=MANAGEMENT[1], protocol="http")
    token = get_token.client_credentials(f"{tenant.base_url}/api/v2/")["access_token"]
    with httpx.Client(timeout=5) as client:
        auth0 = Auth0(base_url=f"{tenant.base_url}/api/v2", token=token, httpx_client=client, max_retries=0)
        user = auth0.users.get(ALICE)
        assert user.last_password_reset.isoformat() == "2026-03-14T09:26:53.589000+00:00"
        assert [item.user_id for item in auth0.users.list_users_by_email(email="bob@example.com")] == [BOB]
        ticket = auth0.tickets.change_password(
            user_id=BOB, client_id=LOGIN[0], ttl_sec=600, mark_email_as_verified=False
        )
        assert ticket.ticket.startswith(f"{tenant.base_url}/u/reset-verify?ticket=")
        assert [item.name for item in auth0.connections.list(strategy=["auth0"])] == [DATABASE]
        with pytest.raises(NotFoundError):
            auth0.users.get("auth0|nobody")
