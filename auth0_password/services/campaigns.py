"""One decision about many users: rehearsed, confirmed for exactly those, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from django.utils import timezone

from ..exceptions import RehearsalGoneError
from ..models import CampaignStatus, PasswordState, ResetCampaign, ResetRequirement, Status, Tell
from . import flag
from .changes import state_of
from .effects import row_of
from .flag.transition import why_skipped
from .records import record
from .requirements import begin, demand_of, people, person_of, require_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser

    from .requirements import Users

DRAFT_LIFE = timedelta(days=1)
"""So long a rehearsal can be confirmed: after that it says too little about who would be skipped."""

PAGE = 500


def rehearse_reset(  # noqa: PLR0913 - what is said about one decision
    users: Users,
    *,
    reason: str,
    by: AbstractBaseUser | None,
    message: str = "",
    enforce_from: datetime | None = None,
    tell: str = Tell.NONE,
) -> ResetCampaign:
    """Write down whom `require_reset` would ask, and whom it would skip and why. Nothing is required of anybody.

    Returns a campaign with the status `draft`; its requirements are `draft` or `skipped`. Takes what `require_reset`
    takes, and raises what it raises.
    """
    demand = demand_of(reason=reason, by=by, message=message, enforce_from=enforce_from, tell=tell)
    for old in abandoned():
        discard(old)
    campaign = begin(demand, CampaignStatus.DRAFT)
    rows = (_draft(user, replace(demand, campaign=campaign.pk), by) for user in people(users))
    while batch := list(islice(rows, PAGE)):
        # Somebody whom an iterable names twice is asked once.
        ResetRequirement.objects.bulk_create(batch, ignore_conflicts=True)
    return campaign


def amend(campaign: ResetCampaign, **asked: Any) -> None:
    """Say something else about a rehearsed decision, in the words of `rehearse_reset`; about whom it is stays. Does
    nothing once it is confirmed."""
    demand = demand_of(**asked)
    said = {name: getattr(demand, name) for name in ("reason", "message", "enforce_from", "tell")}
    if ResetCampaign.objects.filter(pk=campaign.pk, status=CampaignStatus.DRAFT).update(**said):
        rehearsed = [Status.DRAFT, Status.SKIPPED]  # what somebody has confirmed meanwhile stays as it was asked
        ResetRequirement.objects.filter(campaign=campaign, status__in=rehearsed).update(**said)
    campaign.refresh_from_db()


def confirm(
    campaign: ResetCampaign, *, by: AbstractBaseUser | None, enough: Callable[[], bool] = lambda: False
) -> ResetCampaign:
    """Require it of exactly those who were rehearsed. Whoever cannot be required any more becomes `skipped`.

    May be called again, and goes on where it was interrupted; `enough` interrupts it between two users. The campaign
    is `finished` when nobody is left. Raises `RehearsalGoneError` for one that is older than a day (it is deleted) or
    was taken back.
    """
    _start(campaign)
    demand = demand_of(
        reason=campaign.reason, by=by, message=campaign.message, enforce_from=campaign.enforce_from, tell=campaign.tell
    )
    for row in _drafts(campaign):
        if enough():
            break
        require_of(row.user, replace(demand, campaign=campaign.pk, draft=row.pk), by=by)
    if not campaign.requirements.filter(status=Status.DRAFT).exists():
        running = ResetCampaign.objects.filter(pk=campaign.pk, status=CampaignStatus.RUNNING)
        running.update(status=CampaignStatus.FINISHED)
    campaign.refresh_from_db()
    return campaign


def withdraw(campaign: ResetCampaign, *, by: AbstractBaseUser | None) -> int:
    """Take a campaign back: close its open requirements as `withdrawn`. Returns how many there were.

    Whatever else is required of the same users stays. May be called again: it goes on where it was interrupted.
    """
    ResetCampaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.TAKEN_BACK)
    campaign.status = CampaignStatus.TAKEN_BACK
    ResetRequirement.objects.filter(campaign=campaign).drafts().delete()
    rows = ResetRequirement.objects.filter(campaign=campaign).open().select_related("user").order_by("pk")
    return sum(record(row.user, flag.Withdrawn(campaign=campaign.pk), by=by).closed for row in rows.iterator())


def discard(campaign: ResetCampaign) -> None:
    """Forget a rehearsal. One that was confirmed stays."""
    drafts = ResetCampaign.objects.filter(pk=campaign.pk, status=CampaignStatus.DRAFT)
    if drafts.exists():
        ResetRequirement.objects.filter(campaign=campaign, status__in=[Status.DRAFT, Status.SKIPPED]).delete()
        drafts.delete()


def abandoned() -> QuerySet[ResetCampaign]:
    """Rehearsals that nobody can confirm any more."""
    return ResetCampaign.objects.filter(status=CampaignStatus.DRAFT, created_at__lte=timezone.now() - DRAFT_LIFE)


def includes(campaign: ResetCampaign, user: AbstractBaseUser) -> bool:
    """Whether it would be required of this user."""
    return ResetRequirement.objects.filter(campaign=campaign, user_id=user.pk).drafts().exists()


def leaves_no_superuser(campaign: ResetCampaign) -> bool:
    """Whether it would be required of every superuser who can still work."""
    users = get_user_model()
    try:
        users._meta.get_field("is_superuser")
    except FieldDoesNotExist:
        return False
    free = users._default_manager.filter(is_superuser=True, is_active=True)
    free = free.exclude(pk__in=PasswordState.objects.filter(needs_reset=True).values("pk"))
    asked = ResetRequirement.objects.filter(campaign=campaign).drafts().values("user_id")
    return free.filter(pk__in=asked).exists() and not free.exclude(pk__in=asked).exists()


def _draft(user: AbstractBaseUser, demand: flag.Demand, by: AbstractBaseUser | None) -> ResetRequirement:
    state = state_of(user)
    known = flag.Flag(subject=state.subject, home=state.password_home) if state else flag.Flag()
    why = why_skipped(known, person_of(user, by))
    return row_of(demand, user, Status.SKIPPED if why else Status.DRAFT, why)


def _start(campaign: ResetCampaign) -> None:
    if abandoned().filter(pk=campaign.pk).exists():
        discard(campaign)
        raise RehearsalGoneError("the rehearsal is older than a day")
    ResetCampaign.objects.filter(pk=campaign.pk, status=CampaignStatus.DRAFT).update(status=CampaignStatus.RUNNING)
    going = ResetCampaign.objects.filter(pk=campaign.pk).exclude(status=CampaignStatus.TAKEN_BACK)
    if not going.exists():
        raise RehearsalGoneError("the campaign was taken back, or is not there any more")
    campaign.refresh_from_db()


def _drafts(campaign: ResetCampaign) -> Iterator[ResetRequirement]:
    """Each draft once, also when it stays one. Pages, so that no cursor stays open while rows are written."""
    rows, last = ResetRequirement.objects.filter(campaign=campaign).drafts().select_related("user").order_by("pk"), 0
    while page := list(rows.filter(pk__gt=last)[:PAGE]):
        yield from page
        last = page[-1].pk
