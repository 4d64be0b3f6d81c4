"""The My Account API: a new password by the user's own token, in two steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.tenant.application import ALICE, DATABASE, FRANK, PASSWORDS
from tests.tenant.grants.caller import Caller, seed
from tests.tenant.steering import steer

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

READ, CREATE = "read:me:authentication_methods", "create:me:authentication_methods"
SCOPE = f"openid {READ} {CREATE}"
NEW = "Fresh-Lantern-77!"


@pytest.fixture
def caller(tenant: LocalTenant) -> Caller:
    """The API is activated, and the login client has a client grant for it."""
    return activated(tenant)


def activated(tenant: LocalTenant, scopes: tuple[str, ...] = (READ, CREATE), **plan: Any) -> Caller:
    tenant.seed(seed(user_grants={"/me/": list(scopes)}))
    caller = Caller(tenant)
    caller.plan(my_account_api=True, **plan)
    return caller


def audience(caller: Caller) -> str:
    return f"{caller.tenant.base_url}/me/"


def token_of(caller: Caller, email: str = "alice@example.com", scope: str = SCOPE) -> str:
    reply = caller.sign_in_with(email, audience=audience(caller), scope=scope)
    assert reply.status_code == 200, reply.text
    return str(reply.json()["access_token"])


def me(caller: Caller, method: str, token: str, path: str = "", **kwargs: Any) -> requests.Response:
    url = f"{caller.tenant.base_url}/me/v1/authentication-methods{path}"
    return requests.request(method, url, headers={"Authorization": f"Bearer {token}"}, timeout=5, **kwargs)


def begin(caller: Caller, token: str, **body: Any) -> requests.Response:
    return me(caller, "POST", token, json={"type": "password", **body})


def verify(caller: Caller, token: str, session: str, password: str = NEW) -> requests.Response:
    return me(caller, "POST", token, "/password|new/verify", json={"auth_session": session, "new_password": password})


def problem(reply: requests.Response, status: int) -> dict[str, Any]:
    body = reply.json()
    assert (reply.status_code, body["status"]) == (status, status), reply.text
    assert {"type", "title", "detail"} <= body.keys()
    return dict(body)


class TestNewPassword:
    def test_both_steps(self, caller: Caller):
        token = token_of(caller)
        begun = begin(caller, token)
        assert begun.status_code == 202
        assert begun.json().keys() == {"id", "auth_session", "policy"}
        assert begun.json()["id"] == "password|new"
        done = verify(caller, token, begun.json()["auth_session"])
        assert done.status_code == 201
        assert done.json().items() >= {"type": "password", "identity_user_id": ALICE, "usage": ["primary"]}.items()
        assert caller.sign_in_with(password=NEW).status_code == 200
        assert caller.sign_in_with().json()["error"] == "invalid_grant"
        assert caller.profile(ALICE)["last_password_reset"] == done.json()["last_password_reset"]

    def test_the_policy_in_the_flexible_notation(self, caller: Caller):
        """Here of a connection with the legacy options."""
        assert begin(caller, token_of(caller)).json()["policy"] == {
            "complexity": {
                "min_length": 10,
                "character_types": ["lowercase", "uppercase", "number", "special"],
                "character_type_rule": "three_of_four",
                "identical_characters": "allow",
                "sequential_characters": "allow",
                "max_length_exceeded": "truncate",
            },
            "profile_data": {
                "active": True,
                "blocked_fields": [
                    "name", "username", "nickname", "user_metadata.name", "user_metadata.first", "user_metadata.last",
                    "email",
                ],
            },
            "history": {"active": True, "size": 3},
            "dictionary": {"active": False, "default": "en_10k"},
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("password", "words"),
        [("short", "PasswordStrengthError"), (PASSWORDS["alice@example.com"], "PasswordHistoryError"), ("x\n", "")],
    )
    def test_a_refused_one_can_be_followed_by_another(self, caller: Caller, password: str, words: str):
        token = token_of(caller)
        session = begin(caller, token).json()["auth_session"]
        body = problem(verify(caller, token, session, password), 400)
        assert body["detail"].startswith(words)
        assert body["validation_errors"][0]["field"] == "new_password"
        assert verify(caller, token, session).status_code == 201

    def test_once_and_for_ten_minutes(self, caller: Caller):
        token = token_of(caller)
        session = begin(caller, token).json()["auth_session"]
        assert verify(caller, token, session).status_code == 201
        problem(verify(caller, token, session, "Another-Lantern-88!"), 400)
        session = begin(caller, token).json()["auth_session"]
        caller.tenant.advance(600)
        problem(verify(caller, token, session, "Another-Lantern-88!"), 400)

    def test_somebody_elses_session(self, caller: Caller):
        session = begin(caller, token_of(caller)).json()["auth_session"]
        problem(verify(caller, token_of(caller, "bob@example.com"), session), 400)
        assert caller.sign_in_with().status_code == 200

    def test_a_linked_identity(self, caller: Caller):
        """Frank's main identity has no password; the one named has."""
        token = token_of(caller, "frank.adeyemi@example.org")
        problem(begin(caller, token), 400)
        begun = begin(caller, token, connection=DATABASE).json()
        done = verify(caller, token, begun["auth_session"]).json()
        assert done["identity_user_id"] == "auth0|64f0c0ffee0000000000f4a7"
        assert "last_password_reset" in caller.profile(FRANK)

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"type": "totp"}, 400),
            ({"type": None}, 400),
            ({"identity_user_id": "auth0|other"}, 400),
            ({"connection": "google-oauth2"}, 400),
            ({"nonsense": "x"}, 400),
        ],
    )
    def test_refused(self, caller: Caller, body: dict[str, Any], status: int):
        problem(begin(caller, token_of(caller), **body), status)

    def test_another_media_type(self, caller: Caller):
        problem(me(caller, "POST", token_of(caller), data={"type": "password"}), 415)


