"""Sessions and refresh tokens by the Management API: shown, ended a moment later, and only on Enterprise plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.tenant.application import ALICE, DATABASE, LOGIN, Application
from tests.tenant.grants.caller import Caller, seed

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

OFFLINE = "openid profile offline_access"
NOBODY = "auth0|nobody"
# Method, path, what it answers where there is nothing to end.
CALLS = [
    ("GET", f"users/{ALICE}/sessions"),
    ("DELETE", f"users/{ALICE}/sessions"),
    ("GET", "sessions/s"),
    ("DELETE", "sessions/s"),
    ("POST", "sessions/s/revoke"),
    ("POST", f"users/{ALICE}/revoke-access"),
    ("GET", f"users/{ALICE}/refresh-tokens"),
    ("DELETE", f"users/{ALICE}/refresh-tokens"),
    ("GET", "refresh-tokens/t"),
    ("DELETE", "refresh-tokens/t"),
]


@pytest.fixture
def caller(tenant: LocalTenant) -> Caller:
    tenant.seed(seed())
    return Caller(tenant)


@pytest.fixture
def sid(caller: Caller, browser: Browser) -> str:
    """Alice has signed in."""
    return str(caller.claims(caller.sign_in(browser))["sid"])


def is_signed_in(caller: Caller, browser: Browser) -> bool:
    browser.get(caller.authorize_url(prompt="none"))
    return "code=" in browser.page.url


def sessions_of(caller: Caller, user_id: str = ALICE) -> list[dict[str, Any]]:
    return list(caller.api("GET", f"users/{user_id}/sessions?take=50").json()["sessions"])


class TestSessions:
    def test_as_recorded_where_there_are_none(self, caller: Caller):
        reply = caller.api("GET", f"users/{ALICE}/sessions?take=50")
        assert (reply.status_code, reply.json()) == (200, {"sessions": []})

    def test_what_is_shown(self, caller: Caller, sid: str):
        [shown] = sessions_of(caller)
        assert shown["id"] == sid, "the sid of ID tokens"
        assert shown["user_id"] == ALICE
        assert shown["clients"] == [{"client_id": LOGIN[0]}]
        assert [method["name"] for method in shown["authentication"]["methods"]] == ["pwd"]
        assert shown["device"]["last_ip"] == "127.0.0.1"
        assert shown["created_at"] == shown["authenticated_at"] < shown["idle_expires_at"] < shown["expires_at"]
        assert caller.api("GET", f"sessions/{sid}").json() == shown

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("DELETE", "users/{user}/sessions"),
            ("DELETE", "sessions/{sid}"),
            ("POST", "sessions/{sid}/revoke"),
        ],
    )
    def test_ended_a_moment_later(self, caller: Caller, browser: Browser, sid: str, method: str, path: str):
        reply = caller.api(method, path.format(user=ALICE, sid=sid))
        assert (reply.status_code, reply.json()) == (202, {})
        assert is_signed_in(caller, browser), "not at once"
        caller.tenant.advance(1)
        assert not is_signed_in(caller, browser)
        assert sessions_of(caller) == []

    def test_only_those_of_the_user(self, caller: Caller, browser: Browser, sid: str):
        bobs = browser.copy()
        bobs.stop_at = browser.stop_at
        caller.sign_in(bobs, "bob@example.com")
        caller.api("DELETE", f"users/{ALICE}/sessions")
        caller.tenant.advance(1)
        assert not is_signed_in(caller, browser)
        assert is_signed_in(caller, bobs)

    def test_pages(self, caller: Caller, browser: Browser):
        for _time in range(3):
            another = browser.copy()
            another.stop_at = browser.stop_at
            caller.sign_in(another)
        seen, query = [], "take=2"
        while query:
            page = caller.api("GET", f"users/{ALICE}/sessions?{query}").json()
            seen += [item["id"] for item in page["sessions"]]
            query = f"take=2&from={page['next']}" if "next" in page else ""
        assert len(seen) == len(set(seen)) == 3

    def test_of_nobody(self, caller: Caller):
        for method in ("GET", "DELETE"):
            assert caller.api(method, f"users/{NOBODY}/sessions").json()["errorCode"] == "inexistent_user"
        assert caller.api("GET", "sessions/s").status_code == 404
        assert caller.api("POST", "sessions/s/revoke").status_code == 404
        assert caller.api("DELETE", "sessions/s").status_code == 202


class TestRefreshTokens:
    @pytest.fixture
    def token(self, caller: Caller) -> str:
        return str(caller.sign_in_with(scope=OFFLINE).json()["refresh_token"])

    def test_as_recorded_where_there_are_none(self, caller: Caller):
        assert caller.api("GET", f"users/{ALICE}/refresh-tokens").json() == {"tokens": [], "total": 0}

    def test_what_is_shown_is_not_the_token(self, caller: Caller, token: str):
        reply = caller.api("GET", f"users/{ALICE}/refresh-tokens")
        [shown] = reply.json()["tokens"]
        assert token not in reply.text
        assert (shown["client_id"], shown["session_id"], shown["rotating"]) == (LOGIN[0], None, False)
        assert caller.api("GET", f"refresh-tokens/{shown['id']}").json() == shown

    @pytest.mark.parametrize("one", [True, False])
    def test_ended_a_moment_later(self, caller: Caller, token: str, one: bool):
        [shown] = caller.api("GET", f"users/{ALICE}/refresh-tokens").json()["tokens"]
        path = f"refresh-tokens/{shown['id']}" if one else f"users/{ALICE}/refresh-tokens"
        assert caller.api("DELETE", path).status_code == (204 if one else 202)
        assert caller.refresh(token).status_code == 200
        caller.tenant.advance(1)
        assert caller.refresh(token).json()["error"] == "invalid_grant"
        assert caller.api("GET", f"users/{ALICE}/refresh-tokens").json()["tokens"] == []

    @pytest.mark.parametrize(
        ("body", "alive"),
        [({"user_id": ALICE}, False), ({"client_id": LOGIN[0]}, False), ({"ids": ["other"]}, True)],
    )
    def test_several_at_once(self, caller: Caller, token: str, body: dict[str, Any], alive: bool):
        assert caller.api("POST", "refresh-tokens/revoke", json=body).status_code == 202
        caller.tenant.advance(1)
        assert (caller.refresh(token).status_code == 200) == alive

    def test_none_named(self, caller: Caller):
        assert caller.api("POST", "refresh-tokens/revoke", json={}).json()["errorCode"] == "invalid_body"


class TestTogether:
    @pytest.fixture
    def token(self, caller: Caller, browser: Browser) -> str:
        """Of a browser's session."""
        return str(caller.exchange(caller.sign_in(browser, scope=OFFLINE)["code"]).json()["refresh_token"])

    def test_deleting_a_session_leaves_its_refresh_tokens(self, caller: Caller, token: str):
        [session] = sessions_of(caller)
        caller.api("DELETE", f"sessions/{session['id']}")
        caller.tenant.advance(1)
        assert caller.refresh(token).status_code == 200

    def test_revoking_it_does_not(self, caller: Caller, token: str):
        bystander = caller.sign_in_with(scope=OFFLINE).json()["refresh_token"]
        [session] = sessions_of(caller)
        caller.api("POST", f"sessions/{session['id']}/revoke")
        caller.tenant.advance(1)
        assert caller.refresh(token).status_code == 403
        assert caller.refresh(bystander).status_code == 200

    @pytest.mark.parametrize(
        ("body", "token_alive"),
        [(None, False), ({"preserve_refresh_tokens": True}, True), ({"session_id": "s"}, True)],
    )
    def test_revoke_access(self, caller: Caller, browser: Browser, token: str, body: Any, token_alive: bool):
        reply = caller.api("POST", f"users/{ALICE}/revoke-access", json=body)
        assert (reply.status_code, reply.content) == (204, b"")
        caller.tenant.advance(1)
        assert is_signed_in(caller, browser) == (body == {"session_id": "s"})
        assert (caller.refresh(token).status_code == 200) == token_alive


@pytest.mark.parametrize("subscription", ["free", "essentials", "professional"])
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_self_service_plans_have_none_of_it(caller: Caller, subscription: str, method: str, path: str):
    """Refused on self-service plans."""
    caller.plan(subscription=subscription)
    reply = caller.api(method, path)
    assert reply.status_code == 403
    assert reply.json()["errorCode"] == "insufficient_entitlement"
    assert reply.json().keys() == {"statusCode", "error", "message", "errorCode"}


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_scopes(app: Application, method: str, path: str):
    assert app.api(method, path).json()["errorCode"] == "insufficient_scope"


def test_ends_are_remembered(caller: Caller, browser: Browser, sid: str):
    """A password that is changed meanwhile ends the session at once."""
    caller.api("DELETE", f"sessions/{sid}")
    body = {"password": "Fresh-Lantern-77!", "connection": DATABASE}
    assert caller.api("PATCH", f"users/{ALICE}", json=body).status_code == 200
    assert not is_signed_in(caller, browser)
