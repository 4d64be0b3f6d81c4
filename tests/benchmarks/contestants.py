"""The local tenant in three ways, and `@simulacrum/auth0-simulator`: how each is started, and signed in to."""

from __future__ import annotations

import json
import os
import random
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import trustme

from demo_site.tenant.actions.workers import node
from tests.support.npm import NotToBeHadError, package
from tests.support.tenant import LocalTenant
from tests.tenant.actions.deploying import Deployer
from tests.tenant.application import CALLBACK, CHALLENGE, DATABASE, LOGIN, PASSWORDS, VERIFIER, Application
from tests.tenant.steering import seed_with_scopes

ALICE = "alice@example.com"
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
            deployer = Deployer(Application(tenant))
            if action:
                deployer.run(ACTION)
            yield HTTPConnection("127.0.0.1", tenant.port)
            assert bool(deployer.executions()) == action


@contextmanager
def simulator(home: Path, directory: Path, trust: ssl.SSLContext) -> Iterator[HTTPConnection]:
    """Its certificate is where it looks for one: below the home directory."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [node(), "-e", BEGIN, str(port)]
    environment = {**os.environ, "HOME": str(directory), "NODE_ENV": "production"}
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


def contestants(directory: Path) -> list[Contestant]:
    found = [
        Contestant("tenant", ours, at_ours),
        Contestant("tenant_tls", lambda: ours(tls=True), at_ours),
        Contestant("tenant_action", lambda: ours(action=True), at_ours),
    ]
    try:
        home = package(SIMULATOR, SIMULATOR_VERSION)
        trust = certified(directory / ".simulacrum" / "certs")
        found.append(Contestant("simulator", lambda: simulator(home, directory, trust), at_simulator))
    except NotToBeHadError as reason:
        sys.stdout.write(f"Without {SIMULATOR}: {reason}.\n")
    return found
