"""What stories need besides their people."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
import requests
import time_machine

from auth0_password import gateway
from tests.support.tenant import demo_seed


@pytest.fixture
def later_here():
    """Move the site's clock on; the tenant's stays."""
    with ExitStack() as stack:

        def move(**duration):
            stack.enter_context(time_machine.travel(datetime.now(UTC) + timedelta(**duration), tick=True))

        yield move


@pytest.fixture
def later(tenant, later_here):
    """Move both clocks on."""

    def move(**duration):
        tenant.advance(timedelta(**duration).total_seconds())
        later_here(**duration)

    return move


@pytest.fixture
def configure(settings):
    """Change our settings, and let the site notice."""

    def change(**changes):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, **changes}
        gateway.set_gateway(None)

    return change


@pytest.fixture
def reseed(site, tenant):
    """Change what the tenant began with: `reseed(edit)`, where `edit` changes the seed in place."""

    def change(edit):
        seed = demo_seed(site)
        edit(seed)
        tenant.seed(seed)
        gateway.set_gateway(None)

    return change


@pytest.fixture
def noon(later):
    """Tomorrow, a moment after twelve: no window of a limit ends while the test runs."""
    now = datetime.now(UTC)
    later(seconds=(now.replace(hour=12, minute=0, second=5) + timedelta(days=1) - now).total_seconds())


@pytest.fixture
def block(site, tenant, reseed):
    """Block somebody at the tenant, as its administrator does."""

    def by_patch(email):
        reseed(lambda seed: seed["clients"][1]["scopes"].append("update:users"))
        client = demo_seed(site)["clients"][1]
        asked = {"grant_type": "client_credentials", "audience": f"{tenant.base_url}/api/v2/"}
        asked |= {name: client[name] for name in ("client_id", "client_secret")}
        token = requests.post(f"{tenant.base_url}/oauth/token", asked, timeout=5).json()["access_token"]
        answer = requests.patch(
            f"{tenant.base_url}/api/v2/users/{tenant.user(email)['user_id']}",
            json={"blocked": True},
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
        )
        assert answer.ok, answer.text

    return by_patch
