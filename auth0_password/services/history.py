"""What is over, and how long it is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

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
from .flag.mirroring import MOST_TRIES
from .rows import rows_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

BATCH = 1000
LONGEST_WINDOW = timedelta(days=1)
"""Of any limit (`LIMITS`)."""


def outdated(now: datetime) -> dict[str, QuerySet[Any]]:
    """What nobody needs any more, in the order in which it may be deleted."""
    before = now - timedelta(days=conf.RETENTION_DAYS)
    requirements, changes = rows_of(ResetRequirement), rows_of(PasswordChange)
    old = rows_of(ResetCampaign).filter(created_at__lt=before)
    return {
        "rehearsed requirements": requirements.filter(campaign__in=abandoned().values("pk")),
        "closed requirements": requirements.filter(closed_at__lt=before).exclude(status=Status.OPEN),
        "skipped requirements": requirements.filter(status=Status.SKIPPED, raised_at__lt=before),
        "password changes": changes.filter(_is_over("mail"), _is_over("revoke"), changed_at__lt=before).filter(
            announce_due_at=None, warn_due_at=None
        ),
        "sessions": rows_of(SignIn).filter(Q(ended_at__lt=before) | Q(expires_at__lt=before)),
        "reports of changes": rows_of(ChangeReport).filter(expires_at__lt=now),
        "rehearsals": abandoned().filter(requirements=None),
        "campaigns": old.filter(
            status__in=[CampaignStatus.FINISHED, CampaignStatus.TAKEN_BACK], requirements__isnull=True
        ),
        "used tokens": rows_of(UsedToken).filter(expires_at__lt=now),
        "windows of limits": rows_of(Throttle).filter(window__lt=int((now - 2 * LONGEST_WINDOW).timestamp())),
    }


def _is_over(kind: str) -> Q:
    """Done, or in vain: tried so often that no further try would come any later."""
    return Q(**{f"{kind}_due_at": None}) | Q(**{f"{kind}_tries": MOST_TRIES})


def purge(tell: Callable[[str, int], None] = lambda _name, _count: None) -> dict[str, int]:
    """Delete what is older than `RETENTION_DAYS`, expired, or abandoned, in small batches. Returns how many of each.

    `tell` is told the number after each batch. Safe to kill, and to run twice at once.
    """
    counts: dict[str, int] = {}
    for name, rows in outdated(timezone.now()).items():
        counts[name] = 0
        while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
            rows_of(rows.model).filter(pk__in=keys).delete()
            counts[name] += len(keys)
            tell(name, counts[name])
    return counts


def purgeable() -> dict[str, int]:
    """How many of each `purge` would delete now. Campaigns and rehearsals only as far as nothing of them is kept."""
    return {name: rows.count() for name, rows in outdated(timezone.now()).items()}
