"""What is wanted and known of the flag's copy in the tenant."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ...models import PasswordHome
from .effects import Effect
from .events import NOT_ALLOWED, Mirroring, NotMirrored
from .facts import Flag

FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)
"""How long after something failed it is due again: doubling, up to the longest."""

MOST_TRIES = 10
"""So many are counted: from then on every try is the longest time after the last."""


def next_try(tries: int, now: datetime) -> tuple[datetime, int]:
    """When to try again after so many failures before this one, and how many there are now."""
    return now + min(FIRST_RETRY * 2**tries, LONGEST_RETRY), min(tries + 1, MOST_TRIES)


def wanting_a_mirror(before: Flag, after: Flag, now: datetime) -> Flag:
    """The tenant's copy shall become what we know: when the flag moved, or when the copy was seen to differ."""
    if not after.subject or after.home != PasswordHome.DATABASE:
        return after
    differs = after.mirrored is not None and after.mirrored != after.needs_reset
    overdue = differs and after.mirror_due_at is None and not after.mirror_error
    if before.open != after.open or overdue:
        return replace(after, mirror_due_at=now, mirror_tries=0, mirror_error="")
    return after


def seen_again(flag: Flag) -> Flag:
    """A read ends what stood in the way, except a scope that we lack: that no read can tell."""
    gave_up = flag.mirror_due_at is None and flag.mirror_error != NOT_ALLOWED
    return replace(flag, mirror_error="") if gave_up else flag


def in_step(flag: Flag) -> Flag:
    """Nothing is due any more, if the copy is as the newest read shows it."""
    if flag.mirrored != flag.needs_reset:
        return flag
    return replace(flag, mirror_due_at=None, mirror_tries=0, mirror_error="")


def mirroring(flag: Flag, event: Mirroring, now: datetime) -> tuple[Flag, tuple[Effect, ...]]:
    """From now on a copy that is up may be our own doing, so it counts as unknown until it is read."""
    return replace(flag, mirrored=None, mirror_due_at=flag.mirror_due_at or now), ()


def not_mirrored(flag: Flag, event: NotMirrored, now: datetime) -> tuple[Flag, tuple[Effect, ...]]:
    due, tries = next_try(flag.mirror_tries, now) if event.again else (None, 0)
    known = event.copy if flag.mirrored is None else flag.mirrored
    return replace(flag, mirrored=known, mirror_due_at=due, mirror_tries=tries, mirror_error=event.error), ()
