"""What this site's own rows say: whether work is done in time, and whether pushes came."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from ...conf import conf
from ...models import ChangeReport, Ended, LogCheckpoint, PasswordChange, SignIn
from .findings import Check, Verdict, note, ok, warning
from .patient import Patient

LATE = timedelta(minutes=15)
"""Three rounds of reconcile as its help has it in cron."""

LATELY = timedelta(days=7)
"""So long reports of changes are kept."""


def overdue(patient: Patient) -> Verdict | None:
    if patient.work is None:
        return None
    found = patient.work.late(timezone.now() - LATE)
    if found:
        words = ", ".join(f"{number} {name}" for name, number in found.items())
        return warning(
            f"work is overdue by a quarter of an hour or more: {words}",
            "Run reconcile_passwords every few minutes, or with --watch, and see what it says.",
        )
    return ok("no work is overdue")


def copies(patient: Patient) -> Verdict | None:
    if patient.work is None:
        return None
    if patient.work.copies_are_refused():
        return warning(
            "flags were not copied to the tenant: Auth0 refused it",
            "Grant the Management client update:users_app_metadata, and update:users should that not be enough; then "
            "reconcile_passwords does it.",
        )
    return ok("no copy of a flag was refused")


def log_pull(patient: Patient) -> Verdict | None:
    if "read:logs" not in patient.scopes(patient.runtime):
        return None
    row = LogCheckpoint.objects.filter(domain=conf.DOMAIN.host).first()
    if row is None or row.read_at < timezone.now() - LATE:
        since = f"since {row.read_at:%Y-%m-%d %H:%M} UTC" if row else "so far"
        return warning(f"the tenant's log was not read {since}", "Run reconcile_passwords every few minutes.")
    return ok("the tenant's log was read a moment ago")


def reports(_patient: Patient) -> Verdict | None:
    """Changes on Auth0's own pages make the Action report. Other changes may not: so several have to lack theirs."""
    if not conf.ACTION_SECRET:
        return None
    since = timezone.now() - LATELY
    came = ChangeReport.objects.filter(changed_at__gte=since).count()
    changes = PasswordChange.objects.filter(changed_at__gte=since).count()
    if changes and not came:
        return warning(
            f"of {changes} changes of the last week no Action reported any",
            "See that auth0-password post-change-password is bound, and what webhooks.action says.",
        )
    return ok(f"{came} reports of Actions in the last week") if came else note("no change in the last week to report")


def logouts(_patient: Patient) -> Verdict:
    last = SignIn.objects.filter(ended_by=Ended.AT_AUTH0).order_by("-ended_at").first()
    if last is None or last.ended_at is None:
        return note("no session was ended from Auth0's side so far")
    return ok(f"Auth0 last ended a session on {last.ended_at:%Y-%m-%d %H:%M} UTC")


CHECKS = (
    Check(id="work.overdue", asks="work that is due", judge=overdue),
    Check(id="work.mirror", asks="the flags' copies", judge=copies),
    Check(id="work.log_pull", asks="reading the tenant's log", judge=log_pull),
    Check(id="work.reports", asks="reports of Actions", judge=reports),
    Check(id="work.logouts", asks="sessions that Auth0 ended", judge=logouts),
)
