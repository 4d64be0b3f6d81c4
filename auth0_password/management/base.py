"""What the commands have in common: examples in their help, exit statuses, words for people and for programs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter

NEEDS_YOU, COULD_NOT_RUN = 1, 2
STATUSES = "exit status: 0 done; 1 it ran, but something needs you; 2 wrong use, or it could not run"


class Formatter(DjangoHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Django's, with the examples as they are."""


class Command(BaseCommand):
    """What these commands have in common: examples, `--json`, progress on a terminal, plain lines in a pipe."""

    examples = ""
    json = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        epilog = f"examples:\n{self.examples}\n{STATUSES}\n"
        return super().create_parser(prog_name, subcommand, epilog=epilog, formatter_class=Formatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="change nothing, and say what would happen")
        parser.add_argument("--json", action="store_true", help="print what happened as JSON, one object in a line")

    def progress(self, text: str) -> None:
        """On a terminal: how far it is, in one line."""
        if self.stdout.isatty() and not self.json:
            self.stdout.write(f"\r\033[K{text}", ending="")
            self.stdout.flush()

    def say(self, line: str) -> None:
        """One more line for people."""
        if not self.json:
            self.progress("")
            self.stdout.write(line)

    def print(self, lines: Iterable[str], data: dict[str, Any]) -> None:
        """What happened: for people, or with `--json` for programs."""
        if self.json:
            self.stdout.write(json.dumps(data, default=str))
            return
        for line in lines:
            self.say(line)

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.json = bool(options.get("json"))
        return super().execute(*args, **options)


def wrong_use(text: str) -> CommandError:
    return CommandError(text, returncode=COULD_NOT_RUN)
