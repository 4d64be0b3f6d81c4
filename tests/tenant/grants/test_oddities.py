"""Where the tenant must misbehave like Auth0: password changes, sessions, tickets, applications. One row each.

The My Account API has its own in my_account/, plans in test_sessions_api.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.tenant.application import (
    ALICE,
    BOB,
    DATABASE,
    ERIN,
    LOGIN,
    RIVERSIDE,
    SITE,
    Application,
    callback,
    change_password,
)
from tests.tenant.grants.caller import Caller, seed

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

NEW = "Fresh-Lantern-77!"


def patch_password(caller: Caller, user_id: str) -> None:
    reply = caller.api("PATCH", f"users/{user_id}", json={"password": NEW, "connection": DATABASE})
    assert reply.status_code == 200, reply.text


class TestEnds:
    """A change ends the sessions of its identity only."""

    @pytest.mark.parametrize("by", ["hosted", "patch"])
    def test_the_sessions_of_that_identity_only(self, caller: Caller, browser: Browser, by: str):
        by_password, by_google = browser.copy(), browser.copy()
        by_password.stop_at = by_google.stop_at = browser.stop_at
        caller.sign_in(by_password, "erin@example.com")
        by_google.get(caller.authorize_url(connection="google-oauth2"))
        by_google.submit("Erin W. erin.walsh@example.org")
        if by == "patch":
            patch_password(caller, ERIN)
        else:
            change_password(browser, caller.ticket(ERIN), NEW)
        answers = [item.get(caller.authorize_url(prompt="none")).url for item in (by_password, by_google)]
        assert ["code=" in url for url in answers] == [False, True]

    @pytest.mark.parametrize(("after", "goes_on"), [([], True), (["patch"], False), (["hosted"], True)])
    def test_a_sign_in_under_way(self, caller: Caller, browser: Browser, after: list[str], goes_on: bool):
        """Whether it fails after a PATCH is not known: a switch."""
        caller.plan(mfa_at_login=True, login_in_progress_fails_after=after)
        caller.send(browser, "dave@example.com")
        patch_password(caller, "auth0|64f0c0ffee00000000000da5")
        browser.submit("Continue", code=caller.otp())
        assert ("code=" in browser.page.url) == goes_on
        if not goes_on:
            assert browser.page.url.startswith(f"{SITE}/account/login/"), "to the default login route"


class TestAuthTime:
    """Silent with the old one; none where neither max_age nor prompt=login asks for it.

    Federated re-authentication is in test_authorize.py.
    """

    @pytest.mark.parametrize(
        ("params", "shown", "asked"),
        [({"max_age": 3_600}, True, False), ({}, False, False), ({"max_age": 0}, True, True)],
    )
    def test_silent_with_the_old_one(
        self, caller: Caller, browser: Browser, params: dict[str, Any], shown: bool, asked: bool
    ):
        first = caller.claims(caller.sign_in(browser, prompt="login"))["auth_time"]
        caller.tenant.advance(60)
        browser.get(caller.authorize_url(**params))
        if asked:
            browser.submit("Continue", username="alice@example.com", password="Quiet-Harbour-42!")
        claims = caller.claims(callback(browser))
        assert ("auth_time" in claims) == shown
        if shown:
            assert (claims["auth_time"] == first) != asked


class TestLastPasswordReset:
    """Absent at creation, to the millisecond, and never moved for a database of one's own."""

    def test_absent_until_the_first_change_and_with_milliseconds(self, caller: Caller):
        assert "last_password_reset" not in caller.profile(BOB)
        patch_password(caller, BOB)
        shown = caller.profile(BOB)["last_password_reset"]
        assert (shown[-1], len(shown.partition(".")[2])) == ("Z", 4)
        assert abs(datetime.fromisoformat(shown).timestamp() - caller.now()) < 5

    @pytest.mark.parametrize(
        ("options", "moves"),
        [
            ({"enabledDatabaseCustomization": True}, False),
            ({"enabledDatabaseCustomization": True, "import_mode": True}, True),
        ],
    )
    @pytest.mark.parametrize("by", ["hosted", "patch"])
    def test_a_database_of_ones_own(
        self, caller: Caller, browser: Browser, tenant: LocalTenant, options: Any, moves: bool, by: str
    ):
        wanted = seed()
        wanted["connections"][0]["options"] |= options
        tenant.seed(wanted)
        if by == "patch":
            patch_password(caller, BOB)
        else:
            change_password(browser, caller.ticket(BOB), NEW)
        assert caller.sign_in_with("bob@example.com", NEW).status_code == 200
        assert ("last_password_reset" in caller.profile(BOB)) == moves


