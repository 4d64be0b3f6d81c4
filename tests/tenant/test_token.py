"""/oauth/token: the recorded answers, PKCE, codes that work once."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.support.tenant import demo_seed
from tests.tenant.application import CALLBACK, LOGIN, MANAGEMENT, VERIFIER, Application

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant


def test_bad_code_as_recorded(app: Application):
    reply = app.token(grant_type="authorization_code", client_id=LOGIN[0], client_secret=LOGIN[1], code="bad")
    assert reply.status_code == 403
    assert reply.headers["Content-Type"].startswith("application/json")
    assert reply.json() == {"error": "invalid_grant", "error_description": "Invalid authorization code"}


def test_client_credentials_as_recorded(app: Application):
    reply = app.token(**_machine(app))
    assert reply.status_code == 200
    assert reply.headers["Content-Type"].startswith("application/json")
    body = reply.json()
    assert body.keys() == {"access_token", "expires_in", "token_type", "scope"}
    assert (body["expires_in"], body["token_type"]) == (86_400, "Bearer")
    scopes = next(client["scopes"] for client in demo_seed()["clients"] if "scopes" in client)
    assert body["scope"] == " ".join(scopes)


def test_without_scopes_the_answer_has_the_recorded_keys(app: Application, tenant: LocalTenant):
    seed = demo_seed()
    seed["clients"][1]["scopes"] = []
    tenant.seed(seed)
    assert app.token(**_machine(app)).json().keys() == {"access_token", "expires_in", "token_type"}


def test_json_bodies_with_nulls_are_taken(app: Application):
    body = {**_machine(app), "organization": None}
    reply = requests.post(f"{app.tenant.base_url}/oauth/token", json=body, timeout=5)
    assert reply.status_code == 200


@pytest.mark.parametrize("body", ["{", "[]"])
def test_json_that_is_no_object(tenant: LocalTenant, body: str):
    headers = {"Content-Type": "application/json"}
    reply = requests.post(f"{tenant.base_url}/oauth/token", data=body, headers=headers, timeout=5)
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_request")


def test_a_code_works_once(app: Application, browser: Browser):
    code = app.sign_in(browser)["code"]
    assert app.exchange(code).status_code == 200
    again = app.exchange(code)
    assert (again.status_code, again.json()["error"]) == (403, "invalid_grant")


def test_a_code_lasts_a_minute(app: Application, browser: Browser):
    code = app.sign_in(browser)["code"]
    app.tenant.advance(60)
    assert app.exchange(code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("verifier", ["another-verifier-that-is-long-enough-0123456789", None])
def test_pkce(app: Application, browser: Browser, verifier: str | None):
    reply = _exchange(app, app.sign_in(browser)["code"], code_verifier=verifier)
    assert reply.status_code == 403
    assert reply.json() == {"error": "invalid_grant", "error_description": "Failed to verify code verifier"}


def test_pkce_is_optional_but_not_to_be_mixed_up(app: Application, browser: Browser):
    plain = {"code_challenge": None, "code_challenge_method": None}
    assert _exchange(app, app.sign_in(browser, **plain)["code"], code_verifier=None).status_code == 200
    code = app.sign_in(browser, prompt="login", **plain)["code"]
    assert _exchange(app, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("redirect_uri", [None, f"{CALLBACK}?x=1"])
def test_the_redirect_uri_must_be_the_same(app: Application, browser: Browser, redirect_uri: str | None):
    reply = _exchange(app, app.sign_in(browser)["code"], redirect_uri=redirect_uri)
    assert (reply.status_code, reply.json()["error"]) == (403, "unauthorized_client")


def test_a_code_of_another_client_is_unknown(app: Application, browser: Browser, tenant: LocalTenant):
    seed = demo_seed()
    seed["clients"].append({**seed["clients"][0], "client_id": "other", "client_secret": "local-only-other"})
    tenant.seed(seed)
    code = app.sign_in(browser)["code"]
    assert _exchange(app, code, client_id="other", client_secret="local-only-other").status_code == 403
    assert app.exchange(code).status_code == 200


@pytest.mark.parametrize("change", [{"client_secret": "wrong"}, {"client_id": "nobody"}, {"client_secret": None}])
def test_client_authentication(app: Application, change: dict[str, Any]):
    reply = app.token(**{**_machine(app), **change})
    assert reply.status_code == 401
    assert reply.json() == {"error": "access_denied", "error_description": "Unauthorized"}


def test_client_secret_basic(app: Application):
    body = {name: value for name, value in _machine(app).items() if not name.startswith("client_")}
    url = f"{app.tenant.base_url}/oauth/token"
    assert requests.post(url, data=body, auth=MANAGEMENT, timeout=5).status_code == 200
    assert requests.post(url, data=body, auth=(MANAGEMENT[0], "wrong"), timeout=5).status_code == 401
    junk = {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe").decode()}
    assert requests.post(url, data=body, headers=junk, timeout=5).status_code == 401


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"grant_type": None}, 400, "invalid_request"),
        ({"grant_type": "telepathy"}, 403, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 403, "unauthorized_client"),
        ({"audience": None}, 403, "access_denied"),
        ({"audience": "https://api.example/"}, 403, "access_denied"),
    ],
)
def test_refused_grants(app: Application, change: dict[str, Any], status: int, error: str):
    reply = app.token(**{**_machine(app), **change})
    assert (reply.status_code, reply.json()["error"]) == (status, error)


def test_scope_narrows(app: Application):
    body = app.token(**_machine(app), scope="read:users delete:users").json()
    assert body["scope"] == "read:users"


def _machine(app: Application) -> dict[str, Any]:
    return {
        "grant_type": "client_credentials",
        "client_id": MANAGEMENT[0],
        "client_secret": MANAGEMENT[1],
        "audience": f"{app.tenant.base_url}/api/v2/",
    }


def _exchange(app: Application, code: str, **change: Any) -> requests.Response:
    body = {
        "grant_type": "authorization_code",
        "client_id": LOGIN[0],
        "client_secret": LOGIN[1],
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return app.token(**{**body, **change})
