"""`manage.py clear_password_reset`: let somebody back in by hand, whatever Auth0 says or does not say."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser
from django.db import Error

from ...exceptions import ConflictError
from ...services import clear_reset
from ..base import COULD_NOT_RUN, NEEDS_YOU, wrong_use
from ..base import Command as BaseCommand
from ..people import Named, add_who, by_of, named


class Command(BaseCommand):
    help = "Clear what is required of users: they need not choose a new password. Asks nothing of Auth0."
    examples = """\
  manage.py clear_password_reset --username grace --note "Auth0 is down, and somebody has to work"
  manage.py clear_password_reset --everybody --note "the wrong list" --dry-run
"""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_who(parser)
        parser.add_argument("--note", required=True, help="why; kept with the record")
        parser.add_argument("--by", metavar="USERNAME", help="who decided it")

    def handle(self, **options: Any) -> None:
        if not options["note"].strip():
            raise wrong_use("--note must say why")
        try:
            failed, unknown = self.run(options)
        except (Error, ImproperlyConfigured) as error:
            raise CommandError(f"could not run: {error}", returncode=COULD_NOT_RUN) from error
        if failed or unknown:
            problems = [f"nobody here is called: {', '.join(unknown)}"] if unknown else []
            problems += [f"{failed} could not be cleared: others kept writing; run it again"] if failed else []
            raise CommandError("\n".join(problems), returncode=NEEDS_YOU)

    def run(self, options: dict[str, Any]) -> tuple[int, list[str]]:
        """Do it. Returns how many failed, and the names that nobody has."""
        who, by = named(options), by_of(options["by"])
        flagged = who.users.filter(password_state__needs_reset=True)
        total, cleared, failed = flagged.count(), 0, 0
        for user in flagged.iterator(chunk_size=1000) if not options["dry_run"] else ():
            try:
                cleared += bool(clear_reset(user, by=by, note=options["note"]))
            except ConflictError:
                failed += 1
            self.progress(f"{cleared} of {total}")
        self.report(who, total, cleared, dry_run=options["dry_run"])
        return failed, who.unknown

    def report(self, who: Named, total: int, cleared: int, *, dry_run: bool) -> None:
        line = f"would be cleared: {total}" if dry_run else f"cleared: {cleared}"
        data = {"would_be_cleared" if dry_run else "cleared": total if dry_run else cleared, "unknown": who.unknown}
        self.print([line], data)
