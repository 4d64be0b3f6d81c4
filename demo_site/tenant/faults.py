"""Faults on demand: what an answer can suffer between the tenant and whoever asked."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Any

from demo_site.tenant.exchange import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo_site.tenant.exchange import Asked

FOR_EVER = -1
STATUSES = {status for status in HTTPStatus if status >= HTTPStatus.OK}


class FaultError(ValueError):
    """A fault that cannot be understood."""


@dataclass
class Fault:
    """``times`` -1 is for ever. ``truncate``: how many bytes arrive; true is half of them."""

    id: str
    method: str | None = None
    path: str = ""
    status: int | None = None
    delay_s: float = 0.0
    drop: bool = False
    truncate: bool | int = False
    body: Any = None
    content_type: str | None = None
    after_apply: bool = False
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)

    def meets(self, method: str, path: str) -> bool:
        return self.method in (None, method) and bool(re.search(self.path, path))

    @property
    def replaces(self) -> bool:
        return self.status is not None or self.body is not None

    def answer(self, asked: Asked) -> Answer:
        status = self.status or HTTPStatus.OK
        body = _default_body(status, asked.path) if self.body is None else self.body
        text = body if isinstance(body, str) else json.dumps(body)
        content_type = self.content_type or (
            "text/plain; charset=utf-8" if isinstance(body, str) else "application/json; charset=utf-8"
        )
        return Answer(status, [("Content-Type", content_type)], text.encode())


def play(fault: Fault | None, asked: Asked, application: Callable[[Asked], Answer]) -> Answer | None:
    """The answer as it arrives; none if the connection drops. With after_apply the effect came first."""
    if fault is None:
        return application(asked)
    applied = application(asked) if fault.after_apply else None
    time.sleep(fault.delay_s)
    if fault.drop:
        return None
    answer = fault.answer(asked) if fault.replaces else applied or application(asked)
    answer.headers += fault.headers.items()
    if fault.truncate is not False:
        answer.cut_to = len(answer.body) // 2 if fault.truncate is True else fault.truncate
    return answer


class Faults:
    """The faults in force, in the order they were asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []
        self._numbers = count(1)

    def add(self, wanted: Any) -> list[str]:
        if not isinstance(wanted, list):
            raise FaultError("faults: must be a list of objects")
        with self._lock:
            fresh = [_fault(f"fault_{next(self._numbers)}", item) for item in wanted]
            self._faults += fresh
        return [fault.id for fault in fresh]

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The first that meets this request, one of its times used up."""
        with self._lock:
            fault = next((item for item in self._faults if item.times and item.meets(method, path)), None)
            if fault and fault.times != FOR_EVER:
                fault.times -= 1
            return fault


def _is_line(value: Any) -> bool:
    """Fit for a header."""
    return isinstance(value, str) and value.isprintable()


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool)


# What a value must be, in words and as a question.
RULES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "method": ("a method in capitals", lambda value: _is_line(value) and value.isalpha() and value.isupper()),
    "path": ("a regular expression", _is_text),
    "status": ("a status code from 200", lambda value: type(value) is int and value in STATUSES),
    "delay_s": ("a number of seconds from 0", lambda value: type(value) in (int, float) and value >= 0),
    "drop": ("true or false", _is_switch),
    "truncate": ("true, false or a number of bytes", lambda value: isinstance(value, int) and value >= 0),
    "body": ("anything", lambda _value: True),
    "content_type": ("a line of text", _is_line),
    "after_apply": ("true or false", _is_switch),
    "times": ("a whole number from 1, or -1 for ever", lambda value: type(value) is int and 0 != value >= FOR_EVER),
    "headers": (
        "an object of lines of text",
        lambda value: isinstance(value, dict) and all(map(_is_line, [*value, *value.values()])),
    ),
}


def _fault(fault_id: str, item: Any) -> Fault:
    if not isinstance(item, dict):
        raise FaultError("faults: must be a list of objects")
    for key, value in item.items():
        if key not in RULES:
            msg = f"faults: unknown key {key!r}; known are {', '.join(RULES)}"
            raise FaultError(msg)
        words, fits = RULES[key]
        if not fits(value):
            msg = f"faults: {key} must be {words}, not {value!r}"
            raise FaultError(msg)
    try:
        re.compile(item.get("path", ""))
    except re.error as error:
        msg = f"faults: {item['path']!r} is no regular expression: {error}"
        raise FaultError(msg) from error
    return Fault(fault_id, **item)


def _default_body(status: int, path: str) -> dict[str, Any]:
    """The shape that part of Auth0 uses: Management API or OAuth."""
    reason = HTTPStatus(status).phrase
    limited = status == HTTPStatus.TOO_MANY_REQUESTS
    message = "Global limit has been reached" if limited else reason
    if not path.startswith("/api/v2/"):
        return {"error": "too_many_requests" if limited else "server_error", "error_description": message}
    body = {"statusCode": status, "error": reason, "message": message}
    return body | ({"errorCode": "too_many_requests"} if limited else {})


faults = Faults()
