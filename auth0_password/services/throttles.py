"""How often something may be done. Counted in the database: no cache is needed, and every process counts together."""

from __future__ import annotations

import hashlib
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, router, transaction
from django.db.models import F
from django.utils import timezone

from ..conf import Rate, conf
from ..exceptions import LimitReachedError
from ..models import Throttle
from .records import retried

ATTEMPTS = 8


def hit(name: str, who: Any) -> None:
    """Count one more `name` (of `LIMITS`) for a person's key, an internet address or a mailbox.

    Raises `LimitReachedError`, and then counts nothing; `ConflictError` where the database kept being locked.
    """
    retried(lambda: _count(name, who, timezone.now()))


def _count(name: str, who: Any, now: datetime) -> None:
    for rate in conf.LIMITS[name]:
        if not claim(name, who, rate, now):
            raise LimitReachedError(f"{name}: more than {rate.places} in {rate.seconds} s", retry_at=_ends(rate, now))


def give_back(name: str, who: Any) -> None:
    """Undo a `hit` of just now: what it counted did not happen."""
    now = timezone.now()
    for rate in conf.LIMITS[name]:
        windows = Throttle.objects.filter(key=key_of(name, who, rate), window=_window(rate, now), count__gt=0)
        windows.update(count=F("count") - 1)


def claim(name: str, who: Any, rate: Rate, now: datetime) -> bool:
    """Take one of the window's places, if one is left. Two that come at once never take the same one, and nobody is
    refused but by a full window: the row may appear between any two of these statements."""
    database = router.db_for_write(Throttle)
    row = {"key": key_of(name, who, rate), "window": _window(rate, now)}
    windows = Throttle.objects.using(database).filter(**row)
    for _ in range(ATTEMPTS):
        if windows.filter(count__lt=rate.places).update(count=F("count") + 1):
            return True
        if windows.filter(count__gte=rate.places).exists():
            return False
        with suppress(IntegrityError), transaction.atomic(using=database):
            Throttle.objects.using(database).create(**row, count=1)
            return True
    return False


def is_full(name: str, who: Any, rate: Rate, now: datetime) -> bool:
    """Whether this window has no place left. Counts nothing."""
    row = {"key": key_of(name, who, rate), "window": _window(rate, now)}
    return Throttle.objects.filter(**row, count__gte=rate.places).exists()


def next_free(name: str, who: Any) -> datetime | None:
    """When `name` may be done again (aware, our clock); None: now. Counts nothing."""
    now = timezone.now()
    return max((_ends(rate, now) for rate in conf.LIMITS[name] if is_full(name, who, rate, now)), default=None)


def key_of(name: str, who: Any, rate: Rate) -> str:
    """A row's key. Spellings of one mailbox share it (ASVS 2.4.1: case, width, surrounding spaces)."""
    spelled = unicodedata.normalize("NFKC", str(who)).strip().casefold()
    return hashlib.sha256(f"{name}\n{spelled}\n{rate.seconds}".encode()).hexdigest()


def _window(rate: Rate, now: datetime) -> int:
    return int(now.timestamp()) // rate.seconds * rate.seconds


def _ends(rate: Rate, now: datetime) -> datetime:
    return datetime.fromtimestamp(_window(rate, now) + rate.seconds, UTC)
