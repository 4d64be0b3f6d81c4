"""Start a local tenant in a process of its own and steer it through its control interface."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

import requests

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
DEMO_SEED = ROOT / "demo_site" / "seed.json"
READY = "local tenant ready on "
TRUSTED = "to be trusted with "
START_TIMEOUT_S = 10


def demo_seed(site_url: str = "http://localhost:8000") -> dict[str, Any]:
    """The demonstration's seed, for a site at another address."""
    text = DEMO_SEED.read_text(encoding="utf-8")
    seed: dict[str, Any] = json.loads(text.replace("http://localhost:8000", site_url.rstrip("/")))
    return seed


class LocalTenant:
    """One running local tenant; ``with LocalTenant.start() as tenant`` stops it again."""

    def __init__(self, process: subprocess.Popen[str], port: int, files: list[Path], *, tls: bool = False) -> None:
        self.process = process
        self.port = port
        self.base_url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        self.domain = f"127.0.0.1:{port}"
        self.errors: list[str] = []  # what the process wrote to stderr
        self._files = files
        Thread(target=self._drain, daemon=True).start()
        self._http = requests.Session()
        if tls:
            self.ca_file = Path(_readline(process).removeprefix(TRUSTED).strip())
            self._http.trust_env = False  # REQUESTS_CA_BUNDLE would win over what is said here
            self._http.verify = str(self.ca_file)
            self._files = [*files, self.ca_file]

    @classmethod
    def start(
        cls,
        seed: Mapping[str, Any] | Path | None = None,
        *,
        loopback_login_route: bool = True,
        state: Path | None = None,
        port: int = 0,
        tls: bool = False,
    ) -> LocalTenant:
        command = [sys.executable, "-m", "demo_site.tenant", "--port", str(port)]
        command += ["--loopback-login-route"] if loopback_login_route else []
        command += ["--state", str(state)] if state else []
        command += ["--tls"] if tls else []
        written = [_written(seed)] if seed is not None and not isinstance(seed, Path) else []
        for file in written or ([seed] if isinstance(seed, Path) else []):
            command += ["--seed", str(file)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            return cls(process, _await_port(process), written, tls=tls)
        except BaseException:
            process.kill()
            process.communicate()
            _remove(written)
            raise

    def stop(self) -> None:
        self._http.close()
        self.process.terminate()
        try:
            self.process.wait(START_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        _remove(self._files)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def health(self) -> dict[str, Any]:
        return self._control("GET", "health")

    def reset(self) -> None:
        """Back to the seed given at the start: users, sessions, mails, clock, faults, recorded requests."""
        self._control("POST", "reset")

    def seed(self, seed: Mapping[str, Any]) -> None:
        self._control("POST", "seed", seed)

    def advance(self, seconds: float) -> str:
        """Move the tenant's clock on and return its new time."""
        return str(self._control("POST", "clock", {"advance_s": seconds})["now"])

    def offset(self, seconds: float) -> str:
        """Set the tenant's clock to the real time plus ``seconds``."""
        return str(self._control("POST", "clock", {"offset_s": seconds})["now"])

    def faults(self, faults: Sequence[Mapping[str, Any]]) -> list[str]:
        ids: list[str] = self._control("POST", "faults", list(faults))["ids"]
        return ids

    def clear_faults(self) -> None:
        self._control("DELETE", "faults")

    def requests(self) -> list[dict[str, Any]]:
        """What the tenant was asked, oldest first, secrets masked."""
        return list(self._control("GET", "requests")["requests"])

    def clear_requests(self) -> None:
        self._control("DELETE", "requests")

    def mails(self) -> list[dict[str, Any]]:
        """The mails sent, newest first."""
        return list(self._control("GET", "mails")["mails"])

    def users(self) -> list[dict[str, Any]]:
        return list(self._control("GET", "users")["users"])

    def user(self, email: str) -> dict[str, Any]:
        found = [user for user in self.users() if user.get("email") == email]
        assert len(found) == 1, f"{len(found)} users have the address {email}"
        return found[0]

    def plan(self, **switches: object) -> None:
        """Set switches of the tenant's plan, until it is reset."""
        self._control("POST", "plan", switches)

    def rate_limits(self, **limits: object) -> None:
        """Set limits by bucket, e.g. ``management={"burst": 2, "per_minute": 60}``; None means no limit."""
        self._control("POST", "rate_limits", limits)

    def pushes(self, **settings: object) -> dict[str, Any]:
        """Make what the tenant sends by itself misbehave, e.g. ``hold=True``; the answer is all settings."""
        return self._control("POST", "pushes", settings)

    def deliver(self, *, due_only: bool = False) -> list[dict[str, Any]]:
        """Send what is queued now; for each delivery to whom, and how it was answered."""
        return list(self._control("POST", "deliver", {"due_only": due_only})["delivered"])

    def rotate_keys(self) -> None:
        self._control("POST", "rotate_keys")

    def _drain(self) -> None:
        for line in self.process.stderr or ():
            self.errors.append(line)

    def _control(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        url = f"{self.base_url}/_control/{path}"
        answer = self._http.request(method, url, json=body, timeout=START_TIMEOUT_S)
        assert answer.ok, f"{method} {url} answered {answer.status_code}: {answer.text}"
        return dict(answer.json()) if answer.content else {}


def _written(seed: Mapping[str, Any]) -> Path:
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False, encoding="utf-8") as file:
        json.dump(seed, file)
    return Path(file.name)


def _remove(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _await_port(process: subprocess.Popen[str]) -> int:
    """The port in the ready line; a tenant that ends or stays silent fails with its own words."""
    lines: list[str] = []
    reader = Thread(target=lambda: lines.append(_readline(process)), daemon=True)
    reader.start()
    reader.join(START_TIMEOUT_S)
    line = lines[0] if lines else ""
    if not line.startswith(READY):
        process.kill()
        msg = f"the local tenant did not start: {line}{process.communicate()[1]}"
        raise AssertionError(msg)
    return int(line.removeprefix(READY).strip().rstrip("/").rsplit(":", 1)[1])


def _readline(process: subprocess.Popen[str]) -> str:
    return process.stdout.readline() if process.stdout else ""
