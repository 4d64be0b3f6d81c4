"""What an event asks for beside the new state: rows, and the signals that follow them when they are committed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, singledispatch
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ..conf import conf
from ..models import PasswordChange, PasswordState, ResetRequirement, Status, Tell, subject_key
from ..signals import PasswordChangedEvent, ResetRequiredEvent, password_changed, reset_required
from . import work
from .flag import Bound, Changed, Closed, Demand, Effect, Opened, Skipped

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser


@dataclass(frozen=True)
class Context:
    """Whose effect it is, and who decided it."""

    user: AbstractBaseUser
    state: PasswordState
    database: str
    by: AbstractBaseUser | None = None
    note: str = ""


@singledispatch
def perform(effect: Effect, context: Context) -> ResetRequirement | int | None:
    """Do it inside the caller's transaction. Returns the requirement that was written, or how many were closed."""
    raise NotImplementedError(effect)


@perform.register
def _(effect: Opened, context: Context) -> ResetRequirement:
    row = row_of(effect.demand, context.user, Status.OPEN)
    row.tell_due_at = None if row.tell == Tell.NONE else row.raised_at
    row.announce_due_at = timezone.now()
    _write(row, context.database)
    if row.tell_due_at:
        work.wake("tell", row.pk, using=context.database)
    transaction.on_commit(partial(announce_requirement, context.user, row), using=context.database)
    return row


@perform.register
def _(effect: Skipped, context: Context) -> ResetRequirement:
    return _write(row_of(effect.demand, context.user, Status.SKIPPED, effect.why), context.database)


@perform.register
def _(effect: Closed, context: Context) -> int:
    rows = ResetRequirement.objects.using(context.database).filter(pk__in=effect.keys)
    return rows.update(
        status=effect.status, closed_at=effect.at, closed_by=context.by, note=context.note or effect.note
    )


@perform.register
def _(effect: Changed, context: Context) -> None:
    now = timezone.now()
    row, is_new = PasswordChange.objects.using(context.database).get_or_create(
        # The subject that the state has when the read is taken over: a re-bound one is set by `Bound`, before this.
        subject_key=context.state.subject_key,
        changed_at=effect.at,
        defaults={
            "user_id": context.state.pk,
            "announce_due_at": now,
            "revoke_due_at": now,
            **_mail_wanted(effect.address, now),
        },
    )
    if is_new:
        work.wake("mail", row.pk, using=context.database)  # and what else is due on the row
        transaction.on_commit(partial(announce_change, context.user, row), using=context.database)


@perform.register
def _(effect: Bound, context: Context) -> None:
    key = subject_key(conf.DOMAIN.host, effect.subject)
    others = PasswordState.objects.using(context.database).filter(subject_key=key).exclude(pk=context.state.pk)
    others.update(subject="", subject_key=None, read_at=None, version=F("version") + 1)
    context.state.subject_key = key
    PasswordState.objects.using(context.database).filter(pk=context.state.pk).update(mfa_seen_at=None)


def _mail_wanted(address: str, now: datetime) -> dict[str, Any]:
    """What a change's row says of the mail to its owner: due, or why there is none."""
    if not conf.SITE_URL:
        return {"mail_outcome": "off"}
    return {"mail_to": address, "mail_due_at": now} if address else {"mail_outcome": "no_address"}


def announce_requirement(user: AbstractBaseUser, row: ResetRequirement) -> None:
    """Send `reset_required`, then note that it was sent: a process that ends in between may send it again."""
    event = ResetRequiredEvent(
        event_id=f"reset_required:{row.pk}",
        user_pk=user.pk,
        reason=row.reason,
        required_at=row.raised_at,
        enforce_from=row.enforce_from,
    )
    reset_required.send_robust(sender=type(user), event=event)
    work.write(ResetRequirement.objects.filter(pk=row.pk), announce_due_at=None)


def announce_change(user: AbstractBaseUser, change: PasswordChange) -> None:
    """Send `password_changed`, then note that it was sent: a process that ends in between may send it again."""
    event = PasswordChangedEvent(
        event_id=f"password_changed:{change.pk}", user_pk=user.pk, changed_at=change.changed_at
    )
    password_changed.send_robust(sender=type(user), event=event)
    work.write(PasswordChange.objects.filter(pk=change.pk), announce_due_at=None, announced_at=timezone.now())


def row_of(demand: Demand, user: AbstractBaseUser, status: str, why: str = "") -> ResetRequirement:
    """The demand as a row, not saved yet; `why` it was skipped."""
    return ResetRequirement(
        pk=demand.draft,
        user_id=user.pk,
        campaign_id=demand.campaign,
        reason=demand.reason,
        message=demand.message,
        by_id=demand.by,
        by_label=demand.by_label,
        raised_at=demand.raised_at,
        enforce_from=demand.enforce_from,
        tell=demand.tell,
        status=status,
        skip_reason=why,
    )


def _write(row: ResetRequirement, database: str) -> ResetRequirement:
    """A rehearsed one becomes what it is now."""
    row.save(using=database, force_insert=row.pk is None, force_update=row.pk is not None)
    return row
