"""A gateway at a server that answers as it is told."""

from __future__ import annotations

import pytest

from auth0_password.gateway import deadline, get_gateway, set_gateway, set_pace
from auth0_password.services.pace import SharedPace
from tests.gateway.people import USER
from tests.gateway.wire import MAIL_PATH, TOKEN, TOKEN_PATH, Wire, answer


@pytest.fixture
def impatient(monkeypatch):
    """Once it is called, the gateway waits a fifth of a second. Loading the SDK takes longer: warm it up first."""

    def wait_no_longer() -> None:
        monkeypatch.setattr(deadline, "TIMEOUTS", deadline.Timeouts(connect=0.2, total=0.2))

    return wait_no_longer


@pytest.fixture(autouse=True)
def pace_of_its_own():
    """These tests have no database, in which the site's processes share one."""
    set_pace(None)
    yield
    set_pace(SharedPace())


@pytest.fixture
def wire(settings):
    server = Wire()
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = f"127.0.0.1:{server.port}"
    server.script = {
        f"POST {TOKEN_PATH}": answer(200, TOKEN),
        "GET /api/v2/users/": answer(200, USER),
        "PATCH /api/v2/users/": answer(200, USER),
        "POST /api/v2/tickets/": answer(201, {"ticket": f"http://127.0.0.1:{server.port}/u/reset-verify?ticket=t#"}),
        "GET /api/v2/connections": answer(
            200, {"connections": [{"name": "Username-Password-Authentication", "options": {}}]}
        ),
        f"POST {MAIL_PATH}": answer(200, "We've just sent you an email to reset your password."),
    }
    yield server
    server.stop()
    set_gateway(None)


@pytest.fixture
def gateway(wire):
    return get_gateway()
