"""Refresh tokens: who gets one, what it brings, rotation and reuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.tenant.application import ALICE, DATABASE, LOGIN, Application, change_password
from tests.tenant.grants.caller import API, Caller, seed

if TYPE_CHECKING:
    import requests

    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

OFFLINE = "openid profile offline_access"
UNKNOWN = {"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."}
ROTATING = {"rotation_type": "rotating"}


def test_offline_access_brings_one(caller: Caller):
    body = caller.sign_in_with(scope=OFFLINE).json()
    assert body["refresh_token"].startswith("v1.")
    assert body["scope"] == OFFLINE
    assert "refresh_token" not in caller.sign_in_with(scope="openid").json()


def test_by_the_code_flow_too(caller: Caller, browser: Browser):
    body = caller.exchange(caller.sign_in(browser, scope=OFFLINE)["code"]).json()
    again = caller.refresh(body["refresh_token"]).json()
    first, second = (caller.verified(item["id_token"]) for item in (body, again))
    assert (first["sub"], first["sid"]) == (second["sub"], second["sid"])
    assert "nonce" not in second


def test_only_with_the_grant_type(app: Application, browser: Browser):
    body = app.exchange(app.sign_in(browser, scope=OFFLINE)["code"]).json()
    assert "refresh_token" not in body
    assert body["scope"] == "openid profile"


def test_what_it_brings(caller: Caller):
    """Without rotation it stays the same, and the answer does not name it."""
    token = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
    for _time in range(2):
        reply = caller.refresh(token)
        assert reply.status_code == 200
        assert reply.json().keys() == {"access_token", "id_token", "scope", "expires_in", "token_type"}


def test_fewer_scopes_but_not_others(caller: Caller):
    token = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
    assert caller.refresh(token, scope="openid email").json()["scope"] == "openid"
    assert caller.refresh(token).json()["scope"] == OFFLINE


def test_an_api_is_kept(caller: Caller):
    body = caller.sign_in_with(scope="offline_access read:books", audience=API).json()
    assert caller.refresh(body["refresh_token"]).json()["access_token"].count(".") == 2


@pytest.mark.parametrize("change", [{"refresh_token": "v1.junk"}, {"client_id": "other", "client_secret": "s"}])
def test_unknown_ones_and_those_of_others(caller: Caller, tenant: LocalTenant, change: dict[str, Any]):
    wanted = seed()
    wanted["clients"].append({**wanted["clients"][0], "client_id": "other", "client_secret": "s"})
    tenant.seed(wanted)
    token = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
    fields = {"refresh_token": token, **change}
    reply = caller.refresh(fields.pop("refresh_token"), **fields)
    assert (reply.status_code, reply.json()) == (403, UNKNOWN)


def test_a_blocked_user(caller: Caller):
    token = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
    caller.api("PATCH", f"users/{ALICE}", json={"blocked": True})
    reply = caller.refresh(token)
    assert (reply.status_code, reply.json()["error_description"]) == (403, "user is blocked")


@pytest.mark.parametrize("by", ["hosted", "patch"])
def test_a_password_change_leaves_them_alive(caller: Caller, browser: Browser, by: str):
    """Sessions of the identity end, refresh tokens live on (community.auth0.com/t/150812)."""
    token = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
    if by == "hosted":
        change_password(browser, caller.ticket(ALICE), "Fresh-Lantern-77!")
    else:
        body = {"password": "Fresh-Lantern-77!", "connection": DATABASE}
        assert caller.api("PATCH", f"users/{ALICE}", json=body).status_code == 200
    assert caller.sign_in_with().json()["error"] == "invalid_grant"
    assert caller.refresh(token).status_code == 200


class TestRotation:
    @pytest.fixture
    def caller(self, tenant: LocalTenant) -> Caller:
        tenant.seed(seed(refresh_token=ROTATING))
        return Caller(tenant)

    def test_each_exchange_brings_a_new_one(self, caller: Caller):
        first = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
        second = caller.refresh(first).json()["refresh_token"]
        assert first != second
        assert caller.refresh(second).status_code == 200

    def test_a_used_one_ends_the_family(self, caller: Caller):
        first = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
        bystander = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
        second = caller.refresh(first).json()["refresh_token"]
        assert self.refused(caller.refresh(first))
        assert self.refused(caller.refresh(second)), "the newest one goes with it"
        assert caller.refresh(bystander).status_code == 200

    def test_one_log_tells_it(self, caller: Caller):
        """One that comes again is a ``ferrt``, what fails otherwise a ``fertft``; neither is both."""
        first = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
        second = caller.refresh(first).json()["refresh_token"]
        for token in (first, second, "nobody's"):
            assert self.refused(caller.refresh(token))
        failures = [log for log in caller.api("GET", "logs?per_page=100").json() if log["type"].startswith("fe")]
        assert [log["type"] for log in failures] == ["fertft", "fertft", "ferrt"]
        assert failures[-1]["user_name"] == "alice@example.com"

    def test_within_the_leeway_the_one_before_may_come_again(self, caller: Caller, tenant: LocalTenant):
        tenant.seed(seed(refresh_token={**ROTATING, "leeway": 30}))
        first = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
        second = caller.refresh(first).json()["refresh_token"]
        retried = caller.refresh(first).json()["refresh_token"]
        assert caller.refresh(retried).status_code == 200
        assert self.refused(caller.refresh(first)), "it is not the one before any more"
        assert self.refused(caller.refresh(second))

    def test_after_the_leeway_it_may_not(self, caller: Caller, tenant: LocalTenant):
        tenant.seed(seed(refresh_token={**ROTATING, "leeway": 30}))
        first = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
        caller.refresh(first)
        tenant.advance(30)
        assert self.refused(caller.refresh(first))

    def test_the_life_of_a_family_does_not_begin_anew(self, caller: Caller, tenant: LocalTenant):
        tenant.seed(seed(refresh_token={**ROTATING, "token_lifetime": 100, "idle_token_lifetime": 80}))
        token = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
        tenant.advance(60)
        token = caller.refresh(token).json()["refresh_token"]
        tenant.advance(39)
        token = caller.refresh(token).json()["refresh_token"]
        tenant.advance(1)
        assert self.refused(caller.refresh(token))

    def test_unused_it_ends_earlier(self, caller: Caller, tenant: LocalTenant):
        tenant.seed(seed(refresh_token={**ROTATING, "token_lifetime": 100, "idle_token_lifetime": 80}))
        token = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
        tenant.advance(80)
        assert self.refused(caller.refresh(token))

    def refused(self, reply: requests.Response) -> bool:
        return (reply.status_code, reply.json()) == (403, UNKNOWN)


class TestRevocation:
    def test_the_application_gives_it_back(self, caller: Caller):
        token = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
        reply = self.revoke(caller, token)
        assert (reply.status_code, reply.content) == (200, b"")
        assert caller.refresh(token).json() == UNKNOWN

    def test_an_unknown_one_is_answered_alike(self, caller: Caller):
        assert self.revoke(caller, "v1.junk").status_code == 200

    def test_only_with_the_secret(self, caller: Caller):
        token = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
        assert self.revoke(caller, token, client_secret="wrong").status_code == 401
        assert caller.refresh(token).status_code == 200

    def revoke(self, caller: Caller, token: str, **change: Any) -> requests.Response:
        body = {"client_id": LOGIN[0], "client_secret": LOGIN[1], "token": token, **change}
        return caller.post("oauth/revoke", body)
