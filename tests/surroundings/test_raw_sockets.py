"""The demonstration behind gunicorn (WSGI) and uvicorn (ASGI), asked over raw sockets in every way that has ever
fooled somebody. Bob is flagged: the canary must never come. `HYPOTHESIS_PROFILE=long` sends 5,000 more to each."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.surroundings.served.urls import CANARY
from tests.surroundings.served.vectors import HOST, Vector, combined, one_by_one

pytest.importorskip("gunicorn")
pytest.importorskip("uvicorn")

ROOT = Path(__file__).parents[2]
SERVED = "tests.surroundings.served"
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
VECTORS = [*one_by_one(), *combined(5_000 if LONG else 60)]
BROKEN = b" 500 Internal Server Error"
START_SECONDS, ANSWER_SECONDS = 20, 5
COMMANDS = {
    "gunicorn": ["-m", "gunicorn", "django.core.wsgi:get_wsgi_application()", "--threads=4", "--log-level=critical"],
    "uvicorn": ["-m", "uvicorn", "--factory", "django.core.asgi:get_asgi_application", "--log-level=critical"],
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """That of a process of the served site, with a database of its own."""
    database = tmp_path_factory.mktemp("served") / "site.sqlite3"
    kept = {name: value for name, value in os.environ.items() if name not in {"AUTH0_DOMAIN", "PORT"}}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": f"{SERVED}.settings",
        "DATABASE_URL": f"sqlite:///{database}",
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture(scope="module")
def cookies(environment):
    command = [sys.executable, "-c", f"import django; django.setup(); import {SERVED}.prepare"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module", params=COMMANDS)
def port(request, environment, cookies) -> Iterator[int]:
    """Where that server listens, on this machine only."""
    chosen = free_port()
    where = {"gunicorn": [f"--bind={HOST}:{chosen}"], "uvicorn": [f"--host={HOST}", f"--port={chosen}"]}
    command = [sys.executable, *COMMANDS[request.param], *where[request.param]]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        await_server(process, chosen)
        yield chosen
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def await_server(process: subprocess.Popen, chosen: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, chosen)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the server did not start")


def ask(port: int, request: bytes) -> bytes:
    """Everything that comes back until the server closes; what a server refuses to answer is empty."""
    answer = b""
    with socket.create_connection((HOST, port), timeout=ANSWER_SECONDS) as connection:
        try:
            connection.sendall(request)
            while part := connection.recv(65536):
                answer += part
        except (ConnectionError, TimeoutError):
            return answer
    return answer


def ask_all(port: int, cookie: str, vectors: list[Vector]) -> list[bytes]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda vector: ask(port, vector.request(port, cookie)), vectors))


def status_of(answer: bytes) -> bytes:
    return answer[9:12]


def test_bob_never_sees_the_canary(port, cookies):
    answers = ask_all(port, cookies["bob"], VECTORS)
    seen = [vector for vector, answer in zip(VECTORS, answers, strict=True) if CANARY.encode() in answer]
    assert seen == []
    broken = [vector for vector, answer in zip(VECTORS, answers, strict=True) if BROKEN in answer]
    assert broken == [], Counter(map(status_of, answers))


def test_the_same_requests_show_it_to_alice(port, cookies):
    """Or Bob's test would prove nothing: most spellings reach a page that shows it."""
    alone = list(one_by_one())
    answers = ask_all(port, cookies["alice"], alone)
    shown = [answer for answer in answers if CANARY.encode() in answer]
    assert len(shown) > len(alone) / 2


def test_bobs_answers_are_never_kept(port, cookies):
    """Wherever he is held back, nothing between us and him keeps the answer."""
    for answer in ask_all(port, cookies["bob"], list(one_by_one())):
        if status_of(answer) == b"303":
            assert b"no-store" in answer.lower()
            assert re.search(rb"\r\nlocation: [^?\r]*/account/required/", answer.lower())


def test_head_is_as_long_as_the_refusal(port, cookies):
    head, get = (ask(port, Vector(method=method).request(port, cookies["bob"])) for method in ("HEAD", "GET"))
    assert status_of(head) == status_of(get) == b"303"
    assert length_of(head) == length_of(get)


def length_of(answer: bytes) -> bytes:
    lines = answer.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    return next(line for line in lines if line.startswith(b"content-length:"))
