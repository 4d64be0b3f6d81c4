"""Work that is wanted is a row before it is done: who is told of it, and who has it in hand."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import OperationalError, router, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..exceptions import Auth0PasswordError

Dispatcher = Callable[[str, str], None]

LEASE = timedelta(minutes=2)
"""How long a worker may have a row in hand; after that it counts as killed. Longer than any call of ours lasts."""

ATTEMPTS = 8

_dispatcher: Dispatcher | None = None


class OffError(Auth0PasswordError):
    """There is nothing to be done about this row, now or later; nothing failed."""


def set_dispatcher(dispatcher: Dispatcher | None) -> None:
    """Hand work that is wanted to this from now on, as kind and primary key. None: leave it to reconcile."""
    global _dispatcher  # noqa: PLW0603 - one per process, registered when the apps are ready
    _dispatcher = dispatcher


def wake(kind: str, pk: Any, *, using: str | None = None) -> None:
    """Say that a row is due, once it is committed. Nothing hangs on it: whatever gets lost is found by reconcile."""

    def hand_over() -> None:
        if _dispatcher is not None:
            _dispatcher(kind, str(pk))

    transaction.on_commit(hand_over, using=using, robust=True)


def lease(rows: QuerySet[Any]) -> str | None:
    """Take a row in hand, unless somebody else has it. Returns what to give it back with, None: it is not ours."""
    now, key = timezone.now(), uuid.uuid4().hex
    free = rows.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now))
    return key if write(free, lease_until=now + LEASE, lease_by=key) else None


def give_back(rows: QuerySet[Any], key: str) -> None:
    write(rows.filter(lease_by=key), lease_until=None, lease_by="")


def write(rows: QuerySet[Any], **values: Any) -> int:
    """One UPDATE, made again where the database chose it to end a deadlock (MariaDB does, of many workers at once):
    what it notes has been done already. Raises the last error of the database."""
    for _ in range(ATTEMPTS - 1):
        with suppress(OperationalError), transaction.atomic(using=router.db_for_write(rows.model)):
            return rows.update(**values)
    return rows.update(**values)
