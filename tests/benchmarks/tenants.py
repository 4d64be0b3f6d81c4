"""What the local tenant costs, beside `@simulacrum/auth0-simulator` where npm is there: `make bench`.

    python tests/benchmarks/tenants.py [--sign-ins 200] [--starts 5] [--output build/bench.json]

A start is from the process to its first answer. A sign-in is /authorize, the page, the credentials, the callback and
the token, by a new person over one kept connection. All take turns in one run, so that a busy machine slows all.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import trustme  # noqa: E402

from tests.support.npm import NotToBeHadError, package  # noqa: E402
from tests.support.tenant import LocalTenant, demo_seed  # noqa: E402
from tests.tenant.actions.deploying import Deployer  # noqa: E402
from tests.tenant.application import CALLBACK, CHALLENGE, DATABASE, LOGIN, PASSWORDS, SITE, VERIFIER  # noqa: E402
from tests.tenant.application import Application as Client  # noqa: E402
from tests.tenant.steering import seed_with_scopes  # noqa: E402

ALICE = "alice@example.com"
WARM_UP = 20
MANY = 10_000
ACTION = "if (event.user.app_metadata.needsPasswordReset) { api.access.deny('Choose a new password first.'); }"
SIMULATOR = "@simulacrum/auth0-simulator"
SIMULATOR_VERSION = "0.11.4"
BEGIN = f"""
const users = [{{id: 'auth0|1', name: 'Alice', email: '{ALICE}', password: '{PASSWORDS[ALICE]}'}}];
const options = {{clientID: '{LOGIN[0]}', scope: 'openid profile email', audience: 'https://books.example/'}};
require('{SIMULATOR}').simulation({{initialState: {{users}}, options}}).listen(+process.argv[1]);
"""


class Visitor:
    """Somebody new on a connection that is kept: cookies of their own."""

    def __init__(self, connection: HTTPConnection) -> None:
        self.connection, self.cookies = connection, dict[str, str]()

    def ask(self, method: str, target: str, form: dict[str, str] | None = None) -> tuple[int, str, bytes]:
        """Status, where to go, and the body."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, target, urlencode(form) if form is not None else None, headers)
        answer = self.connection.getresponse()
        body = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), body

    def token(self, location: str) -> None:
        (code,) = parse_qs(urlsplit(location).query)["code"]
        status, _, body = self.ask("POST", "/oauth/token", {**EXCHANGE, "code": code})
        assert status == 200, body
        assert json.loads(body)["id_token"]


EXCHANGE = {
    "grant_type": "authorization_code",
    "client_id": LOGIN[0],
    "client_secret": LOGIN[1],
    "redirect_uri": CALLBACK,
    "code_verifier": VERIFIER,
}


