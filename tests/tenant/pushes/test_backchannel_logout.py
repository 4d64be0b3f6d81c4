"""Back-channel logout: who is told of which ending, and the token on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
import pytest
import requests

from tests.support.browser import Browser
from tests.tenant.application import ALICE, LOGIN, SITE, Application, callback, change_password
from tests.tenant.pushes.pushing import NEW, Pushing
from tests.tenant.test_custom_domain import Named

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.tenant import LocalTenant
    from tests.tenant.pushes.receiver import Receiver

    Told = Callable[..., Pushing]

DAY = 86_400
EVENT = "http://schemas.openid.net/event/backchannel-logout"
ALL = {"mode": "all"}


@pytest.fixture
def told(tenant: LocalTenant, receiver: Receiver) -> Told:
    """The tenant, its application told at the receiver: by these initiators, or only by the default."""

    def told(initiators: dict[str, Any] | None = None) -> Pushing:
        settings: dict[str, Any] = {"backchannel_logout_urls": [f"{receiver.url}/backchannel"]}
        if initiators:
            settings["backchannel_logout_initiators"] = initiators
        return Pushing.of(tenant, oidc_logout=settings)

    return told


def token_of(pushing: Pushing, receiver: Receiver) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of the one token that came, its signature checked."""
    (post,) = receiver.received
    assert post.form.keys() == {"logout_token"}
    (token,) = post.form["logout_token"]
    header = jwt.get_unverified_header(token)
    published = requests.get(f"{pushing.tenant.base_url}/.well-known/jwks.json", timeout=5).json()
    key = jwt.PyJWKSet.from_dict(published)[header["kid"]].key
    options = {"verify_exp": False, "verify_iat": False}
    return header, jwt.decode(token, key, ["RS256"], audience=LOGIN[0], options=options)


def log_out(pushing: Pushing, browser: Browser) -> None:
    browser.get(f"{pushing.tenant.base_url}/v2/logout?client_id={LOGIN[0]}&returnTo={SITE}/")


def change_on_the_page(pushing: Pushing) -> None:
    change_password(Browser(stop_at=SITE), pushing.ticket(ALICE), NEW)


def test_the_token(told: Told, receiver: Receiver, browser: Browser):
    pushing = told()
    sid = pushing.claims(pushing.sign_in(browser))["sid"]
    log_out(pushing, browser)
    (done,) = pushing.deliver()
    assert (done["kind"], done["to"], done["status"]) == ("backchannel-logout", f"{receiver.url}/backchannel", 200)
    assert receiver.received[0].headers["Content-Type"] == "application/x-www-form-urlencoded"
    header, claims = token_of(pushing, receiver)
    assert header.keys() == {"alg", "typ", "kid"}
    assert (header["alg"], header["typ"]) == ("RS256", "JWT")
    assert claims.keys() == {"iss", "sub", "aud", "iat", "exp", "jti", "events", "trace_id", "sid"}
    assert (claims["iss"], claims["sub"]) == (f"{pushing.tenant.base_url}/", ALICE)
    assert claims["sid"] == sid
    assert claims["exp"] - claims["iat"] == 120
    assert claims["events"] == {EVENT: {}}
    log = pushing.log("oidc_backchannel_logout_succeeded")
    assert log["details"]["initiator"] == "rp-logout"
    assert log["details"]["response"] == {"statusCode": 200}
    assert (log["user_id"], log["client_id"]) == (ALICE, LOGIN[0])


class TestInitiators:
    def test_by_default_only_the_applications_own_logout(self, told: Told, browser: Browser):
        pushing = told()
        pushing.sign_in(browser)
        change_on_the_page(pushing)
        assert pushing.queued() == []

    @pytest.mark.parametrize(
        "chosen",
        [ALL, {"mode": "custom", "selected_initiators": ["rp-logout", "idp-logout", "password-changed"]}],
    )
    def test_a_changed_password_if_it_was_chosen(
        self, told: Told, receiver: Receiver, browser: Browser, chosen: dict[str, Any]
    ):
        pushing = told(chosen)
        sid = pushing.claims(pushing.sign_in(browser))["sid"]
        change_on_the_page(pushing)
        pushing.deliver()
        assert token_of(pushing, receiver)[1]["sid"] == sid
        assert pushing.log("oidc_backchannel_logout_succeeded")["details"]["initiator"] == "password-changed"

    @pytest.mark.parametrize("also", [False, True])
    def test_a_change_by_patch_only_by_a_switch(self, told: Told, browser: Browser, also: bool):
        """It is not known whether the Management API tells anybody."""
        pushing = told(ALL)
        pushing.plan(password_changed_logout_after=["hosted", "patch"] if also else ["hosted"])
        pushing.sign_in(browser)
        pushing.change()
        assert len(pushing.queued()) == also
        browser.get(pushing.authorize_url(prompt="none"))
        assert callback(browser)["error"] == "login_required"

    @pytest.mark.parametrize(("chosen", "tokens"), [(None, 0), (ALL, 1)])
    def test_a_session_that_is_too_old(self, told: Told, browser: Browser, chosen: dict[str, Any] | None, tokens: int):
        pushing = told(chosen)
        pushing.sign_in(browser)
        pushing.tenant.advance(3 * DAY + 60)
        assert len(pushing.deliver()) == tokens
        logs = pushing.of_type("oidc_backchannel_logout_succeeded")
        assert [log["details"]["initiator"] for log in logs] == ["session-expired"] * tokens

    def test_only_applications_that_signed_in_with_this_session(self, told: Told, browser: Browser):
        pushing = told(ALL)
        browser.get(pushing.authorize_url())
        log_out(pushing, browser)
        change_on_the_page(pushing)
        assert pushing.queued() == []

    def test_each_browsers_session_is_told_by_its_sid(self, told: Told, receiver: Receiver, browser: Browser):
        pushing = told(ALL)
        other = Browser(stop_at=SITE)
        sids = {pushing.claims(pushing.sign_in(each))["sid"] for each in (browser, other)}
        change_on_the_page(pushing)
        pushing.deliver()
        tokens = [post.form["logout_token"][0] for post in receiver.received]
        claims = [jwt.decode(token, options={"verify_signature": False}) for token in tokens]
        assert {each["sid"] for each in claims} == sids
        assert len({each["jti"] for each in claims}) == 2


