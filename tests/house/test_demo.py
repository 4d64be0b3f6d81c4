"""`manage.py demo` as a new user runs it: it starts, introduces itself, and stops what it started."""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from demo_site import processes

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """Below those that the system hands out by itself: until the demo listens there, nobody else gets it."""
    while True:
        port = random.randrange(10_000, 30_000)  # noqa: S311 - nothing depends on it
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


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


def test_the_tenant_is_set_up_once(demo):
    """As `auth0_deploy --apply` does it; a plan afterwards is empty, and a restart has nothing to do."""
    plan = f"{sys.executable} manage.py auth0_deploy"
    first, again, denying = demo("--exec", plan), demo("--exec", plan), demo("--exec", plan, FORCE_AT="deny")
    assert [done.returncode for done in (first, again, denying)] == [0, 0, 0], first.stderr
    assert "+ Action 'auth0-password post-login' created" in first.stdout
    assert "\nnothing to do\n" in again.stdout
    assert "\n~ Action 'auth0-password post-login' changed\ndone: 1\n" in denying.stdout


def test_the_doctor_misses_a_mail_provider_only(demo):
    """A tenant on this machine has none; everything else is as it should be at yours."""
    done = demo("--exec", f"{sys.executable} manage.py auth0_doctor --json")
    assert done.returncode == 0, done.stderr
    findings = json.loads(done.stdout[done.stdout.index("\n{") :])["findings"]
    assert {one["id"] for one in findings if one["level"] in ("warning", "error")} == {"mails.provider"}


@pytest.mark.parametrize("at", ["Into the tenant goes", "scopes of the client"])
def test_ctrl_c_stops_it_while_it_starts(demo, at):
    """It reaches whatever runs at that terminal: who deploys, too."""
    with subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        env={**demo.environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert any(at in line for line in process.stdout)
        os.killpg(process.pid, signal.SIGINT)
        said, complained = process.communicate(timeout=60)
    assert (process.returncode, complained) == (0, "")
    assert said.endswith("\nStopped.\n")


def test_a_process_that_is_half_begun_is_stopped_too(monkeypatch):
    """Ctrl-C may come while it is being started: then nobody knows of it yet."""
    begun = []

    class Interrupted(subprocess.Popen):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            begun.append(self)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(processes.subprocess, "Popen", Interrupted)
    pair = processes.Pair()
    with pytest.raises(KeyboardInterrupt):
        pair._start([sys.executable, "-c", "import time; time.sleep(600)"])
    pair.stop()
    assert [process.returncode for process in begun] == [-signal.SIGTERM]


def test_a_tenant_of_an_earlier_version_is_told_from_a_broken_one(demo, tmp_path):
    """Its clients are not those of today's seed."""
    assert demo("--exec", "true").returncode == 0
    state = tmp_path / "tenant.json"
    tenant = json.loads(state.read_text())
    del tenant["state"]["clients"]["demo-deploy-client"]
    state.write_text(json.dumps(tenant))
    done = demo("--exec", "true")
    assert done.returncode == 2
    assert "begin anew: make demo ARGS=--reset" in done.stderr
    assert demo("--reset", "--exec", "true").returncode == 0


def test_into_a_real_tenant_nothing_goes_by_itself(demo):
    real = {
        "AUTH0_DOMAIN": "tenant.eu.auth0.com",
        "AUTH0_CLIENT_ID": "login",
        "AUTH0_CLIENT_SECRET": secrets.token_urlsafe(48),
        "AUTH0_MANAGEMENT_CLIENT_ID": "m2m",
        "AUTH0_MANAGEMENT_CLIENT_SECRET": secrets.token_urlsafe(48),
    }
    done = demo("--exec", "printenv AUTH0_DEPLOY_CLIENT_ID", **real)
    assert done.returncode == 1, done.stderr
    assert "a real one" in done.stdout
    assert "auth0_deploy" not in done.stdout


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
