"""Work in this very process, for sites without a task backend: a little, soon, and never in anybody's way."""

from __future__ import annotations

import atexit
import logging
import os
import queue
import threading
from contextlib import suppress

from django.db import connections

from .work import Dispatcher

MOST_WAITING = 100
"""More is left to reconcile, and so is what a process has in hand when it ends."""

LAST_WORK = 10.0
"""Seconds that a process which ends waits for what its thread has in hand."""

logger = logging.getLogger("auth0_password")


class InProcess:
    """A dispatcher with one thread, which begins with the first work and does one thing after the other."""

    def __init__(self, perform: Dispatcher) -> None:
        self._perform = perform
        self.waiting: queue.Queue[tuple[str, str]]
        self._thread: threading.Thread | None
        self._start_anew()
        os.register_at_fork(after_in_child=self._start_anew)
        atexit.register(self.finish)

    def __call__(self, kind: str, pk: str) -> None:
        try:
            self.waiting.put_nowait((kind, pk))
        except queue.Full:
            return
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="auth0_password", daemon=True)
                self._thread.start()

    def finish(self, seconds: float = LAST_WORK) -> None:
        """Leave what waits to reconcile; let what is in hand come to its end, or its row would stay leased."""
        with suppress(queue.Empty):
            while True:
                self.waiting.get_nowait()
                self.waiting.task_done()
        with self.waiting.all_tasks_done:
            self.waiting.all_tasks_done.wait_for(lambda: not self.waiting.unfinished_tasks, seconds)

    def _start_anew(self) -> None:
        """Nothing waits, nobody works; so it is in a forked process, whatever its parent was doing."""
        self.waiting = queue.Queue(MOST_WAITING)
        self._starting = threading.Lock()
        self._thread = None

    def _work(self) -> None:
        while True:
            kind, pk = self.waiting.get()
            try:
                self._perform(kind, pk)
            except Exception:
                logger.exception("%s of %s was left to reconcile", kind, pk)
            finally:
                connections.close_all()
                self.waiting.task_done()
