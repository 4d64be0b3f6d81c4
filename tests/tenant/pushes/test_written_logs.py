"""Tenant logs: which type is written where, and what it gives away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import requests

from tests.tenant.application import (
    ALICE,
    BOB,
    CALLBACK,
    DATABASE,
    LOGIN,
    MANAGEMENT,
    SITE,
    callback,
    change_password,
)
from tests.tenant.pushes.pushing import NEW

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.tenant.pushes.pushing import Pushing

# As recorded (go-auth0's TestLogManager_CheckpointPagination).
KEYS = {
    "_id", "log_id", "date", "type", "description", "connection", "connection_id", "organization_id",
    "organization_name", "client_id", "client_name", "ip", "hostname", "details", "user_id", "user_name",
    "user_agent", "audience", "strategy", "strategy_type", "isMobile", "location_info",
}  # fmt: skip


def ask_for_mail(pushing: Pushing, email: str) -> requests.Response:
    body = {"client_id": LOGIN[0], "connection": DATABASE, "email": email}
    return requests.post(f"{pushing.tenant.base_url}/dbconnections/change_password", json=body, timeout=5)


class TestSignIns:
    def test_alice_signs_in(self, pushing: Pushing, browser: Browser):
        pushing.claims(pushing.sign_in(browser))
        log = pushing.log("s")
        assert log.keys() == KEYS
        assert re.fullmatch(r"900[0-9]{53}", log["log_id"])
        assert log["_id"] == log["log_id"]
        assert (log["user_id"], log["user_name"]) == (ALICE, "alice@example.com")
        assert (log["client_id"], log["client_name"]) == (LOGIN[0], "Northwind Library")
        assert (log["connection"], log["strategy"], log["strategy_type"]) == (DATABASE, "auth0", "database")
        assert (log["ip"], log["hostname"]) == ("127.0.0.1", pushing.tenant.domain)
        assert log["details"]["stats"] == {"loginsCount": 1}
        assert [page["name"] for page in log["details"]["prompts"]] == ["prompt-authenticate", "login"]
        exchange = pushing.log("seacft")
        assert exchange["user_id"] == ALICE
        assert re.fullmatch(r"\*+.{3}", exchange["details"]["code"])

    def test_the_session_answers_silently(self, pushing: Pushing, browser: Browser):
        pushing.sign_in(browser)
        browser.get(pushing.authorize_url(prompt="none"))
        silent = pushing.log("ssa")
        assert silent["user_id"] == ALICE
        assert silent["details"]["session_id"] == pushing.log("s")["details"]["session_id"]

    def test_a_sign_in_with_the_session_shows_no_prompts(self, pushing: Pushing, browser: Browser):
        pushing.sign_in(browser)
        browser.get(pushing.authorize_url())
        assert pushing.of_type("s")[0]["details"]["prompts"] == []

    def test_nobody_is_signed_in(self, pushing: Pushing, browser: Browser):
        browser.get(pushing.authorize_url(prompt="none"))
        log = pushing.log("fsa")
        assert (log["description"], log["user_id"]) == ("Login required", None)

    def test_a_wrong_password_and_an_unknown_address_are_told_apart(self, pushing: Pushing, browser: Browser):
        browser.get(pushing.authorize_url())
        browser.submit("Continue", username="alice@example.com", password="Not-Hers-1!")
        browser.submit("Continue", username="nobody@example.com", password="Not-Hers-1!")
        wrong, unknown = pushing.log("fp"), pushing.log("fu")
        assert (wrong["user_id"], wrong["connection"]) == (ALICE, DATABASE)
        assert (unknown["user_id"], unknown["user_name"]) == (None, "nobody@example.com")
        assert wrong["description"] == unknown["description"] == "Wrong email or password."

    def test_a_blocked_user_is_turned_away(self, pushing: Pushing, browser: Browser):
        pushing.api("PATCH", f"users/{ALICE}", json={"blocked": True})
        pushing.sign_in(browser)
        log = pushing.log("f")
        assert log["user_id"] == ALICE
        assert log["details"]["error"]["oauthError"] == "unauthorized"
        assert log["description"] == "user is blocked"


class TestExchanges:
    def test_the_server_gets_its_token(self, pushing: Pushing):
        token = pushing.management_token
        (log, *_) = pushing.api("GET", "logs", token, params={"q": "type:seccft"}).json()
        assert (log["client_id"], log["audience"]) == (MANAGEMENT[0], f"{pushing.tenant.base_url}/api/v2/")
        assert "read:logs" in log["scope"].split()
        assert log["user_id"] is None

    def test_a_secret_that_is_wrong(self, pushing: Pushing):
        pushing.token(grant_type="client_credentials", client_id=MANAGEMENT[0], client_secret="wrong")
        assert pushing.log("feccft")["client_id"] == MANAGEMENT[0]

    def test_a_code_that_is_wrong(self, pushing: Pushing):
        pushing.exchange("no-such-code")
        log = pushing.log("feacft")
        assert log["description"] == "Invalid authorization code"
        assert "no-such-code" not in str(log)


class TestPasswords:
    def test_a_change_on_the_hosted_page(self, pushing: Pushing, browser: Browser):
        change_password(browser, pushing.ticket(ALICE, client_id=LOGIN[0]), NEW)
        log = pushing.log("scp")
        assert (log["user_id"], log["connection"], log["client_id"]) == (ALICE, DATABASE, LOGIN[0])
        assert log["description"] == "You can now login to the application with the new password."
        assert log["details"].keys() == {"title", "email", "body", "query"}
        assert log["details"]["body"]["newPassword"] == "*****"
        assert NEW not in str(log)

    def test_a_refused_one_leaves_the_live_link_in_the_log(self, pushing: Pushing, browser: Browser):
        ticket = pushing.ticket(ALICE)
        change_password(browser, ticket, "short")
        log = pushing.log("fcp")
        assert log["description"] == "Password is too weak"
        assert log["details"]["body"]["ticket"] in ticket
        assert pushing.of_type("scp") == []

    def test_a_mail_was_asked_for_and_the_log_has_its_link(self, pushing: Pushing):
        """``scpr`` records contain resetUrl."""
        ask_for_mail(pushing, "alice@example.com")
        log = pushing.log("scpr")
        assert log["user_id"] == ALICE
        assert log["details"]["resetUrl"] == pushing.tenant.mails()[0]["links"][0]
        assert log["details"]["body"]["requiredCaptcha"] is False

    def test_only_the_log_tells_that_nobody_has_the_address(self, pushing: Pushing, browser: Browser):
        known, unknown = (ask_for_mail(pushing, email) for email in ("alice@example.com", "nobody@example.com"))
        assert known.text == unknown.text
        log = pushing.log("fcpr")
        assert (log["description"], log["user_name"]) == ("User does not exist.", "nobody@example.com")
        browser.get(pushing.authorize_url())
        browser.click("Forgot password?")
        browser.submit("Continue", email="nobody.else@example.com")
        assert pushing.of_type("fcpr")[0]["details"]["body"]["email"] == "nobody.else@example.com"

    @pytest.mark.parametrize("also", [False, True])
    def test_a_patch_writes_sapi_and_scp_only_by_a_switch(self, pushing: Pushing, also: bool):
        """It is not known whether a change by the Management API writes scp."""
        pushing.plan(scp_after=["hosted", "patch"] if also else ["hosted"])
        pushing.change()
        assert len(pushing.of_type("scp")) == also
        assert pushing.log("sapi")["description"] == "Update a User"


class TestManagementApi:
    def test_who_did_what_to_whom(self, pushing: Pushing):
        pushing.change()
        log = pushing.log("sapi")
        assert log.keys() == KEYS
        assert (log["client_id"], log["client_name"], log["user_id"], log["hostname"]) == (
            MANAGEMENT[0],
            "",
            None,
            None,
        )
        asked, answered = log["details"]["request"], log["details"]["response"]
        assert (asked["method"], asked["path"]) == ("patch", f"/api/v2/users/{ALICE}")
        assert asked["body"] == {"password": "*****"}
        assert asked["auth"]["strategy"] == "jwt"
        assert (asked["channel"], answered["statusCode"]) == ("api", 200)
        assert answered["body"]["user_id"] == ALICE

    def test_a_ticket_that_is_made_can_be_read_by_whoever_reads_logs(self, pushing: Pushing):
        ticket = pushing.ticket(BOB)
        log = pushing.log("sapi")
        assert log["description"] == "Create a password change ticket"
        assert log["details"]["response"]["body"] == {"ticket": ticket}

    def test_reading_and_failing_leave_nothing(self, pushing: Pushing):
        pushing.api("GET", f"users/{ALICE}")
        pushing.api("PATCH", f"users/{ALICE}", json={"password": "short"})
        pushing.api("PATCH", "users/auth0|nobody", json={"name": "Nobody"})
        assert pushing.of_type("sapi") == []


class TestSignOuts:
    def test_a_link_that_a_logout_leads_to_is_in_the_log(self, pushing: Pushing, browser: Browser):
        """``slo`` and ``flo`` records contain return_to, query and all."""
        pushing.sign_in(browser)
        there = f"{SITE}/?ticket=a-live-one"
        browser.get(f"{pushing.tenant.base_url}/v2/logout?client_id={LOGIN[0]}&returnTo={quote(there)}")
        log = pushing.log("slo")
        assert log["details"]["return_to"] == there
        assert (log["user_id"], log["client_id"]) == (ALICE, LOGIN[0])
        assert log["details"]["session_id"] == pushing.log("s")["details"]["session_id"]

    def test_an_address_that_is_not_allowed(self, pushing: Pushing, browser: Browser):
        """The session is kept."""
        pushing.sign_in(browser)
        browser.get(f"{pushing.tenant.base_url}/v2/logout?client_id={LOGIN[0]}&returnTo=https://evil.example/?t=1")
        log = pushing.log("flo")
        assert log["details"]["return_to"] == "https://evil.example/?t=1"
        assert log["details"]["allowed_logout_url"] == [f"{SITE}/"]
        browser.get(pushing.authorize_url(prompt="none"))
        assert "code" in callback(browser)
        assert browser.page.url.startswith(CALLBACK)


def test_a_user_is_made_and_deleted(pushing: Pushing):
    body = {
        "connection": DATABASE,
        "email": "ivy@example.com",
        "password": "Brand-New-Start-7!",
        "verify_email": False,
    }
    made = pushing.api("POST", "users", json=body).json()
    signed_up = pushing.log("ss")
    assert (signed_up["user_id"], signed_up["client_id"]) == (made["user_id"], MANAGEMENT[0])
    assert signed_up["details"]["body"]["password"] == "*****"
    pushing.api("DELETE", f"users/{made['user_id']}")
    assert pushing.log("sdu")["user_id"] == made["user_id"]
    assert [log["description"] for log in pushing.of_type("sapi")] == ["Delete a User", "Create a User"]
