"""Asking Auth0 for the mail with a link: what is sent, and what its answers tell (which is little)."""

from __future__ import annotations

import json

import pytest

from auth0_password import exceptions
from tests.gateway.wire import MAIL_PATH, SECRET, answer

PATH = f"POST {MAIL_PATH}"


def ask(gateway, **more):
    return gateway.send_change_email("bob@example.com", connection="Username-Password-Authentication", **more)


def sent(wire):
    """The body of the last request, as JSON."""
    return json.loads(wire.bodies[-1][1].rpartition(b"\n")[2])


def test_it_needs_no_token(wire, gateway):
    ask(gateway)
    assert wire.asked == [PATH]
    assert b"authorization" not in wire.bodies[-1][1].lower()
    assert sent(wire) == {
        "client_id": "demo-login-client",
        "connection": "Username-Password-Authentication",
        "email": "bob@example.com",
    }


def test_an_organization_goes_along(wire, gateway):
    ask(gateway, organization="org_1")
    assert sent(wire)["organization"] == "org_1"


@pytest.mark.parametrize(
    "body",
    [
        "We've just sent you an email to reset your password.",
        '"We have just sent you an email"',
        "Wir haben Ihnen gerade eine E-Mail geschickt.",
        "パスワードをリセットするためのメールを送信しました。",
    ],
)
def test_any_sentence_will_do(wire, gateway, body):
    wire.script[PATH] = answer(200, body, Content_Type="text/html; charset=utf-8")
    assert ask(gateway).retry_at is None


def test_an_unknown_address_looks_like_any_other(wire, gateway):
    wire.script[PATH] = answer(404, {"error": "User not found"})
    assert ask(gateway).retry_at is None


@pytest.mark.parametrize("status", [400, 401, 403, 429])
@pytest.mark.parametrize("key", ["error", "code"])
def test_bot_detection(wire, gateway, status, key):
    wire.script[PATH] = answer(status, {key: "requires_verification", "error_description": SECRET})
    with pytest.raises(exceptions.VerificationRequiredError) as caught:
        ask(gateway)
    assert caught.value.status == status
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        {"error": "password is not allowed"},
        {"error": "invalid_request", "error_description": "the connection was disabled"},
        [SECRET],
        {"error": {"requires_verification": 1}},
        "[" * 100_000,
        "null",
    ],
    ids=lambda body: str(body)[:40],
)
def test_a_request_that_auth0_does_not_accept(wire, gateway, body):
    wire.script[PATH] = answer(400, body)
    with pytest.raises(exceptions.GatewayRefusedError) as caught:
        ask(gateway)
    assert type(caught.value) is exceptions.GatewayRefusedError
    assert (caught.value.status, len(wire.asked)) == (400, 1)
