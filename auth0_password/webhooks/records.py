"""Bodies into our words: JSON that nobody can harm us with, and the shapes in which records of the log come."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ..exceptions import NotGenuineError, UnexpectedAnswerError
from ..gateway import LogRecord, parse_time, record_from, subject_from
from ..services.devices import as_said
from ..services.pushes import Report

CHANGED = "password.changed"


@dataclass
class Batch:
    """What a body of the log stream holds: records that matter, how many others, and how many cannot be read."""

    records: list[LogRecord] = field(default_factory=list)
    others: int = 0
    broken: int = 0

    def add(self, row: object) -> None:
        raw = row.get("data", row) if isinstance(row, dict) else None
        if not isinstance(raw, dict) or not isinstance(raw.get("type"), str):
            self.broken += 1
        elif record := record_from(raw):
            self.records.append(record)
        else:
            self.others += 1


def batch_from(body: bytes) -> Batch:
    """JSON lines, an array or an object; bare records, each wrapped as `{"log_id", "data"}`, or all as `{"logs"}`."""
    batch = Batch()
    for row in _rows(body):
        batch.add(row)
    return batch


def report_from(body: bytes, domains: set[str]) -> Report | None:
    """The report of an Action; None for one of another kind, or about another tenant. Raises `NotGenuineError` for
    what no Action of ours would write."""
    event = value_of(text_of(body))
    data = event.get("data") if isinstance(event, dict) else None
    if not isinstance(data, dict) or not isinstance(event.get("type"), str):
        raise NotGenuineError("body")
    if event["type"] != CHANGED or not any(data.get("domain") == domain for domain in domains):
        return None
    subject = subject_from(data.get("user_id"))
    if not subject:
        raise NotGenuineError("user_id")
    changed_at = None
    with suppress(UnexpectedAnswerError):
        changed_at = parse_time(data.get("last_password_reset"))
    agent = as_said(data.get("user_agent"))
    return Report(subject=subject, changed_at=changed_at, ip=address_from(data.get("ip")), user_agent=agent)


def text_of(body: bytes) -> str:
    """UTF-8, and nothing else that JSON might be read from."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise NotGenuineError("encoding") from None


def value_of(text: str) -> Any:
    """JSON (RFC 8259: no NaN). Raises `NotGenuineError`, also for what is nested without end."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NotGenuineError("JSON") from None


def address_from(value: object) -> str | None:
    """Without the zone of a link-local one: that is any text, and no database takes it."""
    try:
        found = ipaddress.ip_address(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return str(type(found)(int(found))) if found else None


def _rows(body: bytes) -> Iterator[object]:
    try:
        whole = value_of(text_of(body))
    except NotGenuineError:
        yield from _lines(body)
        return
    if isinstance(whole, dict) and isinstance(whole.get("logs"), list):
        whole = whole["logs"]
    yield from whole if isinstance(whole, list) else [whole]


def _lines(body: bytes) -> Iterator[object]:
    """A line that is damaged does not cost the others. JSON may hold what else Python takes for a line's end."""
    for line in body.split(b"\n"):
        if line.strip():
            try:
                yield value_of(text_of(line))
            except NotGenuineError:
                yield None


def _no_number(name: str) -> None:
    raise ValueError(name)
