"""`manage.py auth0_doctor`: look over site and tenant, and say what is wrong with them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from textwrap import wrap
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser

from ...conf import conf
from ...deployment.doctor import AREAS, Finding, Level, Patient, Report, examine
from ...gateway.tenant_api import TenantApi
from ...services import mirror
from ...services.kinds import KINDS
from ..base import COULD_NOT_RUN, NEEDS_YOU
from ..base import Command as BaseCommand
from ..deployment_client import DEPLOY_ID, deployment_api, is_named
from ..probing import add_probing, known_answers, known_in_words, probe_tenant

WIDTH = 110
INDENT, MARK = " " * 20, "-> "


class Command(BaseCommand):
    help = (
        "Look over this site and its tenant, and say what is missing, dangerous or not on this plan, and what to do. "
        "It changes nothing, except with --probe, which asks first."
    )
    examples = """\
  manage.py auth0_doctor                  with the site's own client; says which scopes more would take
  manage.py auth0_doctor --json           the same for programs
  AUTH0_DEPLOY_CLIENT_ID=… AUTH0_DEPLOY_CLIENT_SECRET=… manage.py auth0_doctor
  manage.py auth0_doctor --probe          try out what only this tenant can tell, on throw-away users
"""
    requires_system_checks = ()
    """They are one of its findings."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_probing(parser)

    def handle(self, **options: Any) -> None:
        if options["probe"]:
            probe_tenant(self, options)
            return
        try:
            report = examine(patient(), tell=self.looking)
        except ImproperlyConfigured as error:
            raise CommandError(f"could not run: {error}", returncode=COULD_NOT_RUN) from error
        self.print(self.table(report), {**report.as_json(), "answers": known_answers()})
        if report.errors:
            number = len(report.errors)
            raise CommandError(f"{number} error{'s' if number > 1 else ''}", returncode=NEEDS_YOU)

    def looking(self, at: str) -> None:
        self.progress(f"looking at {at}")

    def table(self, report: Report) -> Iterator[str]:
        """By area, as people read it."""
        for area, title in AREAS.items():
            found = [finding for finding in report.findings if finding.area == area]
            if found:
                yield from ["", self.style.MIGRATE_HEADING(title)]
                yield from (line for finding in together(found) for line in self.row(finding))
        if known := list(known_in_words()):
            yield from ["", self.style.MIGRATE_HEADING("Found out by --probe"), *(f"  {line}" for line in known)]
        yield from ["", summary(report)]
        if report.missing_scopes:
            yield f"Scopes that would let it look further: {', '.join(report.missing_scopes)}"

    def row(self, finding: Finding) -> Iterator[str]:
        """The level stands in words, so colours add nothing that a pipe lacks."""
        first, *rest = wrap(finding.what, WIDTH - len(INDENT))
        yield f"  {self.painted(finding.level)} {first}"
        for line in rest:
            yield f"{INDENT}{line}"
        for number, line in enumerate(wrap(finding.do, WIDTH - len(INDENT) - len(MARK))):
            yield f"{INDENT}{' ' * len(MARK) if number else MARK}{line}"

    def painted(self, level: Level) -> str:
        style = {Level.OK: self.style.SUCCESS, Level.WARNING: self.style.WARNING, Level.ERROR: self.style.ERROR}
        return style.get(level, str)(f"{level:<17}")


def patient() -> Patient:
    """With the site's own client, and with that of the deployment where the environment names it."""
    runtime = TenantApi(conf.MANAGEMENT_CLIENT_ID, conf.MANAGEMENT_CLIENT_SECRET)
    deploy = deployment_api(sleep=time.sleep) if is_named() else None
    return Patient(runtime, deploy, deploy_id=os.environ.get(DEPLOY_ID, ""), work=OwnWork())


class OwnWork:
    """What the services know of it."""

    def late(self, before: datetime) -> dict[str, int]:
        numbers = {name: kind.due_rows(before).count() for name, kind in KINDS.items()}
        return {name: number for name, number in numbers.items() if number}

    def copies_are_refused(self) -> bool:
        return mirror.is_off()


def together(findings: list[Finding]) -> Iterator[Finding]:
    """What nobody could look at for the same reason, in one row: JSON has each."""
    told: set[str] = set()
    for finding in findings:
        same = [other.what for other in findings if other.why == finding.why]
        if not finding.why:
            yield finding
        elif finding.why not in told:
            told.add(finding.why)
            what = finding.what if len(same) == 1 else f"{len(same)} checks"
            yield replace(finding, what=f"{what}: {finding.why}")


def summary(report: Report) -> str:
    numbers = [f"{len(report.of(level))} {level}" for level in Level if report.of(level)]
    return f"{conf.DOMAIN}: {', '.join(numbers)}"
