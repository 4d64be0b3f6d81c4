"""Exchanges recorded at Auth0, asked again: same status, content type and keys. Each row is named by its recording.

`Test…` are cassettes of auth0/go-auth0, `Acc…` of auth0/terraform-provider-auth0; the delivered log is a capture in
elastic/integrations. Values in capitals are put in by the fixture `names`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.tenant.application import ALICE, BOB, DATABASE, LOGIN, MANAGEMENT, SITE, Application
from tests.tenant.pushes.pushing import Pushing
from tests.tenant.pushes.receiver import Receiver
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

JSON, PLAIN_JSON = "application/json; charset=utf-8", "application/json"
KINDS = (
    "users", "users_app_metadata", "connections", "sessions", "refresh_tokens", "log_streams", "logs", "organizations",
    "event_streams", "user_tickets", "client_grants", "tenant_settings",
)  # fmt: skip
SCOPES = [f"{verb}:{kind}" for kind in KINDS for verb in ("read", "create", "update", "delete")]
USER = {
    "created_at", "email", "email_verified", "identities", "name", "nickname", "picture", "updated_at", "user_id",
}  # fmt: skip
IDENTITY = {"profileData", "connection", "user_id", "provider", "isSocial"}
ERROR = {"statusCode", "error", "message", "errorCode"}
JOB = {"type", "status", "created_at", "id"}
BOOKS = "https://books.example/"
PASSWORD = "Curious-Lantern-9!"
SINK = {
    "httpContentFormat": "JSONLINES", "httpContentType": "application/json",
    "httpEndpoint": "http://127.0.0.1:9/logs", "httpAuthorization": "Bearer XXX",
}  # fmt: skip
FLEXIBLE = {
    "complexity": {"min_length": 10, "character_types": ["uppercase", "lowercase", "number"]},
    "profile_data": {"active": True, "blocked_fields": ["name", "username", "email"]},
    "history": {"active": True, "size": 3},
    "dictionary": {"active": True, "default": "en_100k"},
}
WEBHOOK = {"webhook_authorization": {"method": "bearer", "token": "T"}, "webhook_endpoint": "https://example.com/"}


@dataclass(frozen=True)
class Exchange:
    """``keys`` of the answer, or of the first of a list; none for a text, an empty set for {} and for nothing."""

    recording: str
    method: str
    path: str
    status: int
    keys: set[str] | None
    body: Any = None
    sent_as: str = "json"
    content_type: str = JSON
    files: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.recording


API = "api/v2"
FILE = {"users": ("users.json", '[{"email":"alice@example.com","email_verified":true}]', "application/json")}
LOGIN_FIELDS = {"client_id": LOGIN[0], "client_secret": LOGIN[1]}
SERVER_FIELDS = {"client_id": MANAGEMENT[0], "client_secret": MANAGEMENT[1]}
EXCHANGES = [
    Exchange(
        "TestDatabaseChangePassword", "POST", "dbconnections/change_password", 200, None,
        {"client_id": LOGIN[0], "email": "user@example.com", "connection": DATABASE},
        content_type="text/html; charset=utf-8",
    ),
    Exchange(
        "TestLoginWithAuthCode/Should_throw_for_an_invalid_code", "POST", "oauth/token", 403,
        {"error", "error_description"}, {**LOGIN_FIELDS, "code": "bad", "grant_type": "authorization_code"}, "data",
        PLAIN_JSON,
    ),
    Exchange(
        "TestLoginWithClientCredentials/Should_return_tokens", "POST", "oauth/token", 200,
        {"access_token", "expires_in", "token_type"},
        {**SERVER_FIELDS, "grant_type": "client_credentials", "audience": BOOKS}, "data", PLAIN_JSON,
    ),
    Exchange(
        "TestOAuthLoginWithPassword/Should_return_tokens", "POST", "oauth/token", 200,
        {"access_token", "expires_in", "scope", "token_type"},
        {**LOGIN_FIELDS, "grant_type": "password", "username": "alice@example.com", "password": "Quiet-Harbour-42!"},
        "data", PLAIN_JSON,
    ),
    Exchange(
        "TestTicketManager_ChangePassword", "POST", f"{API}/tickets/password-change", 201, {"ticket"},
        {"result_url": "https://example.com/change-password", "user_id": ALICE, "ttl_sec": 3600,
         "mark_email_as_verified": True, "includeEmailInRedirect": True},
    ),
    Exchange(
        "TestUserManager_Update", "PATCH", f"{API}/users/CREATED", 200,
        USER | {
            "blocked", "username", "given_name", "family_name", "user_metadata", "app_metadata", "last_password_reset",
        },
        {"connection": DATABASE, "password": "Another-Harbour-43!", "app_metadata": {"foo": "bar"}},
    ),
    Exchange(
        "TestUserManager_Create", "POST", f"{API}/users", 201, USER | {"username"},
        {"connection": DATABASE, "email": "u@example.com", "username": "u", "password": PASSWORD},
    ),
    Exchange(
        "TestUserManager_Search", "GET",
        f"{API}/users?include_totals=true&per_page=50&q=email%3A%22alice%40example.com%22&search_engine=v3", 200,
        {"start", "limit", "length", "users", "total"},
    ),
    Exchange(
        "TestUserManager_ListByEmail", "GET", f"{API}/users-by-email?email=alice%40example.com", 200,
        USER | {"last_password_reset"},
    ),
    Exchange(
        "TestUserManager_Link", "POST", f"{API}/users/{ALICE.replace('|', '%7C')}/identities", 201, IDENTITY,
        {"connection_id": "CONNECTION", "user_id": BOB, "provider": "auth0"},
    ),
    Exchange("AccUser, an unknown one", "GET", f"{API}/users/auth0%7Cnobody", 404, ERROR),
    Exchange("TestUserManager_DeleteUserSessions", "DELETE", f"{API}/users/{ALICE}/sessions", 202, set()),
    Exchange("TestUserManager_DeleteRefreshTokens", "DELETE", f"{API}/users/{ALICE}/refresh-tokens", 202, set()),
    Exchange("TestSessionManager_Delete", "DELETE", f"{API}/sessions/SESSION", 202, set()),
    Exchange("TestSessionManager_Revoke", "POST", f"{API}/sessions/SESSION/revoke", 202, set()),
    Exchange("TestUserManager_ListUserSessions", "GET", f"{API}/users/{BOB}/sessions?take=50", 200, {"sessions"}),
    Exchange("TestUserManager_BlocksByIdentifier", "GET", f"{API}/user-blocks?identifier=u", 200, {"blocked_for"}),
    Exchange(
        "TestJobManager_ImportUsers", "POST", f"{API}/jobs/users-imports", 202, JOB | {"connection_id", "connection"},
        {"connection_id": "CONNECTION", "upsert": "true", "external_id": "", "send_completion_email": "false"}, "data",
        files=FILE,
    ),
    Exchange(
        "TestJobManager_ImportUsers, done", "GET", f"{API}/jobs/JOB", 200,
        JOB | {"connection_id", "connection", "summary"},
    ),
    Exchange(
        "TestJobManager_ReadErrors", "GET", f"{API}/jobs/JOB/errors", 200, {"user", "errors"}, content_type=PLAIN_JSON,
    ),
    Exchange(
        "TestJobManager_ExportUsers", "POST", f"{API}/jobs/users-exports", 200,
        JOB | {"connection_id", "connection", "format", "limit", "fields"},
        {"connection_id": "CONNECTION", "format": "json", "limit": 5, "fields": [{"name": "email"}]},
    ),
    Exchange(
        "TestLogStreamManager_Create/HTTP", "POST", f"{API}/log-streams", 200,
        {"id", "name", "type", "status", "sink", "isPriority"}, {"name": "n", "type": "http", "sink": SINK},
    ),
    Exchange(
        "TestEventStreamManager_CreateTypeWebhook", "POST", f"{API}/event-streams", 201,
        {"id", "status", "name", "subscriptions", "created_at", "updated_at", "destination"},
        {"name": "n", "subscriptions": [{"event_type": "user.updated"}],
         "destination": {"type": "webhook", "configuration": WEBHOOK}},
    ),
    Exchange(
        "TestConnectionManager_PasswordOptions", "POST", f"{API}/connections", 201,
        {"id", "options", "strategy", "name", "is_domain_connection", "enabled_clients", "realms"},
        {"name": "Flexible", "strategy": "auth0", "options": {"password_options": FLEXIBLE}},
    ),
]  # fmt: skip


@pytest.fixture
def app(tenant: LocalTenant) -> Application:
    seed = seed_with_scopes(*SCOPES, requires_username=True)
    seed["clients"][0]["grant_types"].append("password")
    seed["resource_servers"] = [{"identifier": BOOKS, "name": "Books", "scopes": []}]
    tenant.seed(seed)
    app = Application(tenant)
    app.api("PATCH", "tenants/settings", json={"default_directory": DATABASE})
    grant = {"client_id": MANAGEMENT[0], "audience": BOOKS, "scope": []}
    assert app.api("POST", "client-grants", json=grant).status_code == 201
    return app


@dataclass
class Names:
    """What the tenant itself has named; made when a row wants it."""

    app: Application
    browser: Browser

    def fill_in(self, text: str) -> str:
        for name in ("CONNECTION", "CREATED", "SESSION", "JOB"):
            if name in text:
                text = text.replace(name, getattr(self, name.lower()))
        return text

    @cached_property
    def connection(self) -> str:
        return str(self.app.api("GET", f"connections?name={DATABASE}").json()[0]["id"])

    @cached_property
    def created(self) -> str:
        user = {"connection": DATABASE, "email": "u@example.com", "username": "u", "password": PASSWORD}
        told = {"blocked": False, "given_name": "Chuck", "family_name": "Sanchez", "user_metadata": {"seen": "today"}}
        return str(self.app.api("POST", "users", json=user | told).json()["user_id"])

    @cached_property
    def session(self) -> str:
        self.app.exchange(self.app.sign_in(self.browser)["code"])
        return str(self.app.api("GET", f"users/{ALICE}/sessions").json()["sessions"][0]["id"])

    @cached_property
    def job(self) -> str:
        """An import of somebody who is there already, done."""
        sent = {"connection_id": self.connection, "upsert": "false"}
        job = self.app.api("POST", "jobs/users-imports", data=sent, files=FILE).json()
        self.app.tenant.advance(2)
        return str(job["id"])


@pytest.fixture
def names(app: Application, browser: Browser) -> Names:
    return Names(app, browser)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=str)
def test_asked_again(app: Application, names: Names, exchange: Exchange):
    reply = asked(app, names, exchange)
    assert (reply.status_code, reply.headers["Content-Type"]) == (exchange.status, exchange.content_type), reply.text
    if exchange.keys is None:
        assert reply.text == "We've just sent you an email to reset your password."
    else:
        answer = reply.json()
        assert (answer[0] if isinstance(answer, list) else answer).keys() == exchange.keys


def asked(app: Application, names: Names, exchange: Exchange) -> requests.Response:
    body = exchange.body
    if body:
        body = {key: names.fill_in(value) if isinstance(value, str) else value for key, value in body.items()}
    headers = {"Authorization": f"Bearer {app.management_token}"} if exchange.path.startswith(API) else {}
    url = f"{app.tenant.base_url}/{names.fill_in(exchange.path)}"
    sent = {exchange.sent_as: body} if body else {}
    return requests.request(exchange.method, url, headers=headers, timeout=5, files=exchange.files or None, **sent)


def test_connection_manager_password_options_inside(app: Application):
    """TestConnectionManager_PasswordOptions: what was not sent is filled in."""
    body = {"name": "Flexible", "strategy": "auth0", "options": {"password_options": FLEXIBLE}}
    options = app.api("POST", "connections", json=body).json()["options"]["password_options"]
    assert {name: set(part) for name, part in options.items()} == {
        "complexity": {
            "character_type_rule", "identical_characters", "sequential_characters", "max_length_exceeded",
            "min_length", "character_types",
        },
        "profile_data": {"active", "blocked_fields"},
        "history": {"active", "size"},
        "dictionary": {"active", "custom", "default"},
    }  # fmt: skip


def test_event_stream_manager_create_type_webhook_inside(app: Application):
    """TestEventStreamManager_CreateTypeWebhook: the token does not come back."""
    destination = {"type": "webhook", "configuration": WEBHOOK}
    answer = app.api("POST", "event-streams", json={"subscriptions": [], "destination": destination}).json()
    shown = {**destination, "configuration": WEBHOOK | {"webhook_authorization": {"method": "bearer"}}}
    assert answer["destination"] == shown
    path = f"event-streams/{answer['id']}"
    assert app.api("GET", path).json() == answer
    assert app.api("PATCH", path, json={"status": "disabled"}).json()["status"] == "disabled"
    assert [one["id"] for one in app.api("GET", "event-streams").json()["eventStreams"]] == [answer["id"]]
    assert [app.api("DELETE", path).status_code for _time in range(2)] == [204, 404]


def test_log_manager_search(app: Application):
    """TestLogManager_Search: an ``sapi`` as the list shows it, here of a deleted organization."""
    made = app.api("POST", "organizations", json={"name": "short-lived"}).json()
    app.api("DELETE", f"organizations/{made['id']}")
    reply = app.api("GET", "logs?per_page=5&q=type%3A%22sapi%22")
    log = reply.json()[0]
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, JSON)
    assert log.keys() == {
        "_id", "log_id", "date", "type", "description", "connection", "connection_id", "organization_id",
        "organization_name", "client_id", "client_name", "ip", "hostname", "details", "user_id", "user_name",
        "user_agent", "audience", "strategy", "strategy_type", "isMobile", "location_info",
    }  # fmt: skip
    assert (log["type"], log["description"]) == ("sapi", "Delete organization")
    asked, answered = log["details"]["request"], log["details"]["response"]
    assert asked.keys() == {"auth", "body", "channel", "ip", "method", "path", "query", "userAgent"}
    assert asked["auth"].keys() == {"credentials", "strategy", "user"}
    assert (asked["method"], asked["path"]) == ("delete", f"/api/v2/organizations/{made['id']}")
    assert answered == {"body": {}, "statusCode": 204}


def test_user_behaviour_success(tenant: LocalTenant, browser: Browser):
    """elastic/integrations' test-user-behaviour-success.json: an ``sv`` as a stream delivers it.

    The captures since then have two keys more, ``tenant_name`` and ``hostname``.
    """
    pushing, receiver = Pushing.of(tenant), Receiver()
    server = receiver.start()
    pushing.stream(receiver.url)
    pushing.api("PATCH", f"users/{BOB}", json={"email_verified": False})
    ticket = pushing.api("POST", "tickets/email-verification", json={"user_id": BOB, "client_id": LOGIN[0]}).json()
    browser.get(ticket["ticket"])
    pushing.deliver()
    server.shutdown()
    server.server_close()
    lines = [line for post in receiver.received for line in post.lines]
    (record,) = [line for line in lines if line["data"]["type"] == "sv"]
    data = record["data"]
    assert record.keys() == {"log_id", "data"}
    assert data.keys() - {"tenant_name", "hostname"} == {
        "date", "type", "description", "connection", "connection_id", "client_id", "client_name", "ip", "user_agent",
        "details", "user_id", "user_name", "strategy", "strategy_type", "log_id",
    }  # fmt: skip
    assert data["details"].keys() == {"title", "email", "body", "query"}
    assert data["details"]["body"].keys() == {"ticket", "tenant"}
    assert data["details"]["query"].keys() == {
        "email", "user_id", "tenant", "client_id", "connection", "idp_user_id", "resultUrl", "includeEmailInRedirect",
    }  # fmt: skip
    assert SITE not in data["description"]
