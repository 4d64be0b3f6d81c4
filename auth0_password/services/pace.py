"""The tenant-wide pace, shared by all processes: when Auth0's limit is reached, or so low that bulk has to wait."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal

from django.db import DatabaseError, IntegrityError, router, transaction
from django.utils import timezone

from ..conf import Rate, conf
from ..gateway import Allowance, Priority, closed_by
from ..models import Throttle
from .throttles import key_of

RULE = Rate(1, 0)
"""There is one row for each end of a wait, however many processes were told of it."""


class SharedPace:
    """Keeps nothing while all is well: only what closes the way for somebody is written, and ends by itself."""

    def closed_until(self, priority: Priority) -> datetime | None:
        """See `gateway.Pace`. One query."""
        names = ["interactive", *(["background"] if priority == "background" else [])]
        keys = [_key(name) for name in names]
        with suppress(DatabaseError):
            rows = Throttle.objects.filter(key__in=keys, window__gt=timezone.now().timestamp()).order_by("-window")
            latest = rows.values_list("window", flat=True).first()
            return datetime.fromtimestamp(latest, UTC) if latest else None
        return None

    def learn(self, allowance: Allowance) -> None:
        """See `gateway.Pace`. Writes only what closes the way: for everybody, or for the background."""
        priorities: tuple[Priority, Priority] = ("interactive", "background")
        closed = next((name for name in priorities if closed_by(allowance, name, timezone.now())), None)
        if closed:
            _note(closed, math.ceil(allowance.resets_at.timestamp()))


def _note(name: Literal["interactive", "background"], until: int) -> None:
    database = router.db_for_write(Throttle)
    with suppress(DatabaseError, IntegrityError), transaction.atomic(using=database):
        Throttle.objects.using(database).get_or_create(key=_key(name), window=until)


def _key(name: str) -> str:
    return key_of(f"pace {name}", conf.DOMAIN.host, RULE)
