"""Brute force, suspicious addresses, breached passwords: what they refuse, and what lifts it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.tenant.application import ALICE, BOB, DATABASE, ERIN, Application, change_password
from tests.tenant.grants.caller import WRONG, Caller, seed

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

ALICE_AT = "alice@example.com"
BLOCKED = (
    "Your account has been blocked after multiple consecutive login attempts. We've sent you a notification via your"
    " preferred contact method with instructions on how to unblock it."
)
HERE, THERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def caller(tenant: LocalTenant) -> Caller:
    """Three failures are enough, and the header is trusted."""
    tenant.seed(seed(is_token_endpoint_ip_header_trusted=True))
    caller = Caller(tenant)
    caller.protect("brute-force-protection", max_attempts=3)
    return caller


def fail(caller: Caller, times: int = 3, email: str = ALICE_AT, **params: Any) -> None:
    for _time in range(times):
        reply = caller.sign_in_with(email, "guessed", **params)
        assert (reply.status_code, reply.json()) == (403, WRONG)


def is_blocked(caller: Caller, email: str = ALICE_AT, **params: Any) -> bool:
    reply = caller.sign_in_with(email, **params)
    assert reply.status_code in (200, 429), reply.text
    if reply.status_code == 429:
        assert reply.json() == {"error": "too_many_attempts", "error_description": BLOCKED}
    return bool(reply.status_code == 429)


class TestBruteForce:
    def test_ten_by_default(self, tenant: LocalTenant):
        tenant.seed(seed())
        caller = Caller(tenant)
        fail(caller, 9)
        assert not is_blocked(caller), "and the right password begins anew"
        fail(caller, 10)
        assert is_blocked(caller)

    def test_only_this_user(self, caller: Caller):
        fail(caller)
        assert is_blocked(caller)
        assert not is_blocked(caller, "dave@example.com")

    def test_it_says_nothing_about_the_password(self, caller: Caller):
        fail(caller)
        replies = [caller.sign_in_with(ALICE_AT, password) for password in ("guessed", "Quiet-Harbour-42!")]
        assert replies[0].json() == replies[1].json()

    def test_an_unknown_address_is_blocked_alike(self, caller: Caller):
        fail(caller, email="nobody@example.com")
        assert caller.sign_in_with("nobody@example.com", "guessed").status_code == 429
        assert caller.tenant.mails() == []

    def test_the_hosted_page_says_so_too(self, caller: Caller, browser: Browser):
        fail(caller)
        caller.send(browser, ALICE_AT)
        assert "Your account has been blocked after multiple consecutive login attempts" in browser.page.visible_text

    def test_failures_on_the_hosted_page_count(self, caller: Caller, browser: Browser):
        browser.get(caller.authorize_url())
        for _time in range(3):
            browser.submit("Continue", username=ALICE_AT, password="guessed")
            assert "Wrong email or password" in browser.page.visible_text
        assert is_blocked(caller)

    @pytest.mark.parametrize(
        "settings",
        [{"enabled": False}, {"shields": ["user_notification"]}, {"allowlist": ["127.0.0.0/8"]}],
        ids=["off", "monitoring", "allowed"],
    )
    def test_switched_off(self, caller: Caller, settings: dict[str, Any]):
        caller.protect("brute-force-protection", **settings)
        fail(caller, 5)
        assert not is_blocked(caller)

    def test_the_log(self, caller: Caller):
        fail(caller)
        assert "limit_wc" in caller.log_types()


class TestForwardedFor:
    def test_addresses_count_apart(self, caller: Caller):
        fail(caller, ip=HERE)
        assert is_blocked(caller, ip=HERE)
        assert not is_blocked(caller, ip=THERE)
        assert not is_blocked(caller), "nor the server's own address"

    @pytest.mark.parametrize(
        "client",
        [
            {"is_token_endpoint_ip_header_trusted": False},
            {"is_token_endpoint_ip_header_trusted": True, "token_endpoint_auth_method": "none"},
        ],
        ids=["not trusted", "public"],
    )
    def test_not_honoured(self, caller: Caller, tenant: LocalTenant, client: dict[str, Any]):
        tenant.seed(seed(**client))
        caller.protect("brute-force-protection", max_attempts=3)
        fail(caller, ip=HERE)
        assert is_blocked(caller, ip=THERE)

    def test_what_is_no_address_is_ignored(self, caller: Caller):
        fail(caller, ip="127.0.0.1, 203.0.113.7")
        assert is_blocked(caller)

    def test_all_addresses_together(self, caller: Caller):
        caller.protect("brute-force-protection", mode="count_per_identifier")
        fail(caller, 2, ip=HERE)
        fail(caller, 1, ip=THERE)
        assert is_blocked(caller)
        assert caller.api("GET", f"user-blocks?identifier={ALICE_AT}").json() == {
            "blocked_for": [{"identifier": ALICE_AT, "connection": DATABASE}]
        }

    def test_the_log_names_both(self, caller: Caller):
        caller.sign_in_with(ip=HERE)
        entry = next(item for item in caller.api("GET", "logs").json() if item["type"] == "sepft")
        assert (entry["ip"], entry["client_ip"]) == (HERE, "127.0.0.1")


class TestWhatLiftsABlock:
    def test_the_link_in_the_mail(self, caller: Caller, browser: Browser):
        fail(caller, ip=HERE)
        [mail] = caller.tenant.mails()
        assert (mail["to"], HERE in mail["text"]) == (ALICE_AT, True)
        assert browser.get(mail["links"][0]).h1 == "Account unblocked"
        assert not is_blocked(caller, ip=HERE)
        assert browser.get(mail["links"][0]).status == 400, "it works once"

    def test_one_mail_an_hour_for_an_address(self, caller: Caller):
        fail(caller, ip=HERE)
        fail(caller, email="dave@example.com", ip=HERE)
        assert len(caller.tenant.mails()) == 1
        caller.tenant.advance(3_600)
        fail(caller, email="bob@example.com", ip=HERE)
        assert len(caller.tenant.mails()) == 2

    @pytest.mark.parametrize("by", ["hosted", "patch"])
    def test_a_changed_password(self, caller: Caller, browser: Browser, by: str):
        fail(caller)
        if by == "hosted":
            change_password(browser, caller.ticket(ALICE), "Fresh-Lantern-77!")
        else:
            caller.api("PATCH", f"users/{ALICE}", json={"password": "Fresh-Lantern-77!", "connection": DATABASE})
        assert not is_blocked(caller, password="Fresh-Lantern-77!")

    def test_thirty_days(self, caller: Caller):
        fail(caller)
        caller.tenant.advance(30 * 86_400 - 1)
        assert is_blocked(caller)
        caller.tenant.advance(1)
        assert not is_blocked(caller)

    def test_a_raised_threshold(self, caller: Caller):
        fail(caller)
        caller.protect("brute-force-protection", max_attempts=4)
        assert not is_blocked(caller)

    def test_not_the_administrators_own_switch(self, caller: Caller):
        fail(caller)
        caller.api("PATCH", f"users/{ALICE}", json={"blocked": False})
        assert is_blocked(caller)

    @pytest.mark.parametrize("path", [f"user-blocks?identifier={ALICE_AT}", f"user-blocks/{ALICE}"])
    def test_the_management_api(self, caller: Caller, path: str):
        fail(caller, ip=HERE)
        assert caller.api("GET", path).json() == {
            "blocked_for": [{"identifier": ALICE_AT, "ip": HERE, "connection": DATABASE}]
        }
        reply = caller.api("DELETE", path)
        assert (reply.status_code, reply.content) == (204, b"")
        assert caller.api("GET", path).json() == {"blocked_for": []}
        assert not is_blocked(caller, ip=HERE)
        assert "ublkdu" in caller.log_types()

    def test_of_users_and_identifiers_that_are_not_there(self, caller: Caller):
        assert caller.api("GET", "user-blocks?identifier=u").json() == {"blocked_for": []}
        assert caller.api("GET", "user-blocks").status_code == 400
        for method in ("GET", "DELETE"):
            assert caller.api(method, "user-blocks/auth0|nobody").json()["errorCode"] == "inexistent_user"

    def test_a_linked_account_has_blocks_of_its_own(self, caller: Caller):
        """A new password lifts those of its connection."""
        fail(caller, email="erin@example.com")
        assert caller.api("GET", f"user-blocks/{ERIN}").json()["blocked_for"] != []
        body = {"password": "Fresh-Lantern-77!", "connection": DATABASE}
        assert caller.api("PATCH", f"users/{ERIN}", json=body).status_code == 200
        assert caller.api("GET", f"user-blocks/{ERIN}").json() == {"blocked_for": []}


class TestSuspiciousAddresses:
    @pytest.fixture
    def caller(self, caller: Caller) -> Caller:
        stage = {"pre-login": {"max_attempts": 3, "rate": 60_000}}
        caller.protect("suspicious-ip-throttling", stage=stage)
        return caller

    def test_whoever_it_is_for(self, caller: Caller):
        for email in ("alice@example.com", "bob@example.com", "dave@example.com"):
            fail(caller, 1, email, ip=HERE)
        reply = caller.sign_in_with("erin@example.com", ip=HERE)
        assert reply.status_code == 429
        assert reply.json()["error"] == "too_many_attempts"
        assert "suspicious login behavior" in reply.json()["error_description"]
        assert caller.sign_in_with("erin@example.com", ip=THERE).status_code == 200
        assert "limit_mu" in caller.log_types()

    def test_attempts_come_back_one_by_one(self, caller: Caller):
        for email in ("alice@example.com", "bob@example.com", "dave@example.com"):
            fail(caller, 1, email)
        caller.tenant.advance(60)
        fail(caller, 1, "erin@example.com")
        assert caller.sign_in_with("erin@example.com").status_code == 429

    def test_right_passwords_cost_nothing(self, caller: Caller):
        for _time in range(5):
            assert caller.sign_in_with().status_code == 200

    @pytest.mark.parametrize("settings", [{"enabled": False}, {"shields": []}, {"allowlist": ["127.0.0.1"]}])
    def test_switched_off(self, caller: Caller, settings: dict[str, Any]):
        caller.protect("suspicious-ip-throttling", **settings)
        for email in ("alice@example.com", "bob@example.com", "dave@example.com", "erin@example.com"):
            fail(caller, 1, email)


class TestBreachedPasswords:
    LEAKED = "AUTH0-TEST-harbour-42"

    @pytest.fixture
    def caller(self, caller: Caller) -> Caller:
        body = {"password": self.LEAKED, "connection": DATABASE}
        assert caller.api("PATCH", f"users/{BOB}", json=body).status_code == 200
        return caller

    def sign_in(self, caller: Caller) -> Any:
        return caller.sign_in_with("bob@example.com", self.LEAKED)

    def test_off_by_default(self, caller: Caller):
        assert self.sign_in(caller).status_code == 200

    def test_blocked_until_it_is_changed(self, caller: Caller, browser: Browser):
        caller.protect("breached-password-detection", enabled=True, shields=["block"])
        reply = self.sign_in(caller)
        assert reply.status_code == 401
        assert reply.json()["error"] == "password_leaked"
        assert "previously disclosed through a data breach" in reply.json()["error_description"]
        assert caller.sign_in_with("bob@example.com", "guessed").json() == WRONG
        change_password(browser, caller.ticket(BOB), "Fresh-Lantern-77!")
        assert caller.sign_in_with("bob@example.com", "Fresh-Lantern-77!").status_code == 200

    def test_the_hosted_page(self, caller: Caller, browser: Browser):
        caller.protect("breached-password-detection", enabled=True, shields=["block"])
        browser.get(caller.authorize_url())
        browser.submit("Continue", username="bob@example.com", password=self.LEAKED)
        assert "Please reset your password to proceed." in browser.page.visible_text

    def test_told_and_logged_once_an_hour(self, caller: Caller):
        caller.protect("breached-password-detection", enabled=True, shields=["user_notification"])
        for _time in range(2):
            assert self.sign_in(caller).status_code == 200
        assert [mail["links"] for mail in caller.tenant.mails()] == [[]]
        assert caller.log_types().count("pwd_leak") == 1
        caller.tenant.advance(3_600)
        self.sign_in(caller)
        assert len(caller.tenant.mails()) == 2

    def test_not_as_a_new_password(self, caller: Caller, browser: Browser):
        stage = {"pre-change-password": {"shields": ["block"]}}
        caller.protect("breached-password-detection", enabled=True, stage=stage)
        ticket = caller.ticket(BOB)
        change_password(browser, ticket, "Paat739!!WWXXYYZZ")
        assert re.search("detected in a public data breach", browser.page.visible_text)
        assert "reset_pwd_leak" in caller.log_types()
        change_password(browser, ticket, "Fresh-Lantern-77!")
        assert browser.page.h1 == "Password changed"


class TestSettings:
    def test_as_recorded(self, app: Application, tenant: LocalTenant):
        tenant.seed(seed())
        shown = app.api("GET", "attack-protection/brute-force-protection").json()
        assert shown == {
            "enabled": True,
            "shields": ["block", "user_notification"],
            "mode": "count_per_identifier_and_ip",
            "allowlist": [],
            "max_attempts": 10,
        }
        assert app.api("GET", "attack-protection/suspicious-ip-throttling").json()["stage"].keys() == {
            "pre-login",
            "pre-user-registration",
        }
        assert app.api("GET", "attack-protection/breached-password-detection").json()["method"] == "standard"

    def test_what_is_not_named_stays(self, caller: Caller):
        stage = {"pre-login": {"max_attempts": 5, "rate": 1_000}}
        shown = caller.protect("suspicious-ip-throttling", stage=stage)
        assert shown["stage"]["pre-login"]["max_attempts"] == 5
        assert shown["stage"]["pre-user-registration"]["max_attempts"] == 50
        assert shown["enabled"] is True

    @pytest.mark.parametrize(
        ("feature", "body"),
        [
            ("brute-force-protection", {"max_attempts": 101}),
            ("brute-force-protection", {"max_attempts": 0}),
            ("brute-force-protection", {"allowlist": ["somewhere"]}),
            ("brute-force-protection", {"nonsense": 1}),
            ("suspicious-ip-throttling", {"stage": {"pre-lunch": {}}}),
            ("breached-password-detection", {"stage": {"pre-change-password": {"shields": 1}}}),
        ],
    )
    def test_nonsense(self, caller: Caller, feature: str, body: dict[str, Any]):
        reply = caller.api("PATCH", f"attack-protection/{feature}", json=body)
        assert (reply.status_code, reply.json()["errorCode"]) == (400, "invalid_body")

    def test_scopes(self, app: Application):
        for method in ("GET", "PATCH"):
            reply = app.api(method, "attack-protection/brute-force-protection", json={})
            assert reply.json()["errorCode"] == "insufficient_scope"
