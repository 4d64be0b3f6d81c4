"""What a read does: the only thing that lowers a flag by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ...models import PasswordHome, Reason, Status
from .effects import Changed, Closed, Effect
from .facts import Demand, Evidence, Flag, Requirement

CLOCK_TOLERANCE = timedelta(seconds=2)
"""How much later than a raise a change must be when only the two clocks can tell which came first."""

INSTANT = timedelta(microseconds=1)


def take_over(flag: Flag, evidence: Evidence, now: datetime) -> tuple[Flag, tuple[Effect, ...]]:
    """The state after a read of the bound subject, which arrives at `now`."""
    closed = _answered(flag, evidence)
    changed = _changed(flag, evidence)
    after = without(flag, closed)
    if changed:
        after = _with_change(after, evidence, ends_sessions=bool(closed or flag.read_at))
    after, withdrawn = _with_home(after, evidence)
    after = replace(
        after,
        read_at=max(evidence.read_at, flag.read_at or evidence.read_at),
        check_due_at=_still_due(flag, evidence, now),
        check_tries=0,
    )
    return after, (
        *([Closed(keys(closed), Status.CHANGED, evidence.changed_here)] if closed and evidence.changed_here else []),
        *withdrawn,
        *_new_change(flag, evidence),
    )


def answers(evidence: Evidence, requirement: Requirement, flag: Flag) -> bool:
    """Whether a read shows a change that answers a requirement. Equal or earlier never does.

    Only a change that was not known before: one that was counts for nothing anew, however a clock is measured today.
    And either it is later than the raise by more than clocks may differ; or the raise came before our last read was
    sent, and that read did not show the change: then it came after the raise, whatever the clocks say.
    """
    if evidence.changed_here is None or not _changed(flag, evidence):
        return False
    later = requirement.raised_at < evidence.changed_here - CLOCK_TOLERANCE
    return later or (flag.read_at is not None and requirement.raised_at <= flag.read_at)


def adoption(evidence: Evidence, now: datetime) -> Demand:
    """What the tenant's own flag asks for, whoever raised it there."""
    since = min(evidence.flagged_since or now, now)
    return Demand(reason=Reason.TENANT, raised_at=since, enforce_from=evidence.flagged_from or since)


def without(flag: Flag, closed: tuple[Requirement, ...]) -> Flag:
    """The state when these requirements are closed."""
    return replace(flag, open=tuple(one for one in flag.open if one not in closed))


def keys(closed: tuple[Requirement, ...]) -> tuple[object, ...]:
    return tuple(one.key for one in closed)


def _answered(flag: Flag, evidence: Evidence) -> tuple[Requirement, ...]:
    return tuple(one for one in flag.open if answers(evidence, one, flag))


def _changed(flag: Flag, evidence: Evidence) -> bool:
    """Whether the read shows a change that was not known before."""
    change, known = evidence.changed_at, flag.changed_at
    return change is not None and (known is None or change > known)


def _new_change(flag: Flag, evidence: Evidence) -> tuple[Changed, ...]:
    """The first read of a subject is the baseline: nobody is told of a change that we did not see happen."""
    if evidence.changed_at is None or flag.read_at is None or not _changed(flag, evidence):
        return ()
    return (Changed(evidence.changed_at, flag.address or evidence.address),)


def _with_change(flag: Flag, evidence: Evidence, *, ends_sessions: bool) -> Flag:
    """The change is known; older sessions end. A baseline ends none, unless it answered something."""
    flag = replace(flag, changed_at=evidence.changed_at)
    if not ends_sessions or evidence.changed_at is None:
        return flag
    # Never a whole second, so that a sign-in in the same second, whose time Auth0 cuts to that second, counts only
    # when it was stamped after this read.
    moment, here = evidence.changed_at + INSTANT, evidence.read_at
    return replace(
        flag,
        # A logout that Auth0 dated later than the change may have come first; it ended none of another backend's.
        sessions_valid_since=max(moment, flag.sessions_valid_since or moment),
        sessions_valid_since_here=max(here, flag.sessions_valid_since_here or here),
    )


def _with_home(flag: Flag, evidence: Evidence) -> tuple[Flag, tuple[Effect, ...]]:
    """Where the password lives. Only who was not known yet can turn out to have none here, and loses what was
    required of them for that; a flag never falls because a later read looks different."""
    if evidence.database:
        return replace(flag, home=PasswordHome.DATABASE, connection=evidence.database), ()
    if flag.home == PasswordHome.DATABASE and flag.needs_reset:
        return flag, ()
    after = replace(flag, home=PasswordHome.ELSEWHERE, connection=evidence.elsewhere)
    if flag.home != PasswordHome.UNKNOWN or not flag.open:
        return after, ()
    gone = Closed(keys(flag.open), Status.WITHDRAWN, evidence.read_at, "no password here")
    return without(after, flag.open), (gone,)


def _still_due(flag: Flag, evidence: Evidence, now: datetime) -> datetime | None:
    """A hint that came after the read was sent stays due; the next try after a failed one is not needed any more."""
    due = flag.check_due_at
    is_hint = due is not None and (due <= now or not flag.check_tries)  # another process's clock may be ahead
    return due if due is not None and is_hint and evidence.read_at < due else None
