"""Whatever Auth0 or the network answers comes out as one of our errors, without what was answered."""

from __future__ import annotations

import logging
import threading

import pytest

from auth0_password import exceptions
from auth0_password.gateway import get_gateway, management
from tests.gateway.test_contract import BOB

USERS, TOKEN, TICKETS = "/api/v2/users/.*", "/oauth/token", "/api/v2/tickets/password-change"
SECRET = "something-that-must-not-leak"
CASES = [
    ({"status": 401}, exceptions.GatewayRefusedError),
    ({"status": 403}, exceptions.GatewayRefusedError),
    ({"status": 404}, exceptions.UnknownUserError),
    ({"status": 409}, exceptions.UnexpectedAnswerError),
    ({"status": 429}, exceptions.GatewayUnavailableError),
    ({"status": 500}, exceptions.GatewayUnavailableError),
    ({"status": 503}, exceptions.GatewayUnavailableError),
    ({"drop": True}, exceptions.GatewayUnavailableError),
    ({"delay_s": 1}, exceptions.GatewayUnavailableError),
    ({"truncate": 10}, exceptions.GatewayError),
    ({"status": 200, "body": f"<p>{SECRET}", "content_type": "text/html"}, exceptions.UnexpectedAnswerError),
    ({"status": 200, "body": "{}", "content_type": "application/json"}, exceptions.UnexpectedAnswerError),
    ({"status": 200, "body": "[1]", "content_type": "application/json"}, exceptions.UnexpectedAnswerError),
    ({"status": 200, "body": f'"{SECRET}"', "content_type": "application/json"}, exceptions.UnexpectedAnswerError),
    ({"status": 200, "body": "null", "content_type": "application/json"}, exceptions.UnexpectedAnswerError),
    ({"status": 400, "body": f'["{SECRET}"]', "content_type": "application/json"}, exceptions.UnexpectedAnswerError),
    (
        {"status": 429, "body": "{}", "content_type": "application/json", "headers": {"x-ratelimit-reset": "soon"}},
        exceptions.GatewayError,
    ),
]


@pytest.fixture
def gateway(tenant, monkeypatch):
    monkeypatch.setattr(management, "CONNECT_TIMEOUT", 0.2)
    monkeypatch.setattr(management, "READ_TIMEOUT", 0.2)
    return get_gateway()


@pytest.mark.parametrize("path", [USERS, TOKEN])
@pytest.mark.parametrize(("fault", "error"), CASES, ids=str)
def test_reading(tenant, gateway, caplog, path, fault, error):
    caplog.set_level(logging.DEBUG)
    tenant.faults([{"method": "GET" if path == USERS else "POST", "path": path, "times": -1, **fault}])
    with pytest.raises(error) as caught:
        gateway.read_user(BOB)
    assert SECRET not in str(caught.value) + caplog.text
    assert caught.value.__cause__ is None
    tenant.clear_faults()
    assert gateway.read_user(BOB).subject == BOB


@pytest.mark.parametrize(("fault", "error"), CASES, ids=str)
def test_making_a_link_is_never_repeated_behind_our_back(tenant, gateway, fault, error):
    bob = gateway.read_user(BOB)
    tenant.clear_requests()
    tenant.faults([{"method": "POST", "path": TICKETS, "times": -1, **fault}])
    with pytest.raises(error):
        gateway.create_change_ticket(bob, bob.identities[0])
    asked = tenant.requests
    if "delay_s" in fault:  # such a request is on record once it was answered, into the void
        tenant.clear_faults()
        asked = lambda: settled(tenant)  # noqa: E731
    assert [one["path"] for one in asked()].count(TICKETS) == (2 if fault.get("status") == 401 else 1)


def settled(tenant):
    """The requests on record, once the one that was answered late is among them."""
    for _ in range(100):
        if any(one["path"] == TICKETS for one in tenant.requests()):
            break
        threading.Event().wait(0.05)
    return tenant.requests()


def test_a_link_of_another_host_is_refused(tenant, gateway):
    bob = gateway.read_user(BOB)
    body = '{"ticket": "https://evil.example/u/reset-verify?ticket=abc#"}'
    tenant.faults(
        [
            {
                "method": "POST",
                "path": TICKETS,
                "times": 1,
                "status": 201,
                "body": body,
                "content_type": "application/json",
            }
        ]
    )
    with pytest.raises(exceptions.UnexpectedAnswerError):
        gateway.create_change_ticket(bob, bob.identities[0])


def test_one_token_is_fetched_when_many_need_it(tenant, gateway):
    tenant.clear_requests()
    threads = [threading.Thread(target=gateway.read_user, args=(BOB,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    paths = [one["path"] for one in tenant.requests()]
    assert paths.count("/oauth/token") == 1
    assert len(paths) == 9


def test_a_token_that_was_revoked_is_fetched_again_once(tenant, gateway):
    gateway.read_user(BOB)
    tenant.rotate_keys()
    tenant.clear_requests()
    assert gateway.read_user(BOB).subject == BOB
    tenant.faults([{"method": "GET", "path": USERS, "times": 1, "status": 401}])
    tenant.clear_requests()
    assert gateway.read_user(BOB).subject == BOB
    assert [one["path"] for one in tenant.requests()].count("/oauth/token") == 1


@pytest.mark.parametrize("offset", [-60, 60, 0])
def test_the_tenants_clock_is_measured(tenant, gateway, offset):
    tenant.offset(offset)
    measured = gateway.read_user(BOB).clock_offset.total_seconds()
    assert offset - 0.1 <= measured <= offset + 2  # never less than it is


def test_the_sdk_is_loaded_by_the_first_call_only():
    import subprocess
    import sys

    code = "import django, sys; django.setup(); sys.exit('auth0' in sys.modules or 'httpx' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"DJANGO_SETTINGS_MODULE": "demo_site.settings", "PATH": ""}, check=False
    )
    assert done.returncode == 0
