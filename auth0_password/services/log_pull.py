"""The tenant's log, read by checkpoint: hints for a site that nobody can push to."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from django.utils import timezone

from ..conf import conf
from ..exceptions import ConflictError, GatewayError, GatewayRefusedError, UnexpectedAnswerError
from ..gateway import LogPage, background, get_gateway
from ..models import LogCheckpoint
from .pushes import take_records
from .rows import rows_of

TAKE = 100
"""Auth0's most for one call."""

TAKES = (TAKE, 10, 1)
"""Records can hold whole users, and a page of them more than we take for an answer: then fewer are asked for."""

MOST_PAGES = 10
"""In one round; what is left is read in the next."""

NOT_AGAIN_FOR = timedelta(seconds=20)
"""So long one process has the log to itself."""

SCOPE_MISSING = "The tenant's log is not read: grant the Management client the scope read:logs, should you want it."
LOST = "Auth0 does not know our place in its log any more; what came before its newest records was not read"
GONE = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}
"""How Auth0 may answer where a record that we name is older than its log is kept (not documented)."""

logger = logging.getLogger("auth0_password")


@dataclass(frozen=True, kw_only=True)
class Pulled:
    """So many records were read, and so many users hinted at. `off`: the Management client lacks the scope. `failed`:
    Auth0 or the database did not answer; the next round goes on from there."""

    records: int = 0
    hints: int = 0
    off: bool = False
    failed: bool = False


def pull_logs() -> Pulled:
    """Read on from where the last round ended, unless another process does so now.

    The place moves only once what was read is taken: a process that is killed in between reads it again.
    """
    checkpoint = _claim()
    if checkpoint is None:
        return Pulled()
    records, hints, take = 0, 0, TAKE
    try:
        with background():
            for _ in range(MOST_PAGES):
                page, take = _read(checkpoint.log_id, take)
                hints += take_records(page.records)
                records += page.count
                _move(checkpoint, page.last)
                if page.count < take:
                    break
    except (GatewayError, ConflictError) as error:
        refused = isinstance(error, GatewayRefusedError) and error.status == HTTPStatus.FORBIDDEN
        if not refused:
            logger.warning("the tenant's log: %s", error)
        return Pulled(records=records, hints=hints, off=refused, failed=not refused)
    return Pulled(records=records, hints=hints)


def _read(log_id: str, most: int) -> tuple[LogPage, int]:
    """The next page, and how many it could have held. The first of all is the newest; the sweep finds the rest."""
    for take in TAKES[TAKES.index(most) :]:
        try:
            return get_gateway().read_logs(log_id, take), take
        except UnexpectedAnswerError as error:
            if log_id and error.status in GONE:
                break
            if error.status is not None or take == TAKES[-1]:
                raise
    logger.warning(LOST)
    return _read("", most)


def _claim() -> LogCheckpoint | None:
    now, rows = timezone.now(), rows_of(LogCheckpoint)
    row, made = rows.get_or_create(domain=conf.DOMAIN.host, defaults={"read_at": now})
    free = rows.filter(pk=row.pk, read_at__lte=now - NOT_AGAIN_FOR)
    return row if made or free.update(read_at=now) else None


def _move(checkpoint: LogCheckpoint, last: str) -> None:
    if last and last != checkpoint.log_id:
        rows_of(LogCheckpoint).filter(pk=checkpoint.pk).update(log_id=last, read_at=timezone.now())
        checkpoint.log_id = last
