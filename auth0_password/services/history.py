"""What is over, and how long it is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import router
from django.db.models import Q
from django.utils import timezone

from ..conf import conf
from ..models import (
    CampaignStatus,
    ChangeReport,
    PasswordChange,
    ResetCampaign,
    ResetRequirement,
    SignIn,
    Status,
    Throttle,
    UsedToken,
)
from .campaigns import abandoned

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

BATCH = 1000
LONGEST_WINDOW = timedelta(days=1)
"""Of any limit (`LIMITS`)."""


def outdated(now: datetime) -> dict[str, QuerySet[Any]]:
    """What nobody needs any more, in the order in which it may be deleted."""
    before = now - timedelta(days=conf.RETENTION_DAYS)
    requirements, changes = _all(ResetRequirement), _all(PasswordChange)
    old = _all(ResetCampaign).filter(created_at__lt=before)
    return {
        "rehearsed requirements": requirements.filter(campaign__in=abandoned().values("pk")),
        "closed requirements": requirements.filter(closed_at__lt=before).exclude(status=Status.OPEN),
        "skipped requirements": requirements.filter(status=Status.SKIPPED, raised_at__lt=before),
        "password changes": changes.filter(
            changed_at__lt=before, mail_due_at=None, revoke_due_at=None, announce_due_at=None, warn_due_at=None
        ),
        "sessions": _all(SignIn).filter(Q(ended_at__lt=before) | Q(expires_at__lt=before)),
        "reports of changes": _all(ChangeReport).filter(expires_at__lt=now),
        "rehearsals": abandoned().filter(requirements=None),
        "campaigns": old.filter(
            status__in=[CampaignStatus.FINISHED, CampaignStatus.TAKEN_BACK], requirements__isnull=True
        ),
        "used tokens": _all(UsedToken).filter(expires_at__lt=now),
        "windows of limits": _all(Throttle).filter(window__lt=int((now - 2 * LONGEST_WINDOW).timestamp())),
    }


def purge(tell: Callable[[str, int], None] = lambda _name, _count: None) -> dict[str, int]:
    """Delete what is older than `RETENTION_DAYS`, expired, or abandoned, in small batches. Returns how many of each.

    `tell` is told the number after each batch. Safe to kill, and to run twice at once.
    """
    counts: dict[str, int] = {}
    for name, rows in outdated(timezone.now()).items():
        counts[name] = 0
        while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
            _all(rows.model).filter(pk__in=keys).delete()
            counts[name] += len(keys)
            tell(name, counts[name])
    return counts


def purgeable() -> dict[str, int]:
    """How many of each `purge` would delete now. Campaigns and rehearsals only as far as nothing of them is kept."""
    return {name: rows.count() for name, rows in outdated(timezone.now()).items()}


def _all(model: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.using(router.db_for_write(model))
    return rows
