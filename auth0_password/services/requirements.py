"""Raising and lowering the flag by decision: who must choose a new password, and who need not after all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from ..models import PasswordHome, PasswordState, Reason, ResetRequirement, Status
from ..signals import ResetRequiredEvent, reset_required
from .records import database_of, open_requirements, refresh_flag, transact

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    Users = AbstractBaseUser | Iterable[AbstractBaseUser]


def require_reset(
    users: Users,
    *,
    reason: str,
    by: AbstractBaseUser | None = None,
    message: str = "",
    enforce_from: datetime | None = None,
) -> list[ResetRequirement]:
    """Require a new password of `users` (a user, an iterable or a queryset), each in its own transaction.

    `reason` is one of `Reason`. `by` is who decided it; `message` is shown to the user as theirs. `enforce_from`
    (aware; default: at once) is when it begins to block. Returns one row per user: `open`, or `skipped` with the
    reason in `skip_reason` (`elsewhere`, `inactive`, `superuser`), which leaves that user's flag alone.
    Raises `ValueError` for an unknown reason.
    """
    reason = Reason(reason).value
    now = timezone.now()
    demand = Demand(reason=reason, raised_at=now, enforce_from=enforce_from or now, by=by, message=message)
    people = [users] if isinstance(users, get_user_model()) else users
    return [
        transact(user.pk, lambda state, user=user: add_requirement(user, state, demand))  # type: ignore[misc]
        for user in people  # type: ignore[union-attr]  # a user model is not an iterable
    ]


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What is asked of a user, by whom and since when (aware UTC, in our clock)."""

    reason: str
    raised_at: datetime
    enforce_from: datetime
    by: AbstractBaseUser | None = None
    message: str = ""


def add_requirement(user: AbstractBaseUser, state: PasswordState, demand: Demand) -> ResetRequirement:
    """Raise one requirement, or record why not, inside the caller's `transact`."""
    requirement = ResetRequirement(
        user_id=user.pk,
        reason=demand.reason,
        message=demand.message,
        by_id=demand.by.pk if demand.by else None,
        by_label=label(demand.by),
        raised_at=demand.raised_at,
        enforce_from=demand.enforce_from,
        skip_reason=why_skipped(user, state, demand.by),
    )
    requirement.status = Status.SKIPPED if requirement.skip_reason else Status.OPEN
    requirement.save(using=database_of(state), force_insert=True)
    refresh_flag(state)
    if requirement.status == Status.OPEN:
        transaction.on_commit(partial(_announce, user, requirement), using=database_of(state))
    return requirement


def clear_reset(user: AbstractBaseUser, *, by: AbstractBaseUser | None, note: str = "") -> int:
    """Lower the flag by hand: close the user's open requirements as `cleared`. Returns how many there were.

    `changed_at` stays as it is: nothing is claimed about the password. `by` is who decided it.
    """
    now = timezone.now()

    def write(state: PasswordState) -> int:
        closed = close(state, Status.CLEARED, at=now, by=by, note=note)
        refresh_flag(state)
        return closed

    return transact(user.pk, write)


def close(
    state: PasswordState, status: Status, *, at: datetime, by: AbstractBaseUser | None = None, note: str = ""
) -> int:
    """Close all open requirements of a state's user, inside the caller's `transact`."""
    return open_requirements(state).update(status=status, closed_at=at, closed_by=by, note=note)


def why_skipped(user: AbstractBaseUser, state: PasswordState, by: AbstractBaseUser | None) -> str:
    """Why this user cannot be flagged, or an empty string."""
    if state.password_home == PasswordHome.ELSEWHERE:
        return "elsewhere"
    if not user.is_active:
        return "inactive"
    if by is not None and getattr(user, "is_superuser", False) and not getattr(by, "is_superuser", False):
        return "superuser"
    return ""


def label(by: Any) -> str:
    """A name for the record that stays when the account goes; empty where nobody asked."""
    if by is None:
        return ""
    full_name = by.get_full_name() if hasattr(by, "get_full_name") else ""
    return (full_name or str(by))[:150]


def _announce(user: AbstractBaseUser, requirement: ResetRequirement) -> None:
    event = ResetRequiredEvent(
        event_id=f"reset_required:{requirement.pk}",
        user_pk=user.pk,
        reason=requirement.reason,
        required_at=requirement.raised_at,
        enforce_from=requirement.enforce_from,
    )
    reset_required.send_robust(sender=type(user), event=event)
