"""A tenant that is slow, or does not do what it says."""

from __future__ import annotations

from contextlib import suppress

import pytest

from auth0_password.deployment import tenant as patience
from auth0_password.exceptions import DeploymentError, GatewayError
from tests.deployment.conftest import vault_is_right
from tests.support.deployed import tenant_api

ONE_ACTION = "^/api/v2/actions/actions/[0-9a-f-]+$"


def test_an_action_that_is_never_built(hands, tenant, monkeypatch):
    monkeypatch.setattr(patience, "POLLS", 4)
    tenant.faults([{"method": "GET", "path": ONE_ACTION, "body": {"status": "building"}, "times": -1}])
    with pytest.raises(DeploymentError, match="building the Action 'auth0-password post-login': Auth0 was waited for"):
        hands.apply()
    tenant.clear_faults()
    hands.apply()
    assert not hands.changes()


def test_what_is_waited_for_is_looked_at_after_longer_and_longer_pauses(hands, tenant):
    slept = []
    target = patience.Tenant(tenant_api(tenant), slept.append)
    answers = iter([False] * 8 + [True])
    target.wait_until(lambda: next(answers), "it")
    assert slept[:3] == pytest.approx([0.3, 0.45, 0.675])
    assert slept[-1] == patience.LONGEST_PAUSE


def test_written_and_shown_as_before(hands, tenant):
    """Nothing is sent for ever to a tenant that says yes and does nothing."""
    hands.api.patch("clients/demo-login-client", {"initiate_login_uri": "https://old.example.com/"})
    tenant.faults([{"method": "PATCH", "path": "/clients/demo-login-client$", "status": 200, "body": {}, "times": -1}])
    tenant.clear_requests()
    with pytest.raises(
        DeploymentError, match="login route of the login client: it was written, and Auth0 shows it as"
    ):
        hands.apply()
    assert hands.writes().count("PATCH /api/v2/clients/demo-login-client") == 1


def test_shown_late_is_not_made_twice(hands, tenant):
    """A list that does not have yet what was just made."""
    hands.apply()
    [stream_id] = hands.state()["log_streams"]
    hands.api.delete(f"log-streams/{stream_id}")
    tenant.faults([{"method": "GET", "path": "/log-streams$", "body": [], "times": 4}])
    hands.apply()
    assert len(hands.state()["log_streams"]) == 1


def test_silence_that_passes_is_waited_for_and_silence_that_stays_is_told(hands, tenant):
    tenant.faults([{"method": "GET", "path": "/log-streams$", "drop": True, "times": patience.TRIES - 1}])
    assert hands.plan().pending
    tenant.faults([{"method": "GET", "path": "/log-streams$", "drop": True, "times": -1}])
    with pytest.raises(GatewayError):
        hands.plan()


def test_an_answer_that_lacks_what_was_made(hands, tenant):
    """The application is there, and its secret is lost: it gets another one."""
    answer = {"status": 201, "body": {"client_id": "x"}, "after_apply": True}
    tenant.faults([{"method": "POST", "path": "/clients$", **answer}])
    hands.apply()
    assert vault_is_right(hands.state())
    assert not hands.changes()


@pytest.mark.parametrize(
    "path", ["/log-streams$", "/tenants/settings", "/actions/actions", "/clients/demo-login-client"]
)
@pytest.mark.parametrize("body", [{"odd": True}, [], "odd", None, 7], ids=str)
def test_answers_that_make_no_sense(hands, tenant, configure, path, body):
    """Never anything but our own errors."""
    configure(FORCE_AT="mail")
    tenant.faults([{"method": "GET", "path": path, "body": body, "times": -1}])
    with suppress(GatewayError, DeploymentError):
        hands.plan()
