"""`manage.py reconcile_passwords`: do what is due, once or for ever."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import count
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser
from django.db import Error, connections

from ...services import mirror
from ...services.kinds import KINDS
from ...services.reconcile import Counts, due, reconcile
from ..base import COULD_NOT_RUN, NEEDS_YOU
from ..base import Command as BaseCommand

ROUNDS_WITHOUT_ASKING = 60


class Signalled:
    """A stop that SIGTERM and SIGINT set. (A `threading.Event` must not be set from a signal's handler.)"""

    def __init__(self) -> None:
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, seconds: float) -> None:
        ends_at = time.monotonic() + seconds
        while not self._is_set and time.monotonic() < ends_at:
            time.sleep(min(0.2, max(0.0, ends_at - time.monotonic())))

    @contextmanager
    def by_signals(self) -> Iterator[None]:
        """From now on, instead of what these signals did before."""
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = [signal.signal(number, self._set) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    def _set(self, *_: object) -> None:
        self._is_set = True


class Command(BaseCommand):
    help = "Do the work that is due: read users at Auth0, copy the flag to the tenant, send signals that are owed."

    examples = """\
  manage.py reconcile_passwords                   from cron, every few minutes
  manage.py reconcile_passwords --watch           as a service, until it is stopped
  manage.py reconcile_passwords --kind mirror     only the flag's copy in the tenant
"""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--kind", action="append", choices=KINDS, help="only this kind; may be repeated")
        parser.add_argument("--limit", type=positive, metavar="N", help="at most N rows of each kind")
        parser.add_argument("--watch", action="store_true", help="go on until SIGTERM or SIGINT")
        parser.add_argument(
            "--interval", type=positive, default=60, metavar="SECONDS", help="with --watch: between two rounds (60)"
        )

    def handle(self, **options: Any) -> None:
        self.stop, self.options = Signalled(), options
        with self.stop.by_signals():
            try:
                self.watch() if options["watch"] else self.once()
            except (Error, ImproperlyConfigured) as error:
                raise CommandError(f"could not run: {error}", returncode=COULD_NOT_RUN) from error

    def once(self) -> None:
        self.ask_for_the_scope()
        complaint = self.round()
        if complaint:
            raise CommandError(complaint, returncode=NEEDS_YOU)

    def watch(self) -> None:
        """A round that fails is told and forgotten: the next one does what it left."""
        told, rounds = "", count()
        while not self.stop.is_set():
            try:
                if next(rounds) % ROUNDS_WITHOUT_ASKING == 0:
                    self.ask_for_the_scope()
                complaint = self.round()
            except Error as error:
                complaint = f"the database does not answer: {error}"
            if complaint and complaint != told:
                self.stderr.write(complaint)
            told = complaint
            connections.close_all()
            self.stop.wait(self.options["interval"])

    def round(self) -> str:
        """Do it once, and say what was done. Returns what needs somebody, or an empty string."""
        kinds = self.options["kind"]
        if self.options["dry_run"]:
            self.tell({name: Counts(due=number, left=number) for name, number in due(kinds).items()})
            return ""
        counts = reconcile(kinds, limit=self.options["limit"], stop=self.stop, tell=self.tried)
        self.tell(counts)
        return complaint_about(counts)

    def ask_for_the_scope(self) -> None:
        """Where the mirror is off: somebody may have granted the scope, and one user is enough to find out."""
        if "mirror" in (self.options["kind"] or KINDS) and not self.options["dry_run"]:
            mirror.try_one_again()

    def tried(self, name: str, counts: Counts) -> None:
        self.progress(f"{name}: {counts.tried} of {counts.due}")

    def tell(self, counts: dict[str, Counts]) -> None:
        rows = {name: asdict(one) for name, one in counts.items()}
        self.print([f"{name}: {in_words(row)}" for name, row in rows.items()], rows)


def in_words(row: dict[str, int]) -> str:
    return ", ".join(f"{number} {word}" for word, number in row.items())


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def complaint_about(counts: dict[str, Counts]) -> str:
    """What needs somebody, in one line for each; empty where nothing does."""
    failed, left = sum(one.failed for one in counts.values()), sum(one.left for one in counts.values())
    lines = [f"{failed} failed and will be tried again, {left} left for the next run"] if failed or left else []
    if "mirror" in counts and mirror.is_off():
        lines.append(mirror.SCOPES_MISSING)
    return "\n".join(lines)
