"""`transition`: every event that can move a flag, one small function each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from ...models import PasswordHome, Status
from .effects import Bound, Closed, Effect, Opened, Skipped
from .events import (
    Cleared,
    Event,
    Failed,
    Gone,
    Hinted,
    Mirrored,
    Mirroring,
    NotMirrored,
    Read,
    Required,
    SignedIn,
    Withdrawn,
)
from .facts import Demand, Evidence, Flag, Person, Requirement
from .mirroring import in_step, mirroring, next_try, not_mirrored, seen_again, wanting_a_mirror
from .reading import adoption, keys, take_over, without

Outcome = tuple[Flag, tuple[Effect, ...]]


def transition(flag: Flag, event: Event, now: datetime) -> Outcome:
    """The user's state after an event at `now` (our clock), and what has to be done besides."""
    after, effects = HANDLERS[type(event)](flag, event, now)
    return wanting_a_mirror(flag, after, now), effects


def _required(flag: Flag, event: Required, now: datetime) -> Outcome:
    if event.again:
        return flag, ()
    why = why_skipped(flag, event.person)
    return (flag, (Skipped(event.demand, why),)) if why else _opened(flag, event.demand)


def why_skipped(flag: Flag, person: Person) -> str:
    """Why this user cannot be required to change, or an empty string."""
    reasons = {
        "elsewhere": flag.home == PasswordHome.ELSEWHERE,
        "local": person.local and not flag.subject,
        "inactive": not person.active,
        "superuser": person.off_limits,
    }
    return next((name for name, holds in reasons.items() if holds), "")


def _opened(flag: Flag, demand: Demand) -> Outcome:
    one = Requirement(
        reason=demand.reason, raised_at=demand.raised_at, enforce_from=demand.enforce_from, campaign=demand.campaign
    )
    return replace(flag, open=(*flag.open, one)), (Opened(demand),)


def _signed_in(flag: Flag, event: SignedIn, now: datetime) -> Outcome:
    evidence, first = event.evidence, flag.is_first_sign_in(event.evidence.subject)
    bound: tuple[Effect, ...] = ()
    if flag.subject != evidence.subject:
        if not may_rebind(flag, evidence):
            return flag, ()
        flag, bound = _rebound(flag, evidence.subject), (Bound(evidence.subject),)
    flag, effects = _taken_over(flag, evidence, now)
    if first and event.asks and flag.home == PasswordHome.DATABASE:
        flag, asked = _opened(flag, event.asks)
        effects = (*effects, *asked)
    return flag, (*bound, *effects)


def may_rebind(flag: Flag, evidence: Evidence) -> bool:
    """Whether a user who has a subject may get another one: not while something is required of the first one's
    password, and not away from the one that has a password here."""
    if not flag.subject:
        return True
    return not flag.needs_reset and (bool(evidence.database) or flag.home != PasswordHome.DATABASE)


def _rebound(flag: Flag, subject: str) -> Flag:
    """Another subject for the same user: what was known of the old one's password says nothing about this one."""
    forgotten = replace(flag, address="", changed_at=None, read_at=None, mirrored=None, mirror_due_at=None)
    return replace(forgotten, subject=subject, home=PasswordHome.UNKNOWN)


def _read(flag: Flag, event: Read, now: datetime) -> Outcome:
    return _taken_over(flag, event.evidence, now) if event.evidence.subject == flag.subject else (flag, ())


def _taken_over(flag: Flag, evidence: Evidence, now: datetime) -> Outcome:
    """A read; then the tenant's copy of the flag, which somebody may have raised there."""
    after, effects = _seen(flag, evidence, now)
    raised_there = flag.mirrored is False and after.mirrored and not evidence.outdated
    if raised_there and not after.needs_reset and after.home == PasswordHome.DATABASE:
        after, adopted = _opened(after, adoption(evidence, now))
        return after, (*effects, *adopted)
    return after, effects


def _seen(flag: Flag, evidence: Evidence, now: datetime) -> Outcome:
    """A read, and what the newest one shows of the account and of the tenant's copy."""
    after, effects = take_over(flag, evidence, now)
    if flag.read_at is not None and evidence.read_at < flag.read_at:
        return after, effects  # an older read: what else it shows was seen, or written, since
    after = replace(
        after, linked=evidence.linked, address=evidence.address, address_verified=evidence.address_verified
    )
    return seen_again(replace(after, mirrored=_copy(flag, after, evidence))), effects


def _copy(flag: Flag, after: Flag, evidence: Evidence) -> bool | None:
    """The copy as it stands there. One that is up, and that we neither raised nor saw being raised, is not ours to
    lower: it stays unknown until the password is changed after its time, or the flag goes up here as well."""
    foreign = flag.mirrored is None and evidence.flagged and not evidence.outdated and not after.needs_reset
    return None if foreign else evidence.flagged


def _mirrored(flag: Flag, event: Mirrored, now: datetime) -> Outcome:
    """Never an adoption: what stands there is ours."""
    if event.evidence.subject != flag.subject:
        return flag, ()
    after, effects = _seen(flag, event.evidence, now)
    return (in_step(after) if after.wanted == event.wanted else after), effects


def _hinted(flag: Flag, event: Hinted, now: datetime) -> Outcome:
    return replace(flag, check_due_at=now), ()


def _failed(flag: Flag, event: Failed, now: datetime) -> Outcome:
    due, tries = next_try(flag.check_tries, now)
    return replace(flag, check_due_at=due, check_tries=tries), ()


def _gone(flag: Flag, event: Gone, now: datetime) -> Outcome:
    """Only another hint makes it worth looking again."""
    return replace(flag, check_due_at=None, check_tries=0), ()


def _cleared(flag: Flag, event: Cleared, now: datetime) -> Outcome:
    return _closed(flag, flag.open, Status.CLEARED, now)


def _withdrawn(flag: Flag, event: Withdrawn, now: datetime) -> Outcome:
    return _closed(flag, tuple(one for one in flag.open if one.campaign == event.campaign), Status.WITHDRAWN, now)


def _closed(flag: Flag, closed: tuple[Requirement, ...], status: str, now: datetime) -> Outcome:
    return (without(flag, closed), (Closed(keys(closed), status, now),)) if closed else (flag, ())


HANDLERS: dict[type, Callable[[Flag, Any, datetime], Outcome]] = {
    Required: _required,
    SignedIn: _signed_in,
    Read: _read,
    Hinted: _hinted,
    Failed: _failed,
    Gone: _gone,
    Cleared: _cleared,
    Withdrawn: _withdrawn,
    Mirroring: mirroring,
    Mirrored: _mirrored,
    NotMirrored: not_mirrored,
}
