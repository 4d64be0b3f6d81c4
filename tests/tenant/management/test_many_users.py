"""Ten thousand users: planted in the time that a start may take, found, searched, and small enough to keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.tenant import LocalTenant
from tests.tenant.application import DATABASE, Application
from tests.tenant.management.test_search import FLAGGED, found

MANY = 10_000
MOST_MEGABYTES = 250


def user(number: int) -> dict[str, Any]:
    return {
        "email": f"reader{number}@example.net",
        "password": f"Reader-{number}-Lantern!",
        "name": f"Reader {number}",
        "connection": DATABASE,
        "user_id": f"auth0|{number:024x}",
        "email_verified": True,
        "app_metadata": {"needsPasswordReset": number < 3},
    }


@pytest.fixture
def library(seed: dict[str, Any]) -> dict[str, Any]:
    return seed | {"users": [user(number) for number in range(MANY)], "organizations": []}


def test_planted_found_and_searched(app: Application, library: dict[str, Any]):
    app.tenant.seed(library)
    assert app.api("GET", f"users/{user(MANY - 1)['user_id']}").json()["email"] == f"reader{MANY - 1}@example.net"
    assert len(app.api("GET", "users-by-email?email=reader7777@example.net").json()) == 1
    assert found(app, FLAGGED) == {user(number)["user_id"] for number in range(3)}
    page = app.api("GET", "users?include_totals=true&page=9&per_page=100").json()
    assert (page["length"], page["total"]) == (100, 1_000)


def test_started_with_them_and_kept_in_the_state_file(tmp_path: Path, library: dict[str, Any]):
    state = tmp_path / "state.json"
    with LocalTenant.start(library, state=state) as tenant:
        app = Application(tenant)
        status = Path(f"/proc/{tenant.process.pid}/status")
        if status.exists():
            (line,) = [text for text in status.read_text().splitlines() if text.startswith("VmHWM:")]
            assert int(line.split()[1]) < MOST_MEGABYTES * 1024
        app.api("PATCH", f"users/{user(5)['user_id']}", json={"app_metadata": {"needsPasswordReset": True}})
    with LocalTenant.start(library, state=state) as tenant:
        assert len(found(Application(tenant), FLAGGED)) == 4
