"""The control interface: clock, faults of each kind, and a log without secrets."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import requests

from tests.support.tenant import LocalTenant
from tests.tenant.application import BOB, LOGIN, MANAGEMENT, VERIFIER, Application, change_password

if TYPE_CHECKING:
    from tests.support.browser import Browser

NO_NUMBERS = tuple(map('{{"advance_s": {}}}'.format, ("NaN", "Infinity", "-Infinity", "1e400")))
JWKS = "/.well-known/jwks.json"


def get(tenant: LocalTenant, path: str = JWKS, **kwargs: Any) -> requests.Response:
    return requests.get(tenant.base_url + path, timeout=kwargs.pop("timeout", 5), **kwargs)


def test_health_and_clock(tenant: LocalTenant):
    assert tenant.health().keys() == {"status", "now"}
    start = datetime.fromisoformat(tenant.health()["now"])
    later = datetime.fromisoformat(tenant.advance(100))
    assert 100 <= (later - start).total_seconds() < 105
    later = datetime.fromisoformat(tenant.advance(50))
    assert 150 <= (later - start).total_seconds() < 155
    back = datetime.fromisoformat(tenant.offset(-60))
    assert -60 <= (back - start).total_seconds() < -50


@pytest.mark.parametrize(
    "body",
    [
        *({}, [], None, {"advance_s": "1"}, {"advance_s": 1, "offset_s": 1}, {"advance_s": True}),
        *({"advance_s": 1e300}, {"offset_s": -(10**18)}, {"offset_s": 10**400}),
    ],
)
def test_clock_wants_one_number_near_now(tenant: LocalTenant, body: Any):
    assert_refused(post(tenant, "clock", body))
    assert tenant.health()["status"] == "ok"


@pytest.mark.parametrize("body", ["{", "{'a': 1}", "\udcff", "[" * 100_000, *NO_NUMBERS])
@pytest.mark.parametrize("path", ["clock", "plan", "rate_limits", "faults", "pushes", "seed", "deliver"])
def test_what_is_not_json(tenant: LocalTenant, path: str, body: str):
    sent = body.encode("utf-8", "surrogateescape")
    assert_refused(requests.post(f"{tenant.base_url}/_control/{path}", data=sent, timeout=5))


@pytest.mark.parametrize("path", ["plan", "rate_limits", "faults", "pushes", "seed"])
@pytest.mark.parametrize("body", [None, "x", 1, True, [1], {"colour": 1}], ids=str)
def test_what_is_no_such_object(tenant: LocalTenant, path: str, body: Any):
    assert_refused(post(tenant, path, body))


@pytest.mark.parametrize(
    "body",
    [
        *({"subscription": 1}, {"subscription": "gold"}, {"scp_after": "hosted"}, {"scp_after": ["x"]}),
        *({"scp_after": [[]]}, {"search_index_delay_s": -1}, {"log_indexing_delay_s": -0.5}, {"job_delay_s": True}),
        *({"action_deadline_s": 0}, {"logout_token_tries": 0}, {"my_account_api": 1}),
        {"challenge_password_reset_policy": None},
    ],
    ids=str,
)
def test_plans_that_cannot_be(tenant: LocalTenant, body: Any):
    assert_refused(post(tenant, "plan", body))


@pytest.mark.parametrize("body", [[], 1, "x", {"due_only": 1}, {"colour": 1}], ids=str)
def test_deliver_takes_one_switch_at_most(tenant: LocalTenant, body: Any):
    assert_refused(post(tenant, "deliver", body))


def test_reset_brings_the_beginning_back(app: Application, browser: Browser, tenant: LocalTenant):
    change_password(browser, app.ticket(), "Brand-New-Start-7!")
    tenant.advance(1_000)
    tenant.faults([{"status": 500, "times": -1}])
    tenant.reset()
    assert "last_password_reset" not in tenant.user("bob@example.com")
    assert tenant.requests() == []
    assert tenant.mails() == []
    assert get(tenant).status_code == 200


class TestFaults:
    def test_status_with_the_api_envelope_once(self, app: Application, tenant: LocalTenant):
        token = app.management_token
        assert tenant.faults([{"method": "GET", "path": r"^/api/v2/users/", "status": 429}]) != []
        reply = app.api("GET", f"users/{BOB}", token)
        assert reply.status_code == 429
        assert reply.json() == {
            "statusCode": 429,
            "error": "Too Many Requests",
            "message": "Global limit has been reached",
            "errorCode": "too_many_requests",
        }
        assert app.api("GET", f"users/{BOB}", token).status_code == 200

    def test_times_and_clearing(self, tenant: LocalTenant):
        tenant.faults([{"path": "jwks", "status": 503, "times": 2}])
        assert [get(tenant).status_code for _ in range(3)] == [503, 503, 200]
        tenant.faults([{"path": "jwks", "status": 503, "times": -1}])
        assert [get(tenant).status_code for _ in range(3)] == [503] * 3
        tenant.clear_faults()
        assert get(tenant).status_code == 200

    def test_method_and_path_decide(self, tenant: LocalTenant):
        tenant.faults([{"method": "POST", "path": "jwks", "status": 503}, {"path": "^/users$", "status": 503}])
        assert get(tenant).status_code == 200
        assert get(tenant, "/users").status_code == 503

    def test_body_content_type_and_headers(self, tenant: LocalTenant):
        fault = {"body": "<h1>gateway</h1>", "content_type": "text/html", "status": 502, "headers": {"X-Odd": "1"}}
        tenant.faults([fault])
        reply = get(tenant)
        assert (reply.status_code, reply.text) == (502, "<h1>gateway</h1>")
        assert (reply.headers["Content-Type"], reply.headers["X-Odd"]) == ("text/html", "1")
        tenant.faults([{"body": {"odd": True}}])
        assert get(tenant).json() == {"odd": True}

    def test_headers_alone_are_added_to_the_real_answer(self, tenant: LocalTenant):
        tenant.faults([{"headers": {"x-ratelimit-remaining": "0"}}])
        reply = get(tenant)
        assert reply.json()["keys"]
        assert reply.headers["x-ratelimit-remaining"] == "0"

    def test_delay(self, tenant: LocalTenant):
        tenant.faults([{"path": "jwks", "delay_s": 0.3}])
        with pytest.raises(requests.ReadTimeout):
            get(tenant, timeout=0.05)
        assert get(tenant).status_code == 200
        # The late one is written down when it is over; the next test's list must not get it.
        assert any(len(tenant.requests()) > 1 for _ in range(1_000))

    def test_truncate_keeps_the_announced_length(self, tenant: LocalTenant):
        for cut in (True, 10):
            tenant.faults([{"truncate": cut}])
            with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
                get(tenant)
        tenant.faults([{"truncate": 10}])
        reply = get(tenant, stream=True)
        assert int(reply.headers["Content-Length"]) > 100
        assert len(_rest(reply)) == 10

    @pytest.mark.parametrize(("after", "applied"), [(False, False), (True, True)])
    def test_drop_before_and_after_the_effect(
        self, app: Application, browser: Browser, tenant: LocalTenant, after: bool, applied: bool
    ):
        older, token = app.ticket(), app.management_token
        tenant.faults([{"path": "tickets", "drop": True, "after_apply": after}])
        with pytest.raises(requests.ConnectionError):
            app.api("POST", "tickets/password-change", token, json={"user_id": BOB})
        assert (browser.get(older).h1 == "Link expired") == applied
        assert [entry["status"] for entry in tenant.requests() if "tickets" in entry["path"]] == [201, None]

    def test_status_after_the_effect(self, app: Application, browser: Browser, tenant: LocalTenant):
        older, token = app.ticket(), app.management_token
        tenant.faults([{"path": "tickets", "status": 500, "after_apply": True}])
        assert app.api("POST", "tickets/password-change", token, json={"user_id": BOB}).status_code == 500
        assert browser.get(older).h1 == "Link expired"

    def test_control_itself_never_fails(self, tenant: LocalTenant):
        tenant.faults([{"drop": True, "times": -1}])
        assert tenant.health()["status"] == "ok"

    @pytest.mark.parametrize(
        "wanted",
        [
            *({}, [1], [{"colour": 1}], [{"path": "("}], [{"path": None}], [{"drop": "yes"}], [{"method": "get"}]),
            *([{"times": "x"}], [{"times": 0}], [{"times": -2}], [{"times": True}], [{"delay_s": -1}]),
            *([{"delay_s": True}], [{"status": True}], [{"status": 7}], [{"status": 100}], [{"status": 299}]),
            *([{"truncate": -1}], [{"content_type": "a\nb"}], [{"headers": {"a": 1}}], [{"headers": []}]),
            [{"headers": {"a": "b\r\nc: d"}}],
        ],
        ids=str,
    )
    def test_what_cannot_be_understood(self, tenant: LocalTenant, wanted: Any):
        assert_refused(post(tenant, "faults", wanted))
        assert get(tenant).status_code == 200

    def test_of_a_list_all_or_none(self, tenant: LocalTenant):
        assert_refused(post(tenant, "faults", [{"status": 500}, {"colour": 1}]))
        assert get(tenant).status_code == 200


class TestRequests:
    def test_what_is_kept(self, app: Application, tenant: LocalTenant):
        token = app.management_token
        tenant.clear_requests()
        app.api("GET", "users/auth0%7Cnobody?fields=email&fields=name", token)
        (entry,) = tenant.requests()
        assert entry.keys() == {"method", "path", "query", "headers", "body", "status", "at"}
        assert (entry["method"], entry["path"]) == ("GET", "/api/v2/users/auth0%7Cnobody")
        assert entry["query"] == {"fields": ["email", "name"]}
        assert (entry["status"], entry["body"]) == (404, None)

    def test_no_secret_is_kept(self, app: Application, browser: Browser, tenant: LocalTenant):
        answer = app.sign_in(browser)
        tokens = app.exchange(answer["code"]).json()
        management = app.management_token
        ticket = app.ticket(client_id=LOGIN[0])
        change_password(browser, ticket, "Brand-New-Start-7!")
        browser.get(app.authorize_url(id_token_hint=tokens["id_token"]))
        kept = json.dumps(tenant.requests())
        secrets = [
            LOGIN[1], MANAGEMENT[1], VERIFIER, answer["code"], management, *tokens["id_token"].split(".")[1:],
            "Quiet-Harbour-42!", "Brand-New-Start-7!", ticket.split("=")[1].rstrip("#"),
            browser.cookie(f"local_tenant_browser_{tenant.port}") or "",
        ]  # fmt: skip
        assert not [secret for secret in secrets if secret in kept]
        assert kept.count("***") > 10
        assert "grant_type" in kept
        assert "authorization_code" in kept

    def test_secrets_inside_addresses_are_masked_too(self, tenant: LocalTenant):
        referer = f"{tenant.base_url}/u/reset-verify?ticket=abc123&x=1#"
        get(tenant, headers={"Referer": referer})
        (entry,) = tenant.requests()
        assert entry["headers"]["referer"] == referer.replace("abc123", "***")

    def test_control_calls_are_not_kept(self, tenant: LocalTenant):
        tenant.health()
        assert tenant.requests() == []


def test_web_pages_cannot_steer_the_tenant(tenant: LocalTenant):
    headers = {"Origin": "http://localhost:8000"}
    assert requests.post(f"{tenant.base_url}/_control/reset", headers=headers, timeout=5).status_code == 403


def test_unknown_control_paths_and_methods(tenant: LocalTenant):
    assert get(tenant, "/_control/nothing").status_code == 404
    assert get(tenant, "/_control/reset").status_code == 405


def post(tenant: LocalTenant, path: str, body: Any) -> requests.Response:
    return requests.post(f"{tenant.base_url}/_control/{path}", json=body, timeout=5)


def assert_refused(reply: requests.Response) -> None:
    """With words for whoever asked."""
    assert reply.status_code == 400, reply.text
    assert " " in reply.json()["error"]


def _rest(reply: requests.Response) -> bytes:
    """What arrived of a body that breaks off."""
    got = b""
    while byte := reply.raw._fp.read(1):
        got += byte
    return got


class TestMailsOfTheSite:
    """The demonstration's own mails lie in the same inbox."""

    MAIL: ClassVar = {
        "to": "alice@example.com",
        "subject": "Hello",
        "text": "See http://localhost:8000/a?b=1 now",
        "html": "",
    }

    def test_they_are_there_with_their_links(self, tenant: LocalTenant):
        assert post(tenant, "mails", self.MAIL).status_code == 200
        [mail] = tenant.mails()
        assert mail["links"] == ["http://localhost:8000/a?b=1"]
        assert "Hello" in get(tenant, "/inbox").text

    @pytest.mark.parametrize("body", [None, [], {}, {**MAIL, "to": 5}, {**MAIL, "cc": "x"}, {"to": "a@b.example"}])
    def test_anything_else_is_refused(self, tenant: LocalTenant, body: Any):
        answer = post(tenant, "mails", body)
        assert answer.status_code == 400
        assert "send the texts to, subject, text, html" in answer.json()["error"]
        assert tenant.mails() == []