class TestAnswers:
    def signed_out(self, told: Told, browser: Browser) -> Pushing:
        pushing = told()
        pushing.sign_in(browser)
        log_out(pushing, browser)
        return pushing

    def test_400_is_never_tried_again(self, told: Told, receiver: Receiver, browser: Browser):
        pushing = self.signed_out(told, browser)
        pushing.plan(logout_token_tries=3)
        receiver.statuses = [400]
        assert [done["status"] for done in pushing.deliver()] == [400]
        pushing.tenant.advance(3_600)
        assert pushing.deliver() == []
        log = pushing.log("oidc_backchannel_logout_failed")
        assert log["details"]["response"] == {"statusCode": 400}
        assert log["details"]["errors"] == ["The application answered 400."]

    @pytest.mark.parametrize(("tries", "statuses"), [(1, [503]), (3, [503, 503, 200])])
    def test_other_failures_as_often_as_the_plan_says(
        self, told: Told, receiver: Receiver, browser: Browser, tries: int, statuses: list[int]
    ):
        pushing = self.signed_out(told, browser)
        pushing.plan(logout_token_tries=tries)
        receiver.statuses = [503, 503]
        answered = []
        for _ in range(4):
            answered += [done["status"] for done in pushing.deliver(due_only=True)]
            pushing.tenant.advance(5)
        assert answered == statuses

    def test_five_seconds_are_enough_and_nobody_else_waits(self, told: Told, receiver: Receiver, browser: Browser):
        """The receiver's answer does not come; the tenant goes on meanwhile."""
        pushing = self.signed_out(told, browser)
        assert pushing.push()["timeout_s"] == 5
        receiver.free.clear()
        pushing.push(timeout_s=0.2)
        (done,) = pushing.deliver()
        assert "timed out" in done["error"]
        assert pushing.log("oidc_backchannel_logout_failed")["details"]["response"] == {"statusCode": 0}


class TestPlan:
    def test_no_other_subscription_has_it(self, told: Told, browser: Browser):
        pushing = told()
        document = f"{pushing.tenant.base_url}/.well-known/openid-configuration"
        assert requests.get(document, timeout=5).json()["backchannel_logout_supported"] is True
        pushing.plan(subscription="professional")
        assert "backchannel_logout_supported" not in requests.get(document, timeout=5).json()
        pushing.sign_in(browser)
        log_out(pushing, browser)
        assert pushing.queued() == []

    def test_with_a_custom_domain_the_issuer_is_the_host_of_the_session(
        self, tenant: LocalTenant, receiver: Receiver, browser: Browser
    ):
        settings = {"backchannel_logout_urls": [receiver.url], "backchannel_logout_initiators": ALL}
        pushing = Pushing.of(tenant, custom_domain="localhost", oidc_logout=settings)
        custom = Application(Named(tenant))
        custom.sign_in(browser)
        change_on_the_page(pushing)
        pushing.deliver()
        assert token_of(pushing, receiver)[1]["iss"] == f"http://localhost:{tenant.port}/"


class TestByTheManagementApi:
    def test_the_settings_of_a_client(self, pushing: Pushing, receiver: Receiver, browser: Browser):
        settings = {
            "backchannel_logout_urls": [receiver.url],
            "backchannel_logout_initiators": {
                "mode": "custom",
                "selected_initiators": ["rp-logout", "idp-logout", "session-revoked"],
            },
        }
        reply = pushing.api("PATCH", f"clients/{LOGIN[0]}", json={"oidc_logout": settings})
        assert reply.status_code == 200, reply.text
        assert reply.json()["oidc_logout"] == settings
        pushing.sign_in(browser)
        log_out(pushing, browser)
        assert [done["status"] for done in pushing.deliver()] == [200]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"backchannel_logout_urls": ["http://example.com/cb"]},
            {"backchannel_logout_urls": ["https://tenant.eu.auth0.com/events"]},
            {"backchannel_logout_initiators": {"mode": "custom", "selected_initiators": ["password-changed"]}},
            {"backchannel_logout_initiators": {"mode": "custom", "selected_initiators": ["session-deleted"]}},
            {"backchannel_logout_initiators": {"mode": "none"}},
            {"backchannel_logout_initiators": {}},
            {"backchannel_logout_uri": "https://example.com/cb"},
        ],
    )
    def test_what_is_refused(self, pushing: Pushing, wrong: dict[str, Any]):
        reply = pushing.api("PATCH", f"clients/{LOGIN[0]}", json={"oidc_logout": wrong})
        assert (reply.status_code, reply.json()["errorCode"]) == (400, "invalid_body")

    @pytest.mark.parametrize(
        ("path", "initiator"),
        [(f"users/{ALICE}", "account-deleted"), (f"users/{ALICE}/sessions", "session-revoked")],
    )
    def test_what_else_ends_sessions(self, told: Told, browser: Browser, path: str, initiator: str):
        pushing = told(ALL)
        pushing.sign_in(browser)
        assert pushing.api("DELETE", path).status_code in (202, 204)
        pushing.tenant.advance(60)
        pushing.deliver()
        assert pushing.log("oidc_backchannel_logout_succeeded")["details"]["initiator"] == initiator
