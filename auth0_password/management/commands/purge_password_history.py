"""`manage.py purge_password_history`: delete what is over and older than `RETENTION_DAYS`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import Error

from ...services.history import purge, purgeable
from ..base import COULD_NOT_RUN
from ..base import Command as BaseCommand


class Command(BaseCommand):
    help = "Delete closed requirements, changes and campaigns older than RETENTION_DAYS, and what has expired."
    examples = """\
  manage.py purge_password_history --dry-run
  manage.py purge_password_history        from cron, once a day
"""

    def handle(self, **options: Any) -> None:
        try:
            counts = purgeable() if options["dry_run"] else purge(self.tell)
        except (Error, ImproperlyConfigured) as error:
            raise CommandError(f"could not run: {error}", returncode=COULD_NOT_RUN) from error
        word = "would be deleted" if options["dry_run"] else "deleted"
        self.print([f"{name} {word}: {count}" for name, count in counts.items()], dict(counts))

    def tell(self, name: str, count: int) -> None:
        self.progress(f"{name}: {count}")
