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

from ...exceptions import ConflictError, GatewayError
from ...services import log_pull, mirror
from ...services.kinds import KINDS
from ...services.reconcile import Counts, due, reconcile
from ...services.sweep import Swept, sweep
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
  manage.py reconcile_passwords --sweep           once a night: compare every user's last change with Auth0's
"""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--kind", action="append", choices=KINDS, help="only this kind; may be repeated")
        parser.add_argument("--limit", type=positive, metavar="N", help="at most N rows of each kind")
        parser.add_argument(
            "--sweep", action="store_true", help="first have Auth0 export all users, and read those who differ"
        )
        parser.add_argument("--watch", action="store_true", help="go on until SIGTERM or SIGINT")
        parser.add_argument(
            "--interval", type=positive, default=60, metavar="SECONDS", help="with --watch: between two rounds (60)"
        )

    def handle(self, **options: Any) -> None:
        self.stop, self.options = Signalled(), options
        self.rows: dict[str, dict[str, int]] = {}
        self.log_is_off_for: int | None = None
        with self.stop.by_signals():
            try:
                self.watch() if options["watch"] else self.once()
            except (Error, ImproperlyConfigured) as error:
                raise CommandError(f"could not run: {error}", returncode=COULD_NOT_RUN) from error

    def once(self) -> None:
        self.ask_for_the_scope()
        complaint = "\n".join(filter(None, [self.sweep(), self.round()]))
        if complaint:
            raise CommandError(complaint, returncode=NEEDS_YOU)

    def watch(self) -> None:
        """A round that fails is told and forgotten: the next one does what it left."""
        told, rounds = self.sweep(), count()
        if told:
            self.stderr.write(told)
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
        silent = "" if kinds else self.listen()
        counts = reconcile(kinds, limit=self.options["limit"], stop=self.stop, tell=self.tried)
        self.tell(counts)
        return "\n".join(filter(None, [silent, complaint_about(counts)]))

    def sweep(self) -> str:
        """Compare all users, where that is asked for. Returns what needs somebody."""
        if not self.options["sweep"] or self.options["dry_run"]:
            return ""
        try:
            self.rows["sweep"] = asdict(sweep(self.stop, tell=self.swept))
        except (GatewayError, ConflictError) as error:
            return f"the users were not compared: {error}"
        return ""

    def swept(self, so_far: Swept) -> None:
        self.progress(f"sweep: {so_far.users} users")

    def listen(self) -> str:
        """Read on in the tenant's log. Where the scope is missing that is said once, and asked seldom."""
        if self.log_is_off_for:
            self.log_is_off_for -= 1
            return ""
        pulled = log_pull.pull_logs()
        if pulled.off:
            if self.log_is_off_for is None:
                self.say(log_pull.SCOPE_MISSING)
            self.log_is_off_for = ROUNDS_WITHOUT_ASKING
            return ""
        self.rows["logs"] = {"records": pulled.records, "hints": pulled.hints}
        return "the tenant's log could not be read" if pulled.failed else ""

    def ask_for_the_scope(self) -> None:
        """Where the mirror is off: somebody may have granted the scope, and one user is enough to find out."""
        if "mirror" in (self.options["kind"] or KINDS) and not self.options["dry_run"]:
            mirror.try_one_again()

    def tried(self, name: str, counts: Counts) -> None:
        self.progress(f"{name}: {counts.tried} of {counts.due}")

    def tell(self, counts: dict[str, Counts]) -> None:
        rows = self.rows | {name: asdict(one) for name, one in counts.items()}
        self.rows = {}
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
