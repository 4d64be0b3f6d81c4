"""Auth0's own library against these endpoints: every call is understood, and its pagers end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from auth0.authentication import GetToken
from auth0.authentication.exceptions import Auth0Error, RateLimitError
from auth0.management import Auth0
from auth0.management.errors import ForbiddenError, NotFoundError

from tests.support.tenant import LocalTenant
from tests.tenant.application import ALICE, DATABASE, LOGIN, PASSWORDS
from tests.tenant.grants.caller import Caller, seed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.browser import Browser

ALICE_AT = "alice@example.com"


@pytest.fixture
def get_token(caller: Caller) -> GetToken:
    return GetToken(caller.tenant.domain, LOGIN[0], client_secret=LOGIN[1], protocol="http", telemetry=False)


@pytest.fixture
def auth0(caller: Caller) -> Iterator[Auth0]:
    with httpx.Client(timeout=5) as client:
        url = f"{caller.tenant.base_url}/api/v2"
        yield Auth0(base_url=url, token=caller.management_token, httpx_client=client, max_retries=0)


def test_sign_in_and_refresh(get_token: GetToken):
    body = get_token.login(ALICE_AT, PASSWORDS[ALICE_AT], realm=DATABASE, scope="openid offline_access")
    assert get_token.refresh_token(body["refresh_token"])["access_token"]


@pytest.mark.parametrize(
    ("email", "password", "status", "code"),
    [(ALICE_AT, "guessed", 403, "invalid_grant"), ("dave@example.com", None, 403, "mfa_required")],
)
def test_errors(caller: Caller, get_token: GetToken, email: str, password: str | None, status: int, code: str):
    caller.plan(mfa_at_login=True)
    with pytest.raises(Auth0Error) as caught:
        get_token.login(email, password or PASSWORDS[email], realm=DATABASE, scope="openid")
    assert (caught.value.status_code, caught.value.error_code) == (status, code)


def test_the_forwarded_address(caller: Caller, get_token: GetToken, tenant: LocalTenant):
    tenant.seed(seed(is_token_endpoint_ip_header_trusted=True))
    caller.protect("brute-force-protection", max_attempts=1)

    def sign_in(password: str, ip: str) -> None:
        get_token.login(ALICE_AT, password, realm=DATABASE, scope="openid", forwarded_for=ip)

    with pytest.raises(Auth0Error, match="Wrong email or password"):
        sign_in("guessed", "203.0.113.7")
    with pytest.raises(RateLimitError):
        sign_in(PASSWORDS[ALICE_AT], "203.0.113.7")
    sign_in(PASSWORDS[ALICE_AT], "198.51.100.9")


def test_sessions_and_refresh_tokens(caller: Caller, auth0: Auth0, browser: Browser):
    for _time in range(3):
        another = browser.copy()
        another.stop_at = browser.stop_at
        caller.exchange(caller.sign_in(another, scope="openid offline_access")["code"])
    sessions = list(auth0.users.sessions.list(ALICE, take=2))
    tokens = list(auth0.users.refresh_token.list(ALICE, take=2))
    assert (len(sessions), len(tokens)) == (3, 3)
    assert auth0.sessions.get(sessions[0].id).user_id == ALICE
    assert auth0.refresh_tokens.get(tokens[0].id).session_id in {item.id for item in sessions}
    auth0.sessions.revoke(sessions[0].id)
    auth0.sessions.delete(sessions[1].id)
    auth0.refresh_tokens.delete(tokens[2].id)
    auth0.users.sessions.delete(ALICE)
    auth0.users.refresh_token.delete(ALICE)
    auth0.refresh_tokens.revoke(user_id=ALICE)
    auth0.users.revoke_access(ALICE)
    caller.tenant.advance(1)
    assert list(auth0.users.sessions.list(ALICE)) == []
    assert list(auth0.users.refresh_token.list(ALICE)) == []
    with pytest.raises(NotFoundError):
        auth0.sessions.get(sessions[0].id)


def test_blocks_and_settings(caller: Caller, auth0: Auth0):
    auth0.attack_protection.brute_force_protection.update(max_attempts=1)
    assert auth0.attack_protection.brute_force_protection.get().max_attempts == 1
    assert auth0.attack_protection.suspicious_ip_throttling.get().stage.pre_login.max_attempts == 100
    assert auth0.attack_protection.breached_password_detection.get().enabled is False
    for _time in range(2):
        caller.sign_in_with(password="guessed")
        assert [item.identifier for item in auth0.user_blocks.list(ALICE).blocked_for] == [ALICE_AT]
        assert auth0.user_blocks.list_by_identifier(identifier=ALICE_AT).blocked_for[0].ip == "127.0.0.1"
        auth0.user_blocks.delete(ALICE)
        assert auth0.user_blocks.list(ALICE).blocked_for == []
    auth0.user_blocks.delete_by_identifier(identifier=ALICE_AT)


def test_on_a_free_plan(caller: Caller, auth0: Auth0):
    caller.plan(subscription="free")
    with pytest.raises(ForbiddenError) as caught:
        list(auth0.users.sessions.list(ALICE))
    assert caught.value.body["errorCode"] == "insufficient_entitlement"


def test_a_restart_forgets_nothing(tmp_path: Path):
    """Refresh tokens, waiting second factors, blocks, settings, new passwords under way."""
    wanted = seed(user_grants={"/me/": ["create:me:authentication_methods"]})
    wanted["plan"] = {"my_account_api": True}
    state = tmp_path / "state.json"
    with LocalTenant.start(wanted, state=state) as tenant:
        caller, port = Caller(tenant), tenant.port
        caller.protect("brute-force-protection", max_attempts=2)
        refresh_token = caller.sign_in_with(scope="openid offline_access").json()["refresh_token"]
        caller.plan(mfa_at_login=True)
        mfa_token = caller.sign_in_with("dave@example.com").json()["mfa_token"]
        for _time in range(2):
            caller.sign_in_with("bob@example.com", "guessed")
        audience, scope = f"{tenant.base_url}/me/", "create:me:authentication_methods"
        me = caller.sign_in_with(audience=audience, scope=scope).json()["access_token"]
        headers = {"Authorization": f"Bearer {me}"}
        url = f"{tenant.base_url}/me/v1/authentication-methods"
        session = httpx.post(url, json={"type": "password"}, headers=headers).json()["auth_session"]
    with LocalTenant.start(wanted, state=state, port=port) as tenant:
        caller = Caller(tenant)
        assert caller.refresh(refresh_token).status_code == 200
        assert caller.pass_otp(mfa_token).status_code == 200
        assert caller.sign_in_with("bob@example.com").status_code == 429
        body = {"auth_session": session, "new_password": "Fresh-Lantern-77!"}
        assert httpx.post(f"{url}/password|new/verify", json=body, headers=headers).status_code == 201
        assert not tenant.errors
