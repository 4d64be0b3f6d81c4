"""`manage.py demo` as a new user runs it: it starts, introduces itself, and stops what it started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def demo(tmp_path):
    """Run the command in surroundings of its own."""
    environment = {
        **os.environ,
        "PORT": str(free_port()),
        "TENANT_PORT": str(free_port()),
        "TENANT_STATE": str(tmp_path / "tenant.json"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)

    def run(*words: str, **changes: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", "demo", *words]
        env = {**environment, **changes}
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)

    run.environment = environment
    return run


def test_both_answer_then_both_stop(demo):
    site, tenant = (demo.environment[name] for name in ("PORT", "TENANT_PORT"))
    fetch = f"{sys.executable} -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())'"
    done = demo("--exec", f"{fetch} http://localhost:{site}/ && {fetch} http://127.0.0.1:{tenant}/inbox")
    assert done.returncode == 0, done.stderr
    assert "Sign in as Bob" in done.stdout
    assert "bob@example.com" in done.stdout
    for port in (site, tenant):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(port))) != 0


def test_it_exits_with_the_commands_status(demo):
    assert demo("--exec", "exit 7").returncode == 7


def test_a_taken_port_is_named_with_a_way_out(demo):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = demo("--exec", "true", TENANT_PORT=port)
    assert done.returncode == 2
    assert f"Port {port} is taken" in done.stderr
    assert f"TENANT_PORT={int(port) + 10} make demo" in done.stderr
    assert "Traceback" not in done.stderr


def test_state_survives_until_it_is_reset(demo, tmp_path):
    for words in ([], ["--reset"]):
        assert demo(*words, "--exec", "true").returncode == 0
        assert (tmp_path / "tenant.json").exists()
        assert (tmp_path / "site.sqlite3").exists()
