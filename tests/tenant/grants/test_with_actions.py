"""Actions at the token endpoint: what they make of a password, of a second factor and of a refresh token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tenant.actions.deploying import Deployer
from tests.tenant.application import ALICE, DAVE
from tests.tenant.grants.caller import API, Caller, seed

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

DAVE_AT = "dave@example.com"
CLAIM = "https://site.example/seen"
OTP_ONLY = "api.authentication.challengeWith({type: 'otp'});"


@pytest.fixture
def deployer(tenant: LocalTenant) -> Deployer:
    wanted = seed()
    wanted["clients"][1]["scopes"] += ["read:actions", "create:actions", "update:actions", "delete:actions"]
    tenant.seed(wanted)
    return Deployer(Caller(tenant))


@pytest.fixture
def caller(deployer: Deployer) -> Caller:
    assert isinstance(deployer.app, Caller)
    return deployer.app


def test_a_denied_login_counts_and_says_nothing_of_the_password(caller: Caller, deployer: Deployer):
    """The words are the Action's; a wrong password never comes so far."""
    deployer.run("api.access.deny('password_change_required');")
    reply = caller.sign_in_with()
    assert reply.status_code == 403
    assert reply.json() == {"error": "access_denied", "error_description": "password_change_required"}
    assert caller.sign_in_with(password="guessed").json()["error"] == "invalid_grant"
    assert caller.profile(ALICE)["logins_count"] == 1


def test_a_challenge_is_mfa_required(caller: Caller, deployer: Deployer):
    deployer.run(OTP_ONLY)
    body = caller.sign_in_with(DAVE_AT).json()
    assert body["mfa_requirements"] == {"challenge": [{"type": "otp"}]}
    reply = caller.pass_otp(body["mfa_token"])
    assert reply.status_code == 200
    assert caller.profile(DAVE)["logins_count"] == 1


def test_what_is_proven_is_seen_after_the_challenge(caller: Caller, deployer: Deployer):
    deployer.run(OTP_ONLY)
    deployer.run(f"api.idToken.setCustomClaim('{CLAIM}', event.authentication.methods.map(m => m.type || m.name));")
    mfa_token = caller.sign_in_with(DAVE_AT).json()["mfa_token"]
    answer = caller.pass_otp(mfa_token).json()
    assert caller.verified(answer["id_token"])[CLAIM] == ["pwd", "otp"]


def test_a_refused_exchange_leaves_the_refresh_token(caller: Caller, deployer: Deployer):
    token = caller.sign_in_with(scope="openid offline_access").json()["refresh_token"]
    deployer.run("if (event.request.query.never !== 'x') api.access.deny('not now');")
    assert caller.refresh(token).json() == {"error": "access_denied", "error_description": "not now"}
    assert deployer.bind().status_code == 200
    assert caller.refresh(token).status_code == 200


def test_scopes_of_an_api(caller: Caller, deployer: Deployer):
    """An Action may add what the client could not ask for."""
    deployer.run("api.accessToken.addScope('burn:books'); api.accessToken.removeScope('write:books');")
    body = caller.sign_in_with(audience=API, scope="read:books write:books sell:books").json()
    assert body["scope"] == "read:books burn:books"


def test_what_an_action_added_lasts(caller: Caller, deployer: Deployer):
    """Beyond a second factor, and for as long as the refresh token."""
    deployer.run("api.accessToken.addScope('burn:books');")
    deployer.run(OTP_ONLY)
    waiting = caller.sign_in_with(DAVE_AT, audience=API, scope="offline_access read:books sell:books").json()
    answer = caller.pass_otp(waiting["mfa_token"]).json()
    assert answer["scope"] == "offline_access read:books burn:books"
    assert deployer.bind().status_code == 200
    assert caller.refresh(answer["refresh_token"]).json()["scope"] == answer["scope"]
