"""What anybody gets at an address: of the tenant's public documents, and of this site's own receivers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import requests
from django.utils import timezone

from ...gateway.clock import http_date

SECONDS = 5.0
"""For an answer to begin, and once more for it to end."""

MOST, PART = 256 * 1024, 8 * 1024
"""Bytes of an answer; a longer one is none that we asked for."""

HALF_A_SECOND = timedelta(seconds=0.5)
"""A `Date` is cut to its second."""


@dataclass(frozen=True)
class Answer:
    """`clock_offset`: how far the server's clock is ahead of ours, within about a second; None: it does not say."""

    status: int
    body: Any
    clock_offset: timedelta | None


def ask(method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer | str:
    """One request; no redirect is followed, so nothing that proves who we are goes elsewhere. A text where no answer
    came: the kind of failure, which holds nothing of what was sent."""
    sent_at = timezone.now()
    try:
        with requests.request(
            method, url, data=body, headers=dict(headers or {}), timeout=SECONDS, allow_redirects=False, stream=True
        ) as response:
            offset = offset_of(response.headers.get("date"), sent_at, timezone.now())
            return Answer(response.status_code, read_json(response), offset)
    except (requests.RequestException, ValueError) as error:
        return type(error).__name__


def read_json(response: requests.Response) -> Any:
    """None for anything else, and for what is too long or takes too long."""
    content, ends_at = b"", monotonic() + SECONDS
    for part in response.iter_content(PART):
        content += part
        if len(content) > MOST or monotonic() > ends_at:
            return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def offset_of(header: str | None, sent_at: datetime, received_at: datetime) -> timedelta | None:
    theirs = http_date(header)
    return theirs + HALF_A_SECOND - (sent_at + (received_at - sent_at) / 2) if theirs else None
