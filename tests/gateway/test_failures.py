"""Whatever Auth0 or the network answers comes out as one of our errors, without what was answered."""

from __future__ import annotations

import logging
import socket
import sys

import pytest
from django.views.debug import ExceptionReporter

from auth0_password import exceptions as errors
from auth0_password.gateway import get_gateway
from tests.gateway.people import BOB, IDENTITY, PROFILE, USER, VERBS
from tests.gateway.wire import SECRET, TOKEN, TOKEN_PATH, Answer, answer, http

READS = {"read_user", "read_connection"}
LOST = (errors.GatewayUnavailableError, errors.UnknownOutcomeError)
ODD = (errors.UnexpectedAnswerError, errors.UnknownOutcomeError)
"""What a read raises, and what a change raises."""

OBJECT = {"statusCode": 404, "error": "Not Found", "message": SECRET}
FAULTS = {
    "401": (answer(401, {"message": SECRET}), errors.GatewayRefusedError),
    "403": (answer(403, {"message": SECRET}), errors.GatewayRefusedError),
    "a page with 403": (answer(403, f"<p>{SECRET}", Content_Type="text/html"), errors.GatewayRefusedError),
    "409": (answer(409, {"message": SECRET}), errors.UnexpectedAnswerError),
    "418, a list": (answer(418, [SECRET]), errors.UnexpectedAnswerError),
    "302": (answer(302, "", Location="https://evil.example/"), errors.UnexpectedAnswerError),
    "408": (answer(408, SECRET), errors.GatewayUnavailableError),
    "429": (answer(429, {"message": SECRET}), errors.ThrottledError),
    "429, odd headers": (answer(429, "{}", X_RateLimit_Reset="soon", Retry_After="-1"), errors.ThrottledError),
    "500": (answer(500, {"message": SECRET}), LOST),
    "503, a page": (answer(503, f"<p>{SECRET}", Content_Type="text/html"), LOST),
    "599": (answer(599, "null"), LOST),
    "dropped": (Answer(), LOST),
    "silent": (Answer(b"", pause=5), LOST),
    "a head in drips": (Answer(*[bytes([byte]) for byte in http(200, b"{}")], pause=0.05), LOST),
    "a body in drips": (Answer(http(200, b"", length=900), *[b" "] * 900, pause=0.05), LOST),
    "cut off": (Answer(http(200, b'{"user_id":', length=900), close=True), LOST),
    "no HTTP": (Answer(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", close=True), LOST),
    "a page with 200": (answer(200, f"<p>{SECRET}", Content_Type="text/html"), ODD),
    "nothing with 200": (answer(200, ""), ODD),
    "204": (Answer(b"HTTP/1.1 204 X\r\n\r\n"), ODD),
    "an empty object": (answer(200, {}), ODD),
    "a list": (answer(200, [SECRET]), ODD),
    "no JSON": (answer(200, f'{{"{SECRET}'), ODD),
    "deep": (answer(200, "[" * 100_000), ODD),
    "wrong types": (answer(200, {"user_id": [SECRET], "ticket": {}, "connections": SECRET}), ODD),
    "huge": (answer(200, "<" + SECRET * 100_000), ODD),
    "packed": (answer(200, b"\x1f\x8b" + bytes(100), Content_Encoding="gzip"), ODD),
    "no UTF-8": (answer(200, b'{"\xff'), ODD),
}
SLOW = {"silent", "a head in drips", "a body in drips"}


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_every_verb(wire, gateway, impatient, caplog, name, fault):
    gateway.read_user(BOB)
    wire.asked.clear()
    caplog.set_level(logging.DEBUG)
    path, verb = VERBS[name]
    wire.script[path], expected = FAULTS[fault]
    if isinstance(expected, tuple):
        expected = expected[name not in READS]
    if fault in SLOW:
        impatient()
    with pytest.raises(errors.GatewayError) as caught:
        verb(gateway)
    assert type(caught.value) is expected
    assert_nothing_leaks(caught, caplog)
    assert wire.count(path) == (2 if fault == "401" and name != "send_change_email" else 1)


@pytest.mark.parametrize("name", VERBS.keys() - {"send_change_email"})
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_the_token(wire, gateway, impatient, caplog, name, fault):
    """Without a token nothing is sent, so no outcome is unknown."""
    caplog.set_level(logging.DEBUG)
    path, verb = VERBS[name]
    wire.script[f"POST {TOKEN_PATH}"], expected = FAULTS[fault]
    if fault in SLOW:
        impatient()
    with pytest.raises(errors.GatewayError) as caught:
        verb(gateway)
    assert type(caught.value) is (expected[0] if isinstance(expected, tuple) else expected)
    assert_nothing_leaks(caught, caplog)
    assert wire.count(path) == 0


@pytest.mark.parametrize("name", VERBS)
def test_nobody_listens(settings, name):
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.SOCIAL_AUTH_AUTH0_DOMAIN = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(errors.GatewayUnavailableError) as caught:
        VERBS[name][1](get_gateway())
    assert type(caught.value) is errors.GatewayUnavailableError


def test_a_name_that_nobody_has(settings):
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = "https://tenant.invalid"
    with pytest.raises(errors.GatewayUnavailableError):
        get_gateway().read_user(BOB)


@pytest.mark.parametrize("name", ["read_user", "update_app_metadata", "create_change_ticket"])
def test_a_user_that_is_gone(wire, gateway, name):
    path, verb = VERBS[name]
    wire.script[path] = answer(404, OBJECT)
    with pytest.raises(errors.UnknownUserError) as caught:
        verb(gateway)
    assert caught.value.status == 404


@pytest.mark.parametrize("path", ["GET /api/v2/users/", f"POST {TOKEN_PATH}"])
def test_a_404_of_something_else_says_nothing_about_a_user(wire, gateway, path):
    wire.script[path] = answer(404, "<h1>Not Found</h1>", Content_Type="text/html")
    with pytest.raises(errors.UnexpectedAnswerError):
        gateway.read_user(BOB)


def test_a_link_of_another_host_is_refused(wire, gateway, caplog):
    caplog.set_level(logging.DEBUG)
    wire.script["POST /api/v2/tickets/"] = answer(
        201, {"ticket": f"https://evil.example/u/reset-verify?ticket={SECRET}#"}
    )
    with pytest.raises(errors.UnexpectedAnswerError) as caught:
        gateway.create_change_ticket(PROFILE, IDENTITY)
    assert type(caught.value) is errors.UnexpectedAnswerError
    assert_nothing_leaks(caught, caplog)


@pytest.mark.parametrize("ticket", ["http://[", "", 7, None, [SECRET]], ids=str)
def test_a_link_that_is_none(wire, gateway, ticket):
    wire.script["POST /api/v2/tickets/"] = answer(201, {"ticket": ticket})
    with pytest.raises(errors.UnknownOutcomeError):
        gateway.create_change_ticket(PROFILE, IDENTITY)


@pytest.mark.parametrize("name", ["read_user", "update_app_metadata"])
def test_an_answer_about_somebody_else(wire, gateway, name):
    path, verb = VERBS[name]
    wire.script[path] = answer(200, {"user_id": "auth0|alice", "identities": [{"provider": "auth0"}]})
    with pytest.raises(ODD[name not in READS]):
        verb(gateway)


@pytest.mark.parametrize(
    "change",
    [
        {"last_password_reset": "yesterday"},
        {"last_password_reset": 1e300},
        {"last_password_reset": "9999-12-31T23:59:59.999Z"},
        {"email": 7},
        {"app_metadata": [1]},
        {"identities": {}},
        {"identities": [None]},
        {"identities": [{"provider": "auth0", "connection": 5, "user_id": "bob"}]},
        {"blocked": {}},
    ],
    ids=str,
)
def test_a_user_who_cannot_be_understood(wire, gateway, change):
    assert gateway.read_user(BOB).subject == BOB
    wire.script["GET /api/v2/users/"] = answer(200, USER | change)
    with pytest.raises(errors.UnexpectedAnswerError):
        gateway.read_user(BOB)


def test_what_is_no_json_is_a_mistake_of_the_caller(wire, gateway):
    with pytest.raises(TypeError):
        gateway.update_app_metadata(BOB, {"needsPasswordReset": object()})
    assert wire.asked == []


def test_nothing_leaks_from_a_call_that_works(wire, gateway, caplog):
    caplog.set_level(logging.DEBUG)
    for _, verb in VERBS.values():
        verb(gateway)
    ticket = gateway.create_change_ticket(PROFILE, IDENTITY)
    seen = caplog.text + repr(gateway) + repr(vars(gateway)["_token"]) + repr(ticket)
    assert "HTTP/1.1 200" in caplog.text, "httpx logs"
    for secret in (TOKEN["access_token"], "local-only-management-secret", "ticket=t"):
        assert secret not in seen


def assert_nothing_leaks(caught, caplog):
    """Not in the text or the log, nor in the variables that Django's error page and error mail show."""
    shown = ExceptionReporter(None, caught.type, caught.value, caught.value.__traceback__.tb_next)
    seen = (
        str(caught.value) + repr(caught.value) + caplog.text + shown.get_traceback_html() + shown.get_traceback_text()
    )
    for secret in (SECRET, TOKEN["access_token"], "local-only-management-secret"):
        assert secret not in seen


def test_the_sdk_is_loaded_by_the_first_call_only():
    import subprocess

    code = "import django, sys; django.setup(); sys.exit('auth0' in sys.modules or 'httpx' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"DJANGO_SETTINGS_MODULE": "demo_site.settings", "PATH": ""}, check=False
    )
    assert done.returncode == 0
