"""The Management API as those use it who set up a tenant: JSON in and out, every page, and Auth0's reasons."""

from __future__ import annotations

import itertools
import json
import time

import pytest

from auth0_password.exceptions import (
    GatewayUnavailableError,
    SetUpRefusedError,
    ThrottledError,
    UnexpectedAnswerError,
    UnknownOutcomeError,
)
from auth0_password.gateway.tenant_api import MOST_PAGES, PER_PAGE, TenantApi
from tests.gateway.wire import SECRET, TOKEN, TOKEN_PATH, Answer, answer

ACTIONS = "GET /api/v2/actions/actions"


class Sleep(list):
    """Notes how long somebody wanted to sleep, and goes on."""

    def __call__(self, seconds):
        self.append(seconds)


@pytest.fixture
def slept():
    return Sleep()


@pytest.fixture
def api(wire, slept):
    wire.script[f"POST {TOKEN_PATH}"] = answer(200, {**TOKEN, "scope": "read:actions update:actions"})
    return TenantApi("deploy", "a-secret", sleep=slept)


def test_it_asks_with_a_token_of_its_own_client(api, wire):
    wire.script["GET /api/v2/clients/abc"] = answer(200, {"client_id": "abc", "name": "Site"})
    assert api.get("clients/abc", fields="name", include_fields=True)["name"] == "Site"
    [token, call] = wire.bodies
    assert b"client_id=deploy" in token[1]
    assert call[0] == "GET /api/v2/clients/abc?fields=name&include_fields=true"
    assert TOKEN["access_token"].encode() in call[1]


def test_what_the_client_may_do_is_what_the_answer_says(api):
    assert api.scopes == {"read:actions", "update:actions"}
    assert SECRET not in repr(api)


def test_a_list_has_every_page(api, wire):
    pages = itertools.chain([PER_PAGE, PER_PAGE, 3], itertools.repeat(0))
    wire.script[ACTIONS] = lambda: answer(200, {"actions": [{"id": number} for number in range(next(pages))]})
    assert len(api.list("actions/actions", "actions")) == 2 * PER_PAGE + 3
    assert [asked for asked in wire.asked if "actions" in asked] == [
        f"{ACTIONS}?page={page}&per_page={PER_PAGE}" for page in range(3)
    ]


def test_a_list_may_be_bare(api, wire):
    wire.script["GET /api/v2/flows"] = answer(200, [{"id": "af_1"}])
    assert api.list("flows", "flows") == [{"id": "af_1"}]


def test_a_list_that_never_ends_is_given_up(api, wire):
    wire.script[ACTIONS] = answer(200, {"actions": [{}] * PER_PAGE})
    with pytest.raises(UnexpectedAnswerError, match="without an end"):
        api.list("actions/actions", "actions")
    assert wire.count(ACTIONS) == MOST_PAGES


def test_what_is_no_list_is_not_taken_for_an_empty_one(api, wire):
    wire.script[ACTIONS] = answer(200, {"items": []})
    with pytest.raises(UnexpectedAnswerError, match="no list"):
        api.list("actions/actions", "actions")


def test_a_refusal_says_why(api, wire):
    reason = "Insufficient scope, expected: create:actions."
    envelope = {"statusCode": 403, "error": "Forbidden", "message": reason, "errorCode": "insufficient_scope"}
    wire.script["POST /api/v2/actions/actions"] = answer(403, envelope)
    with pytest.raises(SetUpRefusedError, match="create:actions") as caught:
        api.post("actions/actions", {"name": "auth0-password post-login"})
    assert (caught.value.status, caught.value.said, caught.value.code) == (403, reason, "insufficient_scope")


def test_a_refusal_never_repeats_what_was_sent(api, wire):
    message = f"Payload validation error: '{SECRET}' on property sink.httpAuthorization\n"
    wire.script["POST /api/v2/log-streams"] = answer(400, {"statusCode": 400, "message": message})
    with pytest.raises(SetUpRefusedError) as caught:
        api.post("log-streams", {"sinks": [{"httpAuthorization": SECRET}]})
    assert SECRET not in str(caught.value)
    assert caught.value.said == "Payload validation error: '…' on property sink.httpAuthorization "


@pytest.mark.parametrize("body", ["<html>", "[]", '"no"', '{"message": {"a": 1}}', ""])
def test_a_refusal_in_other_words_is_still_one(api, wire, body):
    wire.script["GET /api/v2/forms"] = answer(404, body)
    with pytest.raises(SetUpRefusedError) as caught:
        api.get("forms/ap_1")
    assert caught.value.status == 404


def test_too_many_calls_are_waited_out(api, wire, slept):
    later = str(int(time.time()) + 3)
    limited = answer(429, {}, x_ratelimit_limit="2", x_ratelimit_remaining="0", x_ratelimit_reset=later)
    answers = iter([limited, answer(201, {"id": "1"})])
    wire.script["POST /api/v2/forms"] = lambda: next(answers)
    assert api.post("forms", {"name": "x"}) == {"id": "1"}
    assert len(slept) == 1
    assert 1 < slept[0] <= 4


def test_but_not_for_ever(api, wire, slept):
    wire.script["POST /api/v2/forms"] = answer(429, {}, retry_after="3600")
    with pytest.raises(ThrottledError):
        api.post("forms", {"name": "x"})
    assert slept == []


@pytest.mark.parametrize(("told", "error"), [(answer(503, {}), UnknownOutcomeError), (Answer(), UnknownOutcomeError)])
def test_whether_a_change_happened_may_not_be_known(api, wire, told, error):
    wire.script["PATCH /api/v2/clients/abc"] = told
    with pytest.raises(error):
        api.patch("clients/abc", {"name": "x"})


def test_a_tenant_that_is_down_is_no_refusal(api, wire):
    wire.script[ACTIONS] = answer(503, {})
    with pytest.raises(GatewayUnavailableError):
        api.get("actions/actions")


def test_no_content_is_none(api, wire):
    wire.script["DELETE /api/v2/forms/ap_1"] = Answer(b"HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n")
    api.delete("forms/ap_1", force=True)
    assert wire.asked[-1] == "DELETE /api/v2/forms/ap_1?force=true"


def test_a_body_goes_as_it_is(api, wire):
    wire.script["PUT /api/v2/email-templates/reset_email"] = answer(200, {})
    api.put("email-templates/reset_email", {"subject": "Neues Paßwort", "enabled": True})
    sent = wire.bodies[-1][1].rpartition(b"\n")[2]
    assert json.loads(sent) == {"subject": "Neues Paßwort", "enabled": True}
