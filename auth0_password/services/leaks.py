"""Leaked passwords that the tenant's log tells of: a new one is required, once for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from ..conf import conf
from ..gateway import Leaked
from ..models import PasswordState, Reason, ResetRequirement, Tell, subject_key
from .requirements import demand_of, require_of
from .rows import rows_of

CLOCKS = timedelta(seconds=60)
"""So much Auth0's clock and ours may differ: within that, a change is not taken to have come after the leak."""


def require(leaks: Iterable[Leaked]) -> int:
    """Require a new password (reason `breach`) of everybody whose password it still is. Returns of how many.

    However late and often a leak is told: one that was answered by a change, or by us, requires nothing more. Raises
    `ConflictError`.
    """
    newest = {leak.subject: leak for leak in sorted(leaks, key=lambda leak: leak.at)}
    return sum(_require(state, newest[state.subject]) for state in _states(list(newest)))


def _states(subjects: list[str]) -> list[PasswordState]:
    if not subjects:
        return []
    keys = [subject_key(conf.DOMAIN.host, subject) for subject in subjects]
    return list(rows_of(PasswordState).filter(subject_key__in=keys).select_related("user"))


def _require(state: PasswordState, leak: Leaked) -> bool:
    if state.changed_at is not None and state.changed_at > leak.at:
        return False
    asked = rows_of(ResetRequirement).filter(user_id=state.pk)
    if asked.filter(reason=Reason.BREACH, raised_at__gte=leak.at - CLOCKS).exists():
        return False
    # Dated as the leak, so that a change which came after it, and is not known here yet, answers it.
    raised_at = min(leak.at + CLOCKS, timezone.now())
    demand = demand_of(reason=Reason.BREACH, by=None, message="", enforce_from=None, tell=Tell.NONE)
    return require_of(state.user, replace(demand, raised_at=raised_at)) is not None
