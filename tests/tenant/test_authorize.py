"""/authorize: who gets a code, who is asked, and what the ID token says about it."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.tenant import demo_seed
from tests.tenant.application import ALICE, BOB, CALLBACK, CAROL, LOGIN, Application, callback

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant


def test_discovery_names_the_address_it_was_asked_at(tenant: LocalTenant):
    document = requests.get(f"{tenant.base_url}/.well-known/openid-configuration", timeout=5).json()
    assert document["issuer"] == f"{tenant.base_url}/"
    assert document["code_challenge_methods_supported"] == ["S256"]
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
        assert document[name].startswith(tenant.base_url)


def test_sign_in_gives_an_id_token(app: Application, browser: Browser):
    answer = app.sign_in(browser)
    assert answer["state"] == "opaque-state"
    claims = app.claims(answer)
    assert claims["sub"] == ALICE
    assert claims["nonce"] == "once"
    assert claims["exp"] - claims["iat"] == 36_000
    assert claims["email"] == "alice@example.com"
    assert claims["email_verified"] is True
    assert claims["sid"]
    assert {"name", "nickname", "picture", "updated_at"} <= claims.keys()
    assert not [name for name in claims if "connection" in name or "strategy" in name]


def test_claims_follow_the_scope(app: Application, browser: Browser):
    claims = app.claims(app.sign_in(browser, scope="openid"))
    assert claims.keys() == {"iss", "aud", "sub", "iat", "exp", "sid", "nonce"}


def test_without_openid_there_is_no_id_token(app: Application, browser: Browser):
    reply = app.exchange(app.sign_in(browser, scope="profile")["code"])
    assert "id_token" not in reply.json()


def test_no_nonce_asked_none_given(app: Application, browser: Browser):
    assert "nonce" not in app.claims(app.sign_in(browser, nonce=None))


@pytest.mark.parametrize("params", [{"prompt": "login"}, {"max_age": 0}, {"max_age": 31_536_000}])
def test_auth_time_is_there_when_asked_for(app: Application, browser: Browser, params: dict[str, object]):
    claims = app.claims(app.sign_in(browser, **params))
    assert claims["iat"] - claims["auth_time"] in (0, 1)


def test_auth_time_is_absent_when_not_asked_for(app: Application, browser: Browser):
    assert "auth_time" not in app.claims(app.sign_in(browser))


def test_a_session_answers_silently_with_the_old_auth_time(app: Application, browser: Browser):
    first = app.claims(app.sign_in(browser, max_age=1_000))
    app.tenant.advance(500)
    browser.get(app.authorize_url(max_age=1_000))
    again = app.claims(callback(browser))
    assert again["auth_time"] == first["auth_time"]
    assert again["sid"] == first["sid"]
    assert again["iat"] - first["iat"] in (500, 501)


@pytest.mark.parametrize(
    "params", [{"prompt": "login"}, {"max_age": 0}, {"max_age": 400}, {"prompt": "select_account"}]
)
def test_a_session_is_not_enough(app: Application, browser: Browser, params: dict[str, object]):
    app.sign_in(browser)
    app.tenant.advance(500)
    browser.get(app.authorize_url(**params))
    assert browser.page.h1 == "Welcome"


def test_signing_in_again_keeps_the_session_and_renews_auth_time(app: Application, browser: Browser):
    first = app.claims(app.sign_in(browser, max_age=0))
    app.tenant.advance(60)
    again = app.claims(app.sign_in(browser, prompt="login"))
    assert again["sid"] == first["sid"]
    assert again["auth_time"] - first["auth_time"] in (60, 61)


def test_somebody_else_signing_in_replaces_the_session(app: Application, browser: Browser):
    first = app.claims(app.sign_in(browser))
    other = app.claims(app.sign_in(browser, "bob@example.com", prompt="login"))
    assert other["sub"] == BOB
    assert other["sid"] != first["sid"]
    browser.get(app.authorize_url(prompt="none"))
    assert app.claims(callback(browser))["sub"] == BOB


@pytest.mark.parametrize("seconds", [3 * 86_400, 8 * 86_400])
def test_sessions_end_by_themselves(app: Application, browser: Browser, seconds: int):
    app.sign_in(browser)
    app.tenant.advance(seconds)
    browser.get(app.authorize_url(prompt="none"))
    assert callback(browser)["error"] == "login_required"


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"prompt": "none"}, "login_required"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "whatever"}, "invalid_request"),
        ({"connection": "no-such"}, "invalid_request"),
    ],
)
def test_errors_go_to_the_callback_with_state(
    app: Application, browser: Browser, params: dict[str, object], error: str
):
    browser.get(app.authorize_url(**params))
    answer = callback(browser)
    assert answer["error"] == error
    assert answer["error_description"]
    assert answer["state"] == "opaque-state"


@pytest.mark.parametrize(
    "params",
    [
        {"client_id": "nobody"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/complete/auth0/"},
        {"redirect_uri": f"{CALLBACK}?next=/"},
    ],
)
def test_without_a_known_client_and_callback_nothing_is_redirected(
    app: Application, browser: Browser, params: dict[str, object]
):
    browser.get(app.authorize_url(**params))
    assert browser.page.status in (400, 403)
    assert urlsplit(browser.page.url).netloc == app.tenant.domain


def test_a_client_without_the_grant_is_told_so(tenant: LocalTenant, browser: Browser, app: Application):
    seed = demo_seed()
    seed["clients"][0]["grant_types"] = ["client_credentials"]
    tenant.seed(seed)
    browser.get(app.authorize_url())
    assert callback(browser)["error"] == "unauthorized_client"


def test_unknown_parameters_do_not_matter(app: Application, browser: Browser):
    answer = app.sign_in(browser, screen_hint="signup", ui_locales="de", **{"ext-colour": "blue"})
    assert answer["code"]


def test_login_hint_fills_in_the_address(app: Application, browser: Browser):
    browser.get(app.authorize_url(login_hint="a+b@example.com"))
    assert browser.page.forms[0].values["username"] == "a+b@example.com"


def test_google_stand_in(app: Application, browser: Browser):
    browser.get(app.authorize_url(max_age=0))
    browser.submit("Continue with Google (stand-in)")
    assert browser.page.h1 == "Google (stand-in)"
    browser.submit("Carol Singh carol@example.com")
    assert app.claims(callback(browser))["sub"] == CAROL


def test_a_named_social_connection_skips_the_login_page(app: Application, browser: Browser):
    browser.get(app.authorize_url(connection="google-oauth2"))
    assert browser.page.h1 == "Google (stand-in)"


def test_google_reauthenticates_without_asking_and_renews_auth_time(app: Application, browser: Browser):
    browser.get(app.authorize_url(connection="google-oauth2", max_age=0))
    browser.submit("Carol Singh carol@example.com")
    first = app.claims(callback(browser))
    app.tenant.advance(900)
    browser.get(app.authorize_url(connection="google-oauth2", prompt="login", max_age=0))
    again = app.claims(callback(browser))
    assert again["auth_time"] - first["auth_time"] in (900, 901)


def test_select_account_asks_google_again(app: Application, browser: Browser):
    browser.get(app.authorize_url(connection="google-oauth2"))
    browser.submit("Carol Singh carol@example.com")
    browser.get(app.authorize_url(connection="google-oauth2", prompt="select_account"))
    assert browser.page.h1 == "Google (stand-in)"


def test_a_named_database_offers_no_other_way(app: Application, browser: Browser):
    browser.get(app.authorize_url(connection="Username-Password-Authentication"))
    assert [form.button_texts for form in browser.page.forms] == [["Continue"]]


def test_a_session_of_another_connection_does_not_answer_for_the_named_one(app: Application, browser: Browser):
    app.sign_in(browser)
    browser.get(app.authorize_url(connection="google-oauth2"))
    assert browser.page.h1 == "Google (stand-in)"


def test_tokens_follow_the_clock(app: Application, browser: Browser):
    app.tenant.offset(-3_600)
    reply = requests.get(app.tenant.base_url, timeout=5)
    claims = app.claims(app.sign_in(browser, max_age=0))
    now = app.tenant.health()["now"]
    seconds = datetime.fromisoformat(now).timestamp()
    assert seconds - claims["iat"] < 5
    assert seconds - claims["auth_time"] < 5
    assert abs(parsedate_to_datetime(reply.headers["Date"]).timestamp() - seconds) < 5


def test_userinfo(app: Application, browser: Browser):
    token = app.exchange(app.sign_in(browser)["code"]).json()["access_token"]
    url = f"{app.tenant.base_url}/userinfo"
    reply = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)
    names = {"sub", "nickname", "name", "picture", "updated_at", "email", "email_verified"}
    assert reply.json().keys() == names
    assert requests.get(url, timeout=5).status_code == 401
    app.tenant.advance(86_400)
    late = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)
    assert (late.status_code, late.json()["error"]) == (401, "invalid_token")


def test_rotated_keys_verify_old_and_new_tokens(app: Application, browser: Browser):
    old = app.exchange(app.sign_in(browser)["code"]).json()["id_token"]
    app.tenant.rotate_keys()
    new = app.exchange(app.sign_in(browser, prompt="login")["code"]).json()["id_token"]
    assert app.verified(old)["sub"] == app.verified(new)["sub"] == ALICE
    assert old.split(".")[0] != new.split(".")[0]


def test_the_client_is_named(app: Application, browser: Browser):
    browser.get(app.authorize_url())
    assert "Sign in to Northwind Library" in browser.page.visible_text
    assert LOGIN[0] not in browser.page.visible_text
