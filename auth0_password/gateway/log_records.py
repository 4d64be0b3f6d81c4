"""Records of the tenant's log in our words. Only three sorts matter; `details` can hold live links, and goes nowhere.

(Auth0: log event type codes, and the schemas of tenant logs.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from ..exceptions import UnexpectedAnswerError
from .types import parse_time

LONGEST_SUBJECT = 255
USER_PATH = re.compile(r"/api/v2/users/([^/?#]+)/?")
MAY_SET_A_PASSWORD = {"password", "connection"}
"""Keys of a `PATCH /api/v2/users/{id}` that sets a password: Auth0 may hide the first in its log."""


@dataclass(frozen=True)
class Changed:
    """`scp`: somebody chose a new password on Auth0's page."""

    subject: str


@dataclass(frozen=True)
class Written:
    """`sapi`: a user was written through the Management API, and a password may be among it."""

    subject: str


@dataclass(frozen=True)
class Leaked:
    """`pwd_leak`, `reset_pwd_leak`: a password that is in a known breach was used. `at` is in Auth0's clock."""

    subject: str
    at: datetime


LogRecord = Changed | Written | Leaked


@dataclass(frozen=True, kw_only=True)
class LogPage:
    """One page of the log: those records that matter, of `count`; the next begins after `last`, its newest `log_id`
    (empty: there is none)."""

    records: tuple[LogRecord, ...]
    last: str
    count: int


def record_from(raw: Mapping[str, Any]) -> LogRecord | None:
    """What a record means; None for all that does not matter here, and for what does not name its user."""
    kind = raw.get("type")
    read = READERS.get(kind) if isinstance(kind, str) else None
    return read(raw) if read else None


def page_from(rows: object) -> LogPage:
    """An answer of `GET /api/v2/logs`. Raises `UnexpectedAnswerError` for one that is no list of records."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnexpectedAnswerError("no list of log records in the answer")
    names = [row["log_id"] for row in rows if isinstance(row.get("log_id"), str)]
    records = tuple(record for row in rows if (record := record_from(row)))
    return LogPage(records=records, last=max(names, default=""), count=len(rows))


def subject_from(value: object) -> str:
    """A `user_id` that can be one of ours, else an empty string."""
    return value if isinstance(value, str) and len(value) <= LONGEST_SUBJECT and value.isprintable() else ""


def _changed(raw: Mapping[str, Any]) -> Changed | None:
    """`user_id` is not among the keys that a `scp` must have; then the page's own query may name it."""
    subject = subject_from(raw.get("user_id")) or subject_from(_at(raw, "details", "query", "user_id"))
    return Changed(subject) if subject else None


def _written(raw: Mapping[str, Any]) -> Written | None:
    """The record's own `user_id` is who called; whom it was about stands in the path."""
    method, path, body = (_at(raw, "details", "request", key) for key in ("method", "path", "body"))
    found = USER_PATH.fullmatch(path) if isinstance(path, str) else None
    if not found or str(method).upper() != "PATCH":
        return None
    if isinstance(body, dict) and body and not body.keys() & MAY_SET_A_PASSWORD:
        return None
    subject = subject_from(unquote(found[1]))
    return Written(subject) if subject else None


def _leaked(raw: Mapping[str, Any]) -> Leaked | None:
    try:
        at = parse_time(raw.get("date"))
    except UnexpectedAnswerError:
        return None
    subject = subject_from(raw.get("user_id"))
    return Leaked(subject, at) if subject and at else None


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


READERS: dict[str, Callable[[Mapping[str, Any]], LogRecord | None]] = {
    "scp": _changed,
    "sapi": _written,
    "pwd_leak": _leaked,
    "reset_pwd_leak": _leaked,
}