class TestWhoMay:
    """An application needs a client grant for it."""

    def test_without_a_client_grant_there_is_no_token(self, caller: Caller):
        caller.tenant.seed(seed())
        caller.plan(my_account_api=True)
        reply = caller.sign_in_with(audience=audience(caller), scope=SCOPE)
        assert (reply.status_code, reply.json()["error"]) == (403, "access_denied")

    def test_nor_where_the_api_is_not_activated(self, caller: Caller):
        token = token_of(caller)
        caller.plan(my_account_api=False)
        reply = caller.sign_in_with(audience=audience(caller), scope=SCOPE)
        assert "Service not found" in reply.json()["error_description"]
        assert begin(caller, token).status_code == 404

    def test_the_grant_limits_the_scopes(self, tenant: LocalTenant):
        caller = activated(tenant, scopes=(READ,))
        reply = caller.sign_in_with(audience=audience(caller), scope=SCOPE)
        assert reply.json()["scope"] == f"openid {READ}"
        problem(begin(caller, reply.json()["access_token"]), 403)

    def test_by_the_code_flow(self, caller: Caller, browser: Browser):
        params = {"audience": audience(caller), "scope": SCOPE}
        body = caller.exchange(caller.sign_in(browser, **params)["code"]).json()
        assert me(caller, "GET", body["access_token"]).status_code == 200

    def test_at_the_callback_without_a_grant(self, caller: Caller, browser: Browser):
        caller.tenant.seed(seed())
        caller.plan(my_account_api=True)
        browser.get(caller.authorize_url(audience=audience(caller)))
        assert "error=access_denied" in browser.page.url

    @pytest.mark.parametrize("kind", ["opaque", "machine", "junk", "none"])
    def test_other_tokens(self, caller: Caller, kind: str):
        tokens = {
            "opaque": lambda: caller.sign_in_with().json()["access_token"],
            "machine": lambda: caller.management_token,
            "junk": lambda: "junk",
            "none": lambda: "",
        }
        problem(me(caller, "GET", tokens[kind]()), 401)

    def test_an_expired_one(self, caller: Caller):
        token = token_of(caller)
        caller.tenant.advance(86_400)
        problem(me(caller, "GET", token), 401)

    def test_only_at_the_host_that_issued_it(self, caller: Caller):
        """The audience names it."""
        token = token_of(caller)
        steer(caller.tenant, "seed", {**seed(user_grants={"/me/": [READ]}), "custom_domain": "login.localhost"})
        caller.plan(my_account_api=True)
        url = f"http://127.0.0.1:{caller.tenant.port}/me/v1/authentication-methods"
        headers = {"Authorization": f"Bearer {token}"}
        assert requests.get(url, headers=headers, timeout=5).status_code == 200
        other = {**headers, "Host": f"login.localhost:{caller.tenant.port}"}
        assert requests.get(url, headers=other, timeout=5).status_code == 401

    def test_a_blocked_user(self, caller: Caller):
        token = token_of(caller)
        caller.api("PATCH", f"users/{ALICE}", json={"blocked": True})
        problem(me(caller, "GET", token), 401)


