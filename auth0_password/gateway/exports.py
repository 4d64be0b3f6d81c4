"""All users' last changes in one file: an export job of Auth0's (Auth0: bulk user exports)."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..exceptions import UnexpectedAnswerError
from .errors import Call
from .log_records import subject_from
from .types import parse_time

if TYPE_CHECKING:
    from auth0.management import Auth0

    from ..conf import Domain

START_EXPORT = Call(name="POST /api/v2/jobs/users-exports", changes=True)
READ_JOB = Call(name="GET /api/v2/jobs/{id}")
DOWNLOAD = Call(name="the download of a users-export")
FIELDS = ("user_id", "last_password_reset")

DOWNLOAD_SECONDS = 300.0
IN_MEMORY = 2**23
LONGEST_LINE = 2**16
MOST_TEXT = 2**32
"""Bytes that a file may unpack to: some 40 million users."""


@dataclass(frozen=True, kw_only=True)
class ExportedUser:
    """`last_password_reset` is aware UTC, in Auth0's clock; None where there never was a change."""

    subject: str
    last_password_reset: datetime | None


def started(api: Auth0) -> str:
    """The new job's id."""
    from auth0.management.types import CreateExportUsersFields  # noqa: PLC0415 - loaded by the first call

    fields = [CreateExportUsersFields(name=name) for name in FIELDS]
    return str(api.jobs.users_exports.create(format="json", fields=fields).id)


def location_of(api: Auth0, job: str, domain: Domain) -> str:
    """Where the file lies, for a minute; empty while the job is not done."""
    shown = api.jobs.get(job)
    if shown.status not in {"pending", "processing", "completed"}:
        raise UnexpectedAnswerError("the job failed")
    if shown.status != "completed":
        return ""
    location = shown.location or ""
    parts = urlsplit(location)
    if not location or (parts.scheme != "https" and parts[:2] != (domain.scheme, domain.host)):
        raise UnexpectedAnswerError("no link to the file in the answer")
    return location


def users_in(file: IO[bytes]) -> Iterator[ExportedUser]:
    """The users of a compressed file of one JSON object a line. What is no user is left out. Raises
    `UnexpectedAnswerError` for a file that is damaged, or without end."""
    text = 0
    try:
        with file, gzip.GzipFile(fileobj=file, mode="rb") as lines:
            while line := lines.readline(LONGEST_LINE):
                text += len(line)
                if text > MOST_TEXT:
                    raise UnexpectedAnswerError(f"{DOWNLOAD.name}: too long")
                if user := user_from(line):
                    yield user
    except (OSError, EOFError, zlib.error):
        raise UnexpectedAnswerError(f"{DOWNLOAD.name}: the file is damaged") from None


def user_from(line: bytes) -> ExportedUser | None:
    try:
        row: Any = json.loads(line)
        subject = subject_from(row.get("user_id"))
        changed_at = parse_time(row.get("last_password_reset"))
    except (ValueError, RecursionError, AttributeError, UnexpectedAnswerError):
        return None
    return ExportedUser(subject=subject, last_password_reset=changed_at) if subject else None


def fetched(download: Callable[[str, IO[bytes]], int], location: str) -> IO[bytes]:
    """The file, as far as it is small in memory."""
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - who reads it closes it
    status = download(location, file)
    if status != 200:  # noqa: PLR2004 - HTTP
        file.close()
        raise DOWNLOAD.answered(status, {}, None)
    file.seek(0)
    return file
