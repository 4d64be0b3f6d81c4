"""Raising and lowering the flag by decision: who must choose a new password, and who need not after all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from ..models import CampaignStatus, PasswordState, Reason, ResetCampaign, ResetRequirement, Tell
from . import flag
from .identities import signs_in_here_only
from .letters import site_url
from .records import database_of, record

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser

    from ..models.requirements import RequirementQuerySet

    Users = AbstractBaseUser | Iterable[AbstractBaseUser]


def require_reset(  # noqa: PLR0913 - what is said about one decision
    users: Users,
    *,
    reason: str,
    by: AbstractBaseUser | None = None,
    message: str = "",
    enforce_from: datetime | None = None,
    tell: str = Tell.NONE,
) -> RequirementQuerySet:
    """Require a new password of `users` (a user, an iterable or a queryset), each in its own transaction.

    `reason` is one of `Reason`. `by` is who decided it; `message` is shown to the user as theirs. `enforce_from`
    (aware; default: at once) is when it begins to block. `tell`, one of `Tell`, is how they learn of it. Several users
    make a `ResetCampaign`, which `withdraw` can take back.

    Returns the requirements as a queryset, one per user: `open`, or `skipped` with the reason in `skip_reason`
    (`elsewhere`, `local`, `inactive`, `superuser`), which leaves that user's flag alone. Raises `ValueError` for an
    unknown word, `ConfigurationError` for mails of a site that has no `SITE_URL`.
    """
    demand = demand_of(reason=reason, by=by, message=message, enforce_from=enforce_from, tell=tell)
    if isinstance(users, get_user_model()):
        row = require_of(users, demand, by=by)
        return ResetRequirement.objects.filter(pk__in=[row.pk] if row else [])
    return _require_of_many(users, demand, by)  # type: ignore[arg-type]  # a user model is not an iterable


def demand_of(
    *, reason: str, by: AbstractBaseUser | None, message: str, enforce_from: datetime | None, tell: str
) -> flag.Demand:
    """What is asked from now on. Raises `ValueError` or `ConfigurationError`."""
    now = timezone.now()
    if Tell(tell) == Tell.MAIL:
        site_url()  # or say at once that it is missing
    return flag.Demand(
        reason=Reason(reason).value,
        raised_at=now,
        enforce_from=max(enforce_from or now, now),
        message=message,
        by=by.pk if by else None,
        by_label=label(by),
        tell=Tell(tell).value,
    )


def people(users: Users) -> Iterator[AbstractBaseUser]:
    """Those users one by one, each with their state where they come from a query."""
    if isinstance(users, QuerySet):
        return users.select_related("password_state").iterator(chunk_size=1000)
    return iter([users] if isinstance(users, get_user_model()) else users)  # type: ignore[arg-type]


def _require_of_many(
    users: Iterable[AbstractBaseUser], demand: flag.Demand, by: AbstractBaseUser | None
) -> RequirementQuerySet:
    campaign = begin(demand, CampaignStatus.RUNNING)
    for user in people(users):
        require_of(user, replace(demand, campaign=campaign.pk), by=by)
    running = ResetCampaign.objects.filter(pk=campaign.pk, status=CampaignStatus.RUNNING)
    running.update(status=CampaignStatus.FINISHED)
    return ResetRequirement.objects.filter(campaign=campaign)


def require_of(
    user: AbstractBaseUser, demand: flag.Demand, *, by: AbstractBaseUser | None = None
) -> ResetRequirement | None:
    """Raise one requirement, or record why not. None where this campaign has asked the user before, or was taken
    back meanwhile."""
    person = person_of(user, by)

    def happening(state: PasswordState) -> flag.Event:
        return flag.Required(demand=demand, person=person, again=_was_asked(state, demand))

    recorded = record(user, happening)
    return recorded.requirements[0] if recorded.requirements else None


def person_of(user: AbstractBaseUser, by: AbstractBaseUser | None) -> flag.Person:
    """What decides, beside the flag, whether `by` can require it of a user."""
    return flag.Person(active=user.is_active, local=signs_in_here_only(user), off_limits=not may_touch(user, by))


def may_touch(user: AbstractBaseUser, by: AbstractBaseUser | None) -> bool:
    """Only another superuser, or nobody in particular (a command), decides anything about a superuser."""
    return by is None or _is_superuser(by) or not _is_superuser(user)


def clear_reset(user: AbstractBaseUser, *, by: AbstractBaseUser | None, note: str = "") -> int:
    """Lower the flag by hand: close the user's open requirements as `cleared`. Returns how many there were.

    `changed_at` stays as it is: nothing is claimed about the password. `by` is who decided it.
    """
    return record(user, flag.Cleared(), by=by, note=note).closed


def label(by: Any) -> str:
    """A name for the record that stays when the account goes; empty where nobody asked."""
    if by is None:
        return ""
    full_name = by.get_full_name() if hasattr(by, "get_full_name") else ""
    return (full_name or str(by))[:150]


def note_held_back(state: PasswordState) -> None:
    """Note the first time that the user met the flag. Whoever is held back is held back without that, too."""
    if state.requirement is None or state.requirement.first_blocked_at is not None:
        return
    rows = ResetRequirement.objects.filter(pk=state.requirement.pk, first_blocked_at__isnull=True)
    with suppress(DatabaseError), transaction.atomic(using=rows.db):
        rows.update(first_blocked_at=timezone.now())


def begin(demand: flag.Demand, status: str) -> ResetCampaign:
    """Write down a decision about several users."""
    return ResetCampaign.objects.create(
        reason=demand.reason,
        message=demand.message,
        by_id=demand.by,
        by_label=demand.by_label,
        created_at=demand.raised_at,
        enforce_from=demand.enforce_from,
        tell=demand.tell,
        status=status,
    )


def _was_asked(state: PasswordState, demand: flag.Demand) -> bool:
    """Whether the campaign asked the user before (the draft that is meant is none), or asks nobody any more."""
    if demand.campaign is None:
        return False
    database = database_of(state)
    rows = ResetRequirement.objects.using(database).filter(campaign=demand.campaign, user_id=state.pk)
    asked = not rows.drafts().filter(pk=demand.draft).exists() if demand.draft else rows.exists()
    # Whoever takes it back waits until this one is committed, and then finds it (SQLite has one writer anyway).
    campaigns = ResetCampaign.objects.using(database).select_for_update().filter(pk=demand.campaign)
    return asked or CampaignStatus.TAKEN_BACK in campaigns.values_list("status", flat=True)


def _is_superuser(user: Any) -> bool:
    return bool(getattr(user, "is_superuser", False))
