"""The Management API's buckets: on every answer what is left, by the tenant's clock."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.support.browser import Browser
from tests.tenant.application import BOB, SITE, Application
from tests.tenant.steering import steer

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

PEOPLE = ("alice@example.com", "bob@example.com")
HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
FREE = {"management": {"burst": 2, "per_minute": 120}}


def now(tenant: LocalTenant) -> float:
    return datetime.fromisoformat(tenant.health()["now"]).timestamp()


@pytest.mark.parametrize(
    ("method", "path", "token", "status"),
    [
        ("GET", f"users/{BOB}", None, 200),
        ("GET", "users/auth0%7Cnobody", None, 404),
        ("GET", "nothing", None, 404),
        ("GET", f"users/{BOB}", "junk", 401),
        ("POST", "tickets/password-change", None, 400),
        ("DELETE", f"users/{BOB}", None, 403),
    ],
)
def test_on_every_answer(app: Application, method: str, path: str, token: str | None, status: int):
    reply = app.api(method, path, token, json={})
    assert reply.status_code == status
    assert all(int(reply.headers[name]) > 0 for name in HEADERS)


def test_elsewhere_there_are_none(tenant: LocalTenant):
    reply = requests.get(f"{tenant.base_url}/.well-known/jwks.json", timeout=5)
    assert not set(HEADERS) & {name.lower() for name in reply.headers}


def test_a_refusal_says_when_and_the_clock_lets_through(app: Application, tenant: LocalTenant):
    token = app.management_token
    steer(tenant, "rate_limits", {"management": {"burst": 1, "per_minute": 0.1}})
    assert app.api("GET", f"users/{BOB}", token).headers["x-ratelimit-remaining"] == "0"
    refused = app.api("GET", f"users/{BOB}", token)
    assert refused.status_code == 429
    assert refused.json() == {
        "statusCode": 429,
        "error": "Too Many Requests",
        "message": "Global limit has been reached",
        "errorCode": "too_many_requests",
    }
    assert "Retry-After" not in refused.headers
    wait = int(refused.headers["x-ratelimit-reset"]) - now(tenant)
    assert 590 < wait <= 601
    tenant.advance(wait - 5)
    assert app.api("GET", f"users/{BOB}", token).status_code == 429
    tenant.advance(5)
    assert app.api("GET", f"users/{BOB}", token).status_code == 200
    assert app.api("GET", f"users/{BOB}", token).status_code == 429


def test_a_clock_put_back_takes_nothing_away(app: Application, tenant: LocalTenant):
    token = app.management_token
    steer(tenant, "rate_limits", {"management": {"burst": 2, "per_minute": 0.1}})
    left = [app.api("GET", "connections", token).headers["x-ratelimit-remaining"]]
    tenant.offset(-3_600)
    left.append(app.api("GET", "connections", token).headers["x-ratelimit-remaining"])
    assert left == ["1", "0"]


def test_a_refusal_comes_before_the_token_is_looked_at(app: Application, tenant: LocalTenant):
    steer(tenant, "rate_limits", {"management": {"burst": 1, "per_minute": 0.1}})
    assert [app.api("GET", "users/x", "junk").status_code for _ in range(2)] == [401, 429]


@pytest.mark.parametrize(
    ("bucket", "method", "path", "other"),
    [
        ("read_users", "GET", f"users/{BOB}", "connections"),
        ("read_users", "GET", "users-by-email?email=a@b.c", "connections"),
        ("write_users", "PATCH", f"users/{BOB}", f"users/{BOB}"),
        ("delete_users", "DELETE", f"users/{BOB}", f"users/{BOB}"),
        ("read_connections", "GET", "connections", f"users/{BOB}"),
        ("read_logs", "GET", "logs", "connections"),
        ("other", "POST", "tickets/password-change", "connections"),
    ],
)
def test_groups_have_buckets_of_their_own(
    app: Application, tenant: LocalTenant, bucket: str, method: str, path: str, other: str
):
    token = app.management_token
    steer(tenant, "rate_limits", {bucket: {"burst": 1, "per_minute": 0.1}})
    first, second = (app.api(method, path, token, json={}) for _ in range(2))
    assert (first.headers["x-ratelimit-limit"], first.headers["x-ratelimit-remaining"]) == ("1", "0")
    assert (first.status_code == 429, second.status_code) == (False, 429)
    assert app.api("GET", other, token).status_code == 200


def test_limits_are_shown_taken_away_and_reset(app: Application, tenant: LocalTenant):
    shown = steer(tenant, "rate_limits", {**FREE, "change_password": None}).json()
    assert shown["management"] == {"burst": 2, "per_minute": 120}
    assert shown["change_password"] is None
    assert steer(tenant, "rate_limits", {"management": None}).json()["management"] is None
    assert "x-ratelimit-limit" not in app.api("GET", f"users/{BOB}").headers
    tenant.reset()
    assert steer(tenant, "rate_limits", {}).json()["change_password"] == {"burst": 10, "per_minute": 1}


@pytest.mark.parametrize(
    "wanted",
    [
        [],
        {"colour": None},
        {"management": 1},
        {"management": {"burst": 1}},
        {"management": {"burst": 0, "per_minute": 1}},
        {"management": {"burst": 1, "per_minute": 0}},
        {"management": {"burst": True, "per_minute": 1}},
        {"plan": []},
        {"plan": "gold"},
    ],
)
def test_limits_that_cannot_be_understood(tenant: LocalTenant, wanted: Any):
    assert steer(tenant, "rate_limits", wanted).status_code == 400


class TestPlan:
    def test_what_is_not_named_stays(self, tenant: LocalTenant):
        steer(tenant, "plan", {"patch_voids_links": True})
        plan = steer(tenant, "plan", {"default_custom_domain": True}).json()
        assert (plan["patch_voids_links"], plan["default_custom_domain"]) == (True, True)
        tenant.reset()
        assert steer(tenant, "plan", {}).json()["patch_voids_links"] is False

    @pytest.mark.parametrize(
        "wanted",
        [[], {"colour": 1}, {"patch_voids_links": 1}, {"challenge_password_reset_policy": "sometimes"}],
    )
    def test_what_cannot_be_understood(self, tenant: LocalTenant, wanted: Any):
        assert steer(tenant, "plan", wanted).status_code == 400


class TestPlans:
    """What Auth0 documents for each subscription."""

    def test_a_free_tenant(self, app: Application, tenant: LocalTenant):
        token = app.management_token
        limits = steer(tenant, "rate_limits", {"plan": "free"}).json()
        assert limits["management"] == {"burst": 2, "per_minute": 120}
        assert limits["read_users"] is None
        assert [app.api("GET", f"users/{BOB}", token).status_code for _ in range(3)] == [200, 200, 429]
        tenant.advance(0.5)
        assert app.api("GET", f"users/{BOB}", token).status_code == 200

    @pytest.mark.parametrize(
        ("plan", "path", "burst"),
        [
            ("self_service", f"users/{BOB}", 40),
            ("self_service", "connections", 5),
            ("self_service", "logs", 10),
            ("self_service", "email-templates/verify_email", 10),
            ("self_service", "clients", 10),
            ("enterprise", f"users/{BOB}", 50),
            ("enterprise", "email-templates/verify_email", 15),
            ("enterprise_non_production", f"users/{BOB}", 10),
        ],
    )
    def test_what_a_group_has(self, app: Application, tenant: LocalTenant, plan: str, path: str, burst: int):
        token = app.management_token
        steer(tenant, "rate_limits", {"plan": plan})
        headers = app.api("GET", path, token).headers
        assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == (str(burst), str(burst - 1))

    def test_one_of_its_limits_may_be_another(self, tenant: LocalTenant):
        wanted = {"plan": "free", "management": {"burst": 7, "per_minute": 60}}
        limits = steer(tenant, "rate_limits", wanted).json()
        assert (limits["management"]["burst"], limits["token"]["burst"]) == (7, 30)
        assert limits["change_password"] == {"burst": 10, "per_minute": 1}

    def test_unknown_plans(self, tenant: LocalTenant):
        assert steer(tenant, "rate_limits", {"plan": "gold"}).status_code == 400


class TestAuthenticationApi:
    def test_the_token_endpoint(self, app: Application, tenant: LocalTenant):
        steer(tenant, "rate_limits", {"token": {"burst": 1, "per_minute": 60}})
        replies = [app.token(grant_type="client_credentials") for _ in range(2)]
        assert [reply.status_code for reply in replies] == [401, 429]
        assert replies[1].json() == {
            "error": "too_many_requests",
            "error_description": "Global limit has been reached",
        }
        assert set(HEADERS) <= {name.lower() for name in replies[1].headers}

    def test_the_whole_of_it(self, tenant: LocalTenant):
        steer(tenant, "rate_limits", {"authentication": {"burst": 1, "per_minute": 60}})
        urls = [f"{tenant.base_url}/{path}" for path in (".well-known/jwks.json", "userinfo", "inbox")]
        assert [requests.get(url, timeout=5).status_code for url in urls] == [200, 429, 200]

    def test_userinfo_counts_each_user(self, app: Application, tenant: LocalTenant):
        steer(tenant, "rate_limits", {"userinfo": {"burst": 1, "per_minute": 5}})
        tokens = [app.exchange(app.sign_in(Browser(stop_at=SITE), email)["code"]).json() for email in PEOPLE]
        url = f"{tenant.base_url}/userinfo"
        headers = [{"Authorization": f"Bearer {token['access_token']}"} for token in tokens]
        asked = (*headers, headers[0])
        assert [requests.get(url, headers=one, timeout=5).status_code for one in asked] == [200, 200, 429]
