"""The password grants: what a right and a wrong password bring, and which clients may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
import pytest
import requests

from tests.tenant.application import ALICE, DATABASE, DAVE, LOGIN, RIVERSIDE, Application
from tests.tenant.grants.caller import API, REALM, WRONG, Caller, seed

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant


def test_a_right_password(caller: Caller):
    reply = caller.sign_in_with()
    assert reply.status_code == 200
    assert reply.headers["Content-Type"].startswith("application/json")
    assert reply.json().keys() == {"access_token", "id_token", "scope", "expires_in", "token_type"}
    claims = caller.verified(reply.json()["id_token"])
    assert (claims["sub"], claims["email"]) == (ALICE, "alice@example.com")
    assert "sid" not in claims, "it begins no SSO session"


def test_without_scope_as_recorded(caller: Caller):
    reply = caller.sign_in_with(scope=None)
    body = reply.json()
    assert body.keys() == {"access_token", "expires_in", "scope", "token_type"}
    assert body["scope"] == "openid profile email address phone"


def test_a_scope_that_nobody_knows_is_not_granted(caller: Caller):
    """Recorded: go-auth0's TestOAuthLoginWithPassword/Should_support_passing_extra_options."""
    assert caller.sign_in_with(scope="extra-scope").json().keys() == {"access_token", "expires_in", "token_type"}


@pytest.mark.parametrize(
    ("email", "password"),
    [("alice@example.com", "guessed"), ("nobody@example.com", "guessed"), ("carol@example.com", "guessed")],
)
def test_a_wrong_password_and_an_unknown_user_are_answered_alike(caller: Caller, email: str, password: str):
    reply = caller.sign_in_with(email, password)
    assert (reply.status_code, reply.json()) == (403, WRONG)


def test_the_address_in_any_case(caller: Caller):
    assert caller.sign_in_with("Alice@Example.COM", "Quiet-Harbour-42!").status_code == 200


def test_blocked_by_an_administrator(caller: Caller):
    caller.api("PATCH", f"users/{ALICE}", json={"blocked": True})
    reply = caller.sign_in_with()
    assert (reply.status_code, reply.json()["error"]) == (401, "unauthorized")
    assert reply.json()["error_description"] == "user is blocked"


def test_logins_are_counted_where_credentials_are_exchanged(caller: Caller):
    """Also a blocked user's; not those with a wrong password, nor the exchange of a refresh token."""
    before = caller.profile(ALICE).get("logins_count", 0)
    caller.sign_in_with(password="guessed")
    token = caller.sign_in_with(scope="openid offline_access").json()["refresh_token"]
    caller.refresh(token)
    assert caller.profile(ALICE)["logins_count"] == before + 1
    caller.api("PATCH", f"users/{ALICE}", json={"blocked": True})
    caller.sign_in_with()
    assert caller.profile(ALICE)["logins_count"] == before + 2


def test_on_the_hosted_page_they_are_counted_before_anything_else(caller: Caller, browser: Browser):
    """Also one that a second factor holds up; not an answer of the SSO session."""
    caller.plan(mfa_at_login=True)
    caller.send(browser, "dave@example.com")
    assert caller.profile(DAVE)["logins_count"] == 1
    browser.submit("Continue", code=caller.otp())
    browser.get(caller.authorize_url(prompt="none"))
    assert caller.profile(DAVE)["logins_count"] == 1


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"username": None}, 400, "invalid_request"),
        ({"password": ""}, 400, "invalid_request"),
        ({"realm": None}, 400, "invalid_request"),
        ({"realm": "nowhere"}, 400, "invalid_request"),
        ({"realm": "google-oauth2"}, 400, "invalid_request"),
        ({"client_secret": "wrong"}, 401, "access_denied"),
        ({"audience": "https://nobody.example/"}, 403, "access_denied"),
        ({"grant_type": "password"}, 500, "server_error"),
    ],
)
def test_refused(caller: Caller, change: dict[str, Any], status: int, error: str):
    fields = {"username": "alice@example.com", "password": "Quiet-Harbour-42!", **change}
    reply = caller.sign_in_with(**fields)
    assert (reply.status_code, reply.json()["error"]) == (status, error)


def test_a_grant_that_is_switched_off_for_the_client(app: Application):
    body = {"grant_type": REALM, "realm": DATABASE, "client_id": LOGIN[0], "client_secret": LOGIN[1]}
    reply = app.token(**body, username="alice@example.com", password="Quiet-Harbour-42!")
    assert reply.status_code == 403
    assert reply.json() == {
        "error": "unauthorized_client",
        "error_description": f"Grant type '{REALM}' not allowed for the client.",
        "error_uri": "https://auth0.com/docs/clients/client-grant-types",
    }


def test_the_plain_grant_looks_into_the_default_directory(caller: Caller):
    caller.api("PATCH", "tenants/settings", json={"default_directory": DATABASE})
    assert caller.sign_in_with(grant_type="password", realm="ignored").status_code == 200


def test_a_public_client_has_no_secret(caller: Caller, tenant: LocalTenant):
    tenant.seed(seed(token_endpoint_auth_method="none"))
    assert caller.sign_in_with(client_secret=None).status_code == 200


def test_a_connection_that_is_not_enabled_for_the_client(caller: Caller, tenant: LocalTenant):
    wanted = seed()
    wanted["connections"][0]["enabled_clients"] = []
    tenant.seed(wanted)
    assert caller.sign_in_with().json()["error"] == "invalid_request"


class TestForAnApi:
    def test_the_token_says_for_whom(self, caller: Caller):
        body = caller.sign_in_with(audience=API, scope="openid read:books burn:books").json()
        assert body["scope"] == "openid read:books"
        claims = jwt.decode(body["access_token"], options={"verify_signature": False})
        assert claims["aud"] == [API, f"{caller.tenant.base_url}/userinfo"]
        assert (claims["sub"], claims["scope"], claims["gty"]) == (ALICE, "openid read:books", "password")

    def test_it_is_good_for_userinfo_with_openid_only(self, caller: Caller):
        for scope, status in (("openid email read:books", 200), ("read:books", 401)):
            token = caller.sign_in_with(audience=API, scope=scope).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            reply = requests.get(f"{caller.tenant.base_url}/userinfo", headers=headers, timeout=5)
            assert reply.status_code == status

    def test_a_default_audience(self, caller: Caller):
        caller.api("PATCH", "tenants/settings", json={"default_audience": API})
        assert caller.sign_in_with(scope="read:books").json()["scope"] == "read:books"


def test_it_takes_no_organization_along(caller: Caller):
    """Signing in to an organization is for /authorize here."""
    claims = caller.verified(caller.sign_in_with(organization=RIVERSIDE).json()["id_token"])
    assert "org_id" not in claims
