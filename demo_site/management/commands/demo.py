"""`manage.py demo`: the local tenant and the site, side by side, until Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo_site import processes, rows, seed

INTERRUPTED = 130  # as shells say it


class Command(BaseCommand):
    """Migrates, seeds, starts both, says who can sign in as whom, and stops both at the end."""

    help = "Run the demonstration. Example: manage.py demo --exec 'curl -s http://localhost:8000/'"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--exec", metavar="CMD", help="run CMD once both answer, stop both, exit with its status")
        parser.add_argument("--reset", action="store_true", help="begin anew: forget the database file and the tenant")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            status = self._demonstrate(options)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")
            status = INTERRUPTED if options["exec"] else 0
        if status:
            raise SystemExit(status)

    def _demonstrate(self, options: dict[str, Any]) -> int:
        """Returns the command's status; without one, that of whichever process ended by itself."""
        settings.RUN_DIR.mkdir(exist_ok=True)
        if options["reset"]:
            processes.forget_state()
        self._refuse_taken_ports()
        call_command("migrate", verbosity=0)
        if not settings.REAL_TENANT:
            self.stdout.write("Into the tenant goes what `manage.py auth0_deploy --apply` puts there:")
            self.stdout.flush()
        with processes.Pair() as pair:
            self._introduce()
            return _run(options["exec"]) if options["exec"] else pair.wait()

    def _refuse_taken_ports(self) -> None:
        ports = {"PORT": settings.PORT} | ({} if settings.REAL_TENANT else {"TENANT_PORT": settings.TENANT_PORT})
        for name, port in ports.items():
            if processes.is_taken(port):
                raise CommandError(
                    f"Port {port} is taken, perhaps by another demo. Stop that one, or choose another port: "
                    f"{name}={port + 10} make demo",
                    returncode=2,
                )

    def _introduce(self) -> None:
        write = self.stdout.write
        write(f"\nThe site:     {settings.SITE_URL}/")
        if settings.REAL_TENANT:
            write(f"The tenant:   https://{settings.REAL_TENANT}/ (a real one: sign in as your own users)\n")
            return
        write(f"The tenant:   http://127.0.0.1:{settings.TENANT_PORT}/ (its mails: …/inbox)\n")
        for person in seed.people():
            write(f"  {person['email']:<20} {person.get('password', 'Google (stand-in)'):<20} {person['story']}")
        write("")
        for row in rows.ROWS:
            begin_with = "" if row.is_on else f" ({row.command})"
            write(f"  {row.name:<4} {row.words}{begin_with}")
        write("\nCtrl-C stops both. To begin anew: make demo ARGS=--reset\n")


def _run(command: str) -> int:
    # The person at the keyboard wrote the command line: a shell is what they expect.
    return subprocess.run(command, shell=True, env=processes.environment(), check=False).returncode  # noqa: S602


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
