"""The two processes of the demonstration, what goes into the tenant between them, and what they leave on the disk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from django.conf import settings
from django.core.management.base import CommandError

from demo_site import seed

START_SECONDS = 20


class Pair:
    """`with Pair() as pair:` both answer, and all that the site wants is in the tenant; afterwards both are stopped.
    With a real tenant there is only the site, and nothing is deployed."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        try:
            if not settings.REAL_TENANT:
                tenant = self._start(_tenant_command())
                _await("The tenant", tenant, f"http://127.0.0.1:{settings.TENANT_PORT}/_control/health")
            site = self._start(_site_command())
            if not settings.REAL_TENANT:
                self._deploy()
            _await("The site", site, f"{settings.SITE_URL}/")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait(self) -> int:
        """Until one of them ends by itself; returns its status."""
        while True:
            for process in self._running:
                status = process.poll()
                if status is not None:
                    return status or 1
            time.sleep(0.5)

    def stop(self) -> None:
        """End both, and do not return before they have."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def _start(self, command: list[str], *, stdout: int | None = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        # A session of their own: Ctrl-C reaches this process only, which then stops them in order.
        with _uninterrupted():
            process = subprocess.Popen(  # noqa: S603 - our own commands
                command, env=environment(), cwd=settings.BASE_DIR, start_new_session=True, stdout=stdout
            )
            self._running.append(process)
        return process

    def _deploy(self) -> None:
        """What the site's owner would type; what an earlier run has put there stays."""
        process = self._start([sys.executable, "manage.py", "auth0_deploy", "--apply"], stdout=None)
        if process.wait():
            raise CommandError(
                "The tenant could not be set up; why is above. If an earlier version left it so, begin anew: "
                "make demo ARGS=--reset",
                returncode=2,
            )
        self._running.remove(process)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """A signal that comes inside is heard at the end: nobody could stop a process that is only half begun."""
    heard: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda number, _frame: heard.append(number)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if heard:
        raise KeyboardInterrupt


def environment() -> dict[str, str]:
    """Of whatever runs beside the demo's own tenant: also who may deploy into it."""
    if settings.REAL_TENANT:
        return {**os.environ, "DEMO_LOCAL_TENANT": ""}
    *_, deploy = seed.clients()
    return {
        **os.environ,
        "DEMO_LOCAL_TENANT": "1",
        "AUTH0_DEPLOY_CLIENT_ID": deploy["client_id"],
        "AUTH0_DEPLOY_CLIENT_SECRET": deploy["client_secret"],
    }


def is_taken(port: int) -> bool:
    """Whether something listens on that port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def forget_state() -> None:
    """Forget what earlier runs left: the tenant's state file, and the database if it is the demo's own file."""
    _tenant_state().unlink(missing_ok=True)
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        Path(database["NAME"]).unlink(missing_ok=True)


def _tenant_state() -> Path:
    return Path(os.environ.get("TENANT_STATE", settings.RUN_DIR / "tenant.json"))


def _tenant_command() -> list[str]:
    seed_file = settings.RUN_DIR / f"seed-{settings.PORT}.json"
    seed_file.write_text(seed.for_site(settings.SITE_URL), encoding="utf-8")
    options = {"--port": settings.TENANT_PORT, "--state": _tenant_state(), "--seed": seed_file}
    words = [str(word) for option in options.items() for word in option]
    return [sys.executable, "-m", "demo_site.tenant", *words, "--loopback-login-route"]


def _site_command() -> list[str]:
    return [
        sys.executable,
        "manage.py",
        "runserver",
        "--noreload",
        "--verbosity",
        "0",
        f"127.0.0.1:{settings.PORT}",
    ]


def _await(name: str, process: subprocess.Popen[bytes], url: str) -> None:
    """Until it answers there."""
    deadline = time.monotonic() + START_SECONDS
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise CommandError(f"{name} did not start; its own words are above.", returncode=2)
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - one of our own two addresses
            return bool(answer.status)
    except (urllib.error.URLError, OSError):
        return False