def authorize() -> str:
    query = {
        "response_type": "code",
        "client_id": LOGIN[0],
        "redirect_uri": CALLBACK,
        "scope": "openid profile email",
        "state": "opaque",
        "nonce": f"once-{random.random()}",  # noqa: S311 - nobody is to be kept from guessing it
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return f"/authorize?{urlencode(query)}"


def at_ours(visitor: Visitor) -> None:
    status, page, body = visitor.ask("GET", authorize())
    assert status == 302, body
    assert visitor.ask("GET", page)[0] == 200
    _, back, body = visitor.ask("POST", page, {"username": ALICE, "password": PASSWORDS[ALICE]})
    assert back.startswith(CALLBACK), body
    visitor.token(back)


def at_simulator(visitor: Visitor) -> None:
    """Its page posts the credentials and then a form that comes back, by scripts: what they would send."""
    _, page, _ = visitor.ask("GET", authorize())
    assert visitor.ask("GET", page)[0] == 200
    context = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
    sent = {**context, "username": ALICE, "password": PASSWORDS[ALICE], "connection": DATABASE}
    assert visitor.ask("POST", "/usernamepassword/login", sent)[0] == 200
    _, back, body = visitor.ask("POST", "/login/callback", {"wctx": json.dumps(context)})
    assert back.startswith(CALLBACK), body
    visitor.token(back)


@dataclass
class Contestant:
    """``run`` starts one that answers, and gives a connection to it."""

    name: str
    run: Callable[[], AbstractContextManager[HTTPConnection]]
    sign_in: Callable[[Visitor], None]
    starts: list[float] = field(default_factory=list)
    sign_ins: list[float] = field(default_factory=list)


@contextmanager
def ours(*, tls: bool = False, action: bool = False) -> Iterator[HTTPConnection]:
    seed = seed_with_scopes("create:actions", "read:actions", "update:actions")
    with LocalTenant.start(seed, tls=tls) as tenant:
        if tls:
            trust = ssl.create_default_context(cafile=str(tenant.ca_file))
            yield HTTPSConnection("127.0.0.1", tenant.port, context=trust)
        else:
            deployer = Deployer(Client(tenant))
            if action:
                deployer.run(ACTION)
            yield HTTPConnection("127.0.0.1", tenant.port)
            assert bool(deployer.executions()) == action


@contextmanager
def simulator(home: Path) -> Iterator[HTTPConnection]:
    """Its certificate is where it looks for one: below the home directory."""
    with tempfile.TemporaryDirectory() as directory, socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        probe.close()
        trust = certified(Path(directory) / ".simulacrum" / "certs")
        command = ["node", "-e", BEGIN, str(port)]
        environment = {**os.environ, "HOME": directory, "NODE_ENV": "production"}
        process = subprocess.Popen(command, cwd=home, env=environment, stdout=subprocess.DEVNULL)
        try:
            connection = HTTPSConnection("localhost", port, context=trust)
            await_answer(connection, "/health")
            yield connection
        finally:
            process.kill()
            process.wait()


def certified(directory: Path) -> ssl.SSLContext:
    authority, trust = trustme.CA(), ssl.create_default_context()
    certificate = authority.issue_cert("localhost")
    directory.mkdir(parents=True)
    certificate.private_key_pem.write_to_path(directory / "localhost-key.pem")
    certificate.cert_chain_pems[0].write_to_path(directory / "localhost.pem")
    authority.configure_trust(trust)
    return trust


def await_answer(connection: HTTPConnection, path: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            status = Visitor(connection).ask("GET", path)[0]
        except OSError:
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            assert status == 200
            return


def contestants() -> list[Contestant]:
    found = [
        Contestant("tenant", ours, at_ours),
        Contestant("tenant_tls", lambda: ours(tls=True), at_ours),
        Contestant("tenant_action", lambda: ours(action=True), at_ours),
    ]
    try:
        home = package(SIMULATOR, SIMULATOR_VERSION)
        found.append(Contestant("simulator", lambda: simulator(home), at_simulator))
    except NotToBeHadError as reason:
        sys.stdout.write(f"Without {SIMULATOR}: {reason}.\n")
    return found


def measure_starts(measured: list[Contestant], times: int) -> None:
    for _ in range(times):
        for one in measured:
            began = time.perf_counter()
            with one.run() as connection:
                Visitor(connection).ask("GET", "/.well-known/jwks.json")
                one.starts.append(time.perf_counter() - began)


def measure_sign_ins(measured: list[Contestant], times: int) -> None:
    dice = random.Random(times)  # noqa: S311 - an order, no secret
    with ExitStack() as running:
        connections = {one.name: running.enter_context(one.run()) for one in measured}
        for one in measured * WARM_UP:
            one.sign_in(Visitor(connections[one.name]))
        for _ in range(times):
            for one in dice.sample(measured, len(measured)):
                began = time.perf_counter()
                one.sign_in(Visitor(connections[one.name]))
                one.sign_ins.append(time.perf_counter() - began)


def measure_many() -> tuple[float, float]:
    """Seconds to plant many users, and how many megabytes they take."""
    seed = demo_seed(SITE)
    person = next(user for user in seed["users"] if user["email"] == ALICE)
    several = {name: person[name] for name in ("password", "connection", "email_verified")}
    seed["users"] = [person, *({**several, "email": f"reader{number}@example.net"} for number in range(MANY))]
    with LocalTenant.start() as tenant:
        before = megabytes(tenant.process.pid)
        began = time.perf_counter()
        tenant.seed(seed)
        taken = time.perf_counter() - began
        return taken, megabytes(tenant.process.pid) - before


def megabytes(process: int) -> float:
    """Of memory, where the system says it."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def report(measured: list[Contestant], planted: tuple[float, float]) -> dict[str, float]:
    """Print the table and return the figures."""
    figures = {f"tenant_seed_{MANY}_s": round(planted[0], 2), f"tenant_{MANY}_users_mb": round(planted[1])}
    sys.stdout.write(f"{'tenant':35} {'start s':>9} {'sign-in ms':>11}\n")
    for one in measured:
        start = statistics.median(one.starts) if one.starts else None
        sign_in = statistics.median(one.sign_ins) * 1e3
        sys.stdout.write(f"  {one.name:33} {f'{start:9.2f}' if start else '':>9} {sign_in:11.1f}\n")
        figures[f"{one.name}_sign_in_ms"] = round(sign_in, 2)
        figures |= {f"{one.name}_start_s": round(start, 3)} if start else {}
    action = figures["tenant_action_sign_in_ms"] - figures["tenant_sign_in_ms"]
    figures["tenant_action_adds_ms"] = round(action, 2)
    sys.stdout.write(f"  an Action adds {action:.1f} ms; {MANY} users: {planted[0]:.1f} s, {planted[1]:.0f} MB\n")
    return figures


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sign-ins", type=int, default=200, help="of each")
    parser.add_argument("--starts", type=int, default=5, help="of each")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bench.json", help="where figures are added")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    measured = contestants()
    measure_starts([one for one in measured if one.name != "tenant_action"], options.starts)
    measure_sign_ins(measured, options.sign_ins)
    figures = report(measured, measure_many())
    output: Path = options.output
    earlier = json.loads(output.read_text(encoding="utf-8")) if output.exists() else {}
    output.parent.mkdir(exist_ok=True)
    output.write_text(json.dumps(earlier | figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