class TestMethods:
    def test_what_is_there(self, caller: Caller):
        shown = me(caller, "GET", token_of(caller, "dave@example.com")).json()["authentication_methods"]
        assert [item["type"] for item in shown] == ["password", "totp", "recovery-code"]
        assert me(caller, "GET", token_of(caller), f"/{shown[0]['id']}").status_code == 404, "somebody else's"
        token = token_of(caller, "dave@example.com")
        assert me(caller, "GET", token, f"/{shown[0]['id']}").json() == shown[0]
        only = me(caller, "GET", token, "?type=totp").json()["authentication_methods"]
        assert [item["type"] for item in only] == ["totp"]

    def test_who_has_no_password(self, caller: Caller, browser: Browser):
        browser.get(caller.authorize_url(audience=audience(caller), scope=SCOPE, connection="google-oauth2"))
        browser.submit("Carol Singh carol@example.com")
        code = dict(item.split("=") for item in browser.page.url.partition("?")[2].split("&"))["code"]
        token = caller.exchange(code).json()["access_token"]
        assert me(caller, "GET", token).json() == {"authentication_methods": []}
        problem(begin(caller, token), 400)


class TestDefaultPolicy:
    """A second factor within 15 minutes."""

    OFFLINE = f"{SCOPE} offline_access"

    @pytest.fixture
    def caller(self, tenant: LocalTenant) -> Caller:
        return activated(tenant, my_account_requires_2fa=True)

    def ask(self, caller: Caller, email: str) -> requests.Response:
        return caller.sign_in_with(email, audience=audience(caller), scope=self.OFFLINE)

    def test_asked_for_at_the_password_grant(self, caller: Caller):
        reply = self.ask(caller, "dave@example.com")
        assert reply.json()["error"] == "mfa_required"
        assert caller.pass_otp(reply.json()["mfa_token"]).status_code == 200
        assert caller.sign_in_with("dave@example.com").status_code == 200, "for nothing else"

    def test_and_again_after_fifteen_minutes(self, caller: Caller):
        token = caller.pass_otp(self.ask(caller, "dave@example.com").json()["mfa_token"]).json()["refresh_token"]
        caller.tenant.advance(890)
        assert caller.refresh(token).status_code == 200
        caller.tenant.advance(11)
        assert caller.refresh(token).json()["error"] == "mfa_required"

    def test_who_has_none_must_start_over(self, caller: Caller):
        token = self.ask(caller, "alice@example.com").json()["refresh_token"]
        caller.tenant.advance(890)
        assert caller.refresh(token).status_code == 200
        caller.tenant.advance(11)
        assert caller.refresh(token).json()["error"] == "unmet_authentication_requirements"

    def test_on_the_hosted_pages(self, caller: Caller, browser: Browser):
        caller.send(browser, "dave@example.com", audience=audience(caller), scope=SCOPE)
        assert "mfa-otp-challenge" in browser.page.url
        browser.submit("Continue", code=caller.otp())
        assert "code=" in browser.page.url

    def test_silently(self, caller: Caller, browser: Browser):
        wanted = {"audience": audience(caller), "scope": SCOPE, "prompt": "none"}
        caller.sign_in(browser)
        assert "code=" in browser.get(caller.authorize_url(**wanted)).url
        caller.tenant.advance(901)
        assert "error=unmet_authentication_requirements" in browser.get(caller.authorize_url(**wanted)).url
        assert "code=" in browser.get(caller.authorize_url(prompt="none")).url


@pytest.mark.parametrize(("after", "logged"), [("hosted", False), ("my_account", True)])
def test_what_follows_a_change_is_a_switch(caller: Caller, after: str, logged: bool):
    """It is not documented whether a log is written."""
    caller.plan(scp_after=[after])
    token = token_of(caller)
    assert verify(caller, token, begin(caller, token).json()["auth_session"]).status_code == 201
    assert ("scp" in caller.log_types()) == logged
