"""The process: loopback only, its own settings, a state that outlives it, quick answers."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests

from tests.support.browser import Browser
from tests.support.tenant import ROOT, LocalTenant, demo_seed
from tests.tenant.application import SITE, Application, callback, change_password

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = ROOT / "demo_site" / "tenant"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "demo_site.tenant", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False, env=os.environ | environment
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "localhost"])  # noqa: S104 - it must refuse
def test_no_other_address(host: str):
    refused = run("--port", "0", "--host", host)
    assert refused.returncode == 2
    assert "127.0.0.1 only" in refused.stderr


def test_a_bad_seed_says_why(tmp_path: Path):
    seed = tmp_path / "seed.json"
    seed.write_text('{"user": []}')
    refused = run("--port", "0", "--seed", str(seed))
    assert refused.returncode == 2
    assert "unknown key 'user'" in refused.stderr
    assert run("--port", "0", "--seed", str(tmp_path / "none.json")).returncode == 2


def test_the_sites_settings_are_not_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "no.such.settings")
    with LocalTenant.start() as tenant:
        assert tenant.health()["status"] == "ok"


def test_a_port_in_use_is_an_error(tenant: LocalTenant):
    assert run("--port", str(tenant.port)).returncode == 2


def test_the_state_outlives_the_process(tmp_path: Path):
    state = tmp_path / "state.json"
    browser = Browser(stop_at=SITE)
    with LocalTenant.start(demo_seed(SITE), state=state) as tenant:
        app = Application(tenant)
        before = app.claims(app.sign_in(browser, max_age=1_000))
        token = app.management_token
        ticket = app.ticket()
        change_password(Browser(), app.ticket("auth0|64f0c0ffee00000000000da5"), "Found-Again-9!")
        tenant.advance(500)
        now = tenant.health()["now"]
        users = tenant.users()
    assert state.stat().st_mode & 0o077 == 0
    assert "Quiet-Harbour-42!" not in state.read_text()
    with LocalTenant.start(demo_seed(SITE), state=state, port=tenant.port) as tenant:
        app = Application(tenant)
        assert tenant.users() == users
        assert tenant.health()["now"] >= now
        assert app.api("GET", "users/auth0%7Cnobody", token).status_code == 404
        assert browser.get(ticket).h1 == "Change your password"
        browser.get(app.authorize_url(max_age=1_000))
        assert app.claims(callback(browser))["auth_time"] == before["auth_time"]
        tenant.reset()
        assert "last_password_reset" not in tenant.user("bob@example.com")


def test_many_at_once(tenant: LocalTenant):
    def ask(_number: int) -> int:
        return requests.get(f"{tenant.base_url}/.well-known/jwks.json", timeout=5).status_code

    with ThreadPoolExecutor(40) as pool:
        assert set(pool.map(ask, range(200))) == {200}


def test_connections_are_kept(tenant: LocalTenant):
    with requests.Session() as session:
        sockets = set()
        for _ in range(5):
            reply = session.get(f"{tenant.base_url}/.well-known/jwks.json", stream=True, timeout=5)
            sockets.add(reply.raw._connection.sock.getsockname())
            assert reply.json()
        assert len(sockets) == 1


def test_head_and_unknown_hosts(tenant: LocalTenant):
    assert requests.head(f"{tenant.base_url}/users", timeout=5).text == ""
    assert requests.get(tenant.base_url, headers={"Host": "evil.example"}, timeout=5).status_code == 400


def test_nothing_of_the_package_under_test_is_imported():
    names: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module or "")
    assert not [name for name in names if name.split(".")[0] == "auth0_password"]


def test_pages_are_plain():
    for path in PACKAGE.rglob("*.html"):
        text = path.read_text()
        assert "<script" not in text
        assert "style=" not in text
        assert "!" not in text.replace("<!doctype", "")
