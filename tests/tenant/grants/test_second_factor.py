"""``mfa_required``: the right password buys a token, the second factor turns it into tokens."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.tenant.application import DAVE, LOGIN
from tests.tenant.grants.caller import DAVES_RECOVERY_CODE, OTP, RECOVERY, Caller

DAVE_AT = "dave@example.com"
SCOPE = "openid profile"


@pytest.fixture
def mfa_token(caller: Caller) -> str:
    caller.plan(mfa_at_login=True)
    return str(caller.sign_in_with(DAVE_AT, scope=SCOPE).json()["mfa_token"])


def test_what_is_asked_for(caller: Caller):
    caller.plan(mfa_at_login=True)
    reply = caller.sign_in_with(DAVE_AT)
    body = reply.json()
    assert reply.status_code == 403
    assert (body["error"], body["error_description"]) == ("mfa_required", "Multifactor authentication required")
    assert body["mfa_token"].startswith("Fe26")
    assert body["mfa_requirements"] == {"challenge": [{"type": "otp"}, {"type": "recovery-code"}]}


def test_only_after_the_right_password_and_only_of_who_has_enrolled(caller: Caller):
    caller.plan(mfa_at_login=True)
    assert caller.sign_in_with(DAVE_AT, "guessed").json()["error"] == "invalid_grant"
    assert caller.sign_in_with("alice@example.com").status_code == 200


def test_a_one_time_password(caller: Caller, mfa_token: str):
    reply = caller.pass_otp(mfa_token)
    assert reply.status_code == 200
    assert reply.json().keys() == {"access_token", "id_token", "scope", "expires_in", "token_type"}
    assert reply.json()["scope"] == SCOPE
    claims = caller.verified(reply.json()["id_token"])
    assert (claims["sub"], claims["amr"]) == (DAVE, ["mfa"])
    assert caller.pass_otp(mfa_token).json()["error_description"] == "Malformed mfa_token"


@pytest.mark.parametrize(
    ("change", "status", "error", "words"),
    [
        ({"otp": "000000"}, 403, "invalid_grant", "Invalid otp_code."),
        ({"otp": ""}, 400, "invalid_request", "Missing required parameter: otp"),
        ({"mfa_token": "Fe26.2**junk"}, 403, "invalid_grant", "Malformed mfa_token"),
    ],
)
def test_refused(caller: Caller, mfa_token: str, change: dict[str, Any], status: int, error: str, words: str):
    reply = caller.pass_otp(**{"mfa_token": mfa_token, **change})
    assert reply.status_code == status
    assert reply.json() == {"error": error, "error_description": words}
    assert caller.pass_otp(mfa_token).status_code == 200


def test_the_token_lasts_ten_minutes(caller: Caller, mfa_token: str):
    caller.tenant.advance(600)
    reply = caller.pass_otp(mfa_token)
    assert (reply.status_code, reply.json()["error"]) == (401, "expired_token")


def test_a_recovery_code_is_replaced(caller: Caller, mfa_token: str):
    """Recorded: go-auth0's TestMFAVerifyWithRecoveryCode, whose answer lacks the ID token."""
    typed = f"{DAVES_RECOVERY_CODE[:12]} {DAVES_RECOVERY_CODE[12:].lower()}"
    body = caller.second_factor(RECOVERY, mfa_token, recovery_code=typed).json()
    assert body.keys() - {"id_token"} == {"access_token", "expires_in", "scope", "token_type", "recovery_code"}
    again = caller.sign_in_with(DAVE_AT).json()["mfa_token"]
    assert caller.second_factor(RECOVERY, again, recovery_code=DAVES_RECOVERY_CODE).status_code == 403
    assert caller.second_factor(RECOVERY, again, recovery_code=body["recovery_code"]).status_code == 200


def test_the_login_is_counted_once(caller: Caller, mfa_token: str):
    counted = caller.profile(DAVE)["logins_count"]
    caller.pass_otp(mfa_token)
    assert caller.profile(DAVE)["logins_count"] == counted == 1


def test_a_client_needs_the_grant(caller: Caller, mfa_token: str):
    other = f"{OTP.rpartition('-')[0]}-oob"
    assert caller.second_factor(other, mfa_token).json()["error"] == "unsupported_grant_type"


def test_no_secret_is_kept_of_what_was_sent(caller: Caller, mfa_token: str):
    otp = caller.otp()
    caller.second_factor(RECOVERY, mfa_token, recovery_code=DAVES_RECOVERY_CODE[::-1])
    caller.pass_otp(mfa_token, otp)
    sent = str(caller.tenant.requests())
    assert all(secret not in sent for secret in (f"'{otp}'", DAVES_RECOVERY_CODE[::-1], mfa_token))


class TestMfaApi:
    def test_a_challenge_as_recorded(self, caller: Caller, mfa_token: str):
        reply = self.challenge(caller, mfa_token, challenge_type="oob otp")
        assert (reply.status_code, reply.json()) == (200, {"challenge_type": "otp"})

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"challenge_type": "oob"}, "unsupported_challenge_type"),
            ({"authenticator_id": "push|dev_x"}, "unsupported_challenge_type"),
            ({"mfa_token": "junk"}, "invalid_grant"),
        ],
    )
    def test_no_challenge(self, caller: Caller, mfa_token: str, change: dict[str, Any], error: str):
        assert self.challenge(caller, **{"mfa_token": mfa_token, **change}).json()["error"] == error

    def test_authenticators(self, caller: Caller, mfa_token: str):
        url = f"{caller.tenant.base_url}/mfa/authenticators"
        shown = requests.get(url, headers={"Authorization": f"Bearer {mfa_token}"}, timeout=5).json()
        assert [(item["authenticator_type"], item["active"]) for item in shown] == [
            ("otp", True),
            ("recovery-code", True),
        ]
        reply = self.challenge(caller, mfa_token, authenticator_id=shown[0]["id"])
        assert reply.json() == {"challenge_type": "otp"}
        assert requests.get(url, timeout=5).status_code == 401

    def challenge(self, caller: Caller, mfa_token: str, **params: Any) -> requests.Response:
        body = {"client_id": LOGIN[0], "client_secret": LOGIN[1], "mfa_token": mfa_token, **params}
        return caller.post("mfa/challenge", body)
