"""Bodies that nothing may stumble over: each is answered as one that is no JSON, and is in the log of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from tests.tenant.application import BOB, Application
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

BODIES = {
    "far too deep": b"[" * 100_000,
    "too deep": b'{"name": ' + b"[" * 600 + b"]" * 600 + b"}",
    "not a number": b'{"name": NaN}',
    "endless": b'{"name": 1e400}',
    "half a character": b'{"name": "\\ud83d"}',
    "half a character in a key": b'{"\\ud83d": 1}',
    "no UTF-8": b"\xff\xff",
    "broken off": b'{"name": ',
}
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
class TestBodies:
    @pytest.mark.parametrize("path", ["/oauth/token", "/dbconnections/signup", "/dbconnections/change_password"])
    def test_of_the_authentication_api(self, tenant: LocalTenant, path: str, body: bytes):
        reply = requests.post(tenant.base_url + path, data=body, headers=JSON, timeout=5)
        assert reply.status_code == 400
        assert path != "/oauth/token" or reply.json()["error"] == "invalid_request"
        assert tenant.requests()[-1]["status"] == 400

    def test_of_the_management_api(self, tenant: LocalTenant, body: bytes):
        tenant.seed(seed_with_scopes("update:users"))
        reply = Application(tenant).api("PATCH", f"users/{BOB}", data=body)
        assert (reply.status_code, reply.json()["errorCode"]) == (400, "invalid_body")
        assert tenant.user("bob@example.com")["name"] == "Bob Miller"
        assert tenant.requests()[-1]["status"] == 400

    def test_of_pages(self, tenant: LocalTenant, body: bytes):
        reply = requests.post(f"{tenant.base_url}/u/login?state=x", data=body, headers=JSON, timeout=5)
        assert reply.status_code == 400
        assert tenant.requests()[-1]["path"] == "/u/login"


def test_what_is_deep_and_reasonable_is_kept(app: Application, tenant: LocalTenant):
    value: object = 1
    for _level in range(40):
        value = {"a": value}
    tenant.seed(seed_with_scopes("update:users", "update:users_app_metadata"))
    assert app.api("PATCH", f"users/{BOB}", json={"app_metadata": {"deep": value}}).status_code == 200
    assert tenant.user("bob@example.com")["app_metadata"]["deep"] == value