class TestTickets:
    """For whom there is none. The rules for their fields are in test_management.py."""

    @pytest.mark.parametrize(
        ("fields", "status", "words"),
        [
            ({"organization_id": RIVERSIDE}, 400, "is not a member of organization"),
            ({"email": "bob@example.com"}, 400, "user_id cannot be combined with connection_id or email"),
            ({"result_url": "https://x.example", "organization_id": RIVERSIDE}, 400, "cannot be combined"),
            ({"client_id": "nobody"}, 400, "The client does not exist"),
        ],
    )
    def test_refused(self, caller: Caller, fields: dict[str, Any], status: int, words: str):
        reply = caller.api("POST", "tickets/password-change", json={"user_id": BOB, **fields})
        assert reply.status_code == status
        assert words in reply.json()["message"]

    def test_without_an_address(self, caller: Caller, tenant: LocalTenant):
        wanted = seed()
        nobody = {"connection": DATABASE, "user_id": "auth0|no-address", "password": "Quiet-Bridge-31!"}
        wanted["users"].append(nobody)
        tenant.seed(wanted)
        reply = caller.api("POST", "tickets/password-change", json={"user_id": "auth0|no-address"})
        assert (reply.status_code, reply.json()["message"]) == (400, "The user does not have an email address.")

    def test_a_blocked_user_can_change_but_not_sign_in(self, caller: Caller, browser: Browser):
        caller.api("PATCH", f"users/{ALICE}", json={"blocked": True})
        change_password(browser, caller.ticket(ALICE), NEW)
        assert browser.page.h1 == "Password changed"
        assert caller.sign_in_with(password=NEW).json()["error"] == "unauthorized"


@pytest.mark.parametrize("enabled", [True, False])
def test_change_password_and_the_clients_of_a_connection(tenant: LocalTenant, enabled: bool):
    """A client that the connection is not enabled for is refused."""
    wanted = seed()
    wanted["connections"][0]["enabled_clients"] = [LOGIN[0]] if enabled else ["demo-management-client"]
    tenant.seed(wanted)
    body = {"client_id": LOGIN[0], "connection": DATABASE, "email": "alice@example.com"}
    reply = requests.post(f"{tenant.base_url}/dbconnections/change_password", json=body, timeout=5)
    assert reply.status_code == (200 if enabled else 400)
    assert len(tenant.mails()) == enabled


@pytest.mark.parametrize(("policy", "status"), [("never", 200), ("always", 401)])
def test_bot_detection(caller: Caller, policy: str, status: int):
    """No server can solve a captcha; nothing is sent, whoever asks."""
    caller.plan(challenge_password_reset_policy=policy)
    url = f"{caller.tenant.base_url}/dbconnections/change_password"
    for email in ("alice@example.com", "nobody@example.com"):
        body = {"client_id": LOGIN[0], "connection": DATABASE, "email": email}
        reply = requests.post(url, json=body, timeout=5)
        assert reply.status_code == status
        if status != 200:
            assert reply.json()["error"] == "requires_verification"
    assert len(caller.tenant.mails()) == (status == 200)


@pytest.mark.parametrize("organization", [None, RIVERSIDE])
def test_applications_for_members_only(
    app: Application, browser: Browser, tenant: LocalTenant, organization: str | None
):
    """Without an organization /authorize refuses them."""
    tenant.seed(seed(organization_usage="require", organization_require_behavior="no_prompt"))
    if organization is None:
        answer = callback_of(browser, app.authorize_url())
        assert answer["error"] == "invalid_request"
        assert "organization is required" in answer["error_description"]
    else:
        assert app.claims(app.sign_in(browser, organization=organization))["org_id"] == RIVERSIDE


def callback_of(browser: Browser, url: str) -> dict[str, str]:
    browser.get(url)
    return callback(browser)
