"""An export of users: a compressed file of one JSON object per line, or of comma-separated values.

From Auth0's manage-users/user-migration/bulk-user-exports.
"""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import re
from typing import TYPE_CHECKING, Any

from demo_site.tenant.clock import clock
from demo_site.tenant.opaque import opaque

if TYPE_CHECKING:
    from collections.abc import Iterable

    from demo_site.tenant.records import Job, Json
    from demo_site.tenant.state import State

DEFAULT_FIELDS = (
    "user_id", "email", "name", "nickname", "connection", "identities", "created_at", "updated_at",
)  # fmt: skip
LINK_LIFETIME_S = 60
STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def perform(state: State, job: Job, _work: Json) -> None:
    connection = state.connection_by_id(job.shown.get("connection_id", ""))
    profiles = [user.profile for user in (state.users_of(connection.name) if connection else state.users.values())]
    fields = job.shown.get("fields") or [{"name": name} for name in DEFAULT_FIELDS]
    named = [(item["name"], item.get("export_as", item["name"])) for item in fields]
    rows = [{shown: value_at(item, name) for name, shown in named} for item in profiles[: job.shown.get("limit")]]
    names = [shown for _, shown in named]
    text = _as_csv(rows, names) if job.shown["format"] == "csv" else _as_lines(rows)
    job.content = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def location(job: Job, base_url: str) -> str:
    """A link to the file, fresh at every look at the job."""
    now = clock.now()
    key = opaque(40)
    job.links = {name: end for name, end in job.links.items() if end > now} | {key: now + LINK_LIFETIME_S}
    return f"{base_url}/exports/{job.id}.{job.shown['format']}.gz?key={key}"


def file_at(state: State, job_id: str, key: str) -> bytes | None:
    job = state.jobs.get(job_id)
    if job is None or job.links.get(key, 0.0) <= clock.now():
        return None
    return base64.b64decode(job.content)


def value_at(profile: Json, path: str) -> Any:
    """``app_metadata.flag`` or ``identities[0].connection``; none where there is nothing."""
    value: Any = profile
    for name, index in STEP.findall(path):
        if name:
            value = value.get(name) if isinstance(value, dict) else None
        else:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
    if path == "connection":
        value = profile["identities"][0]["connection"]
    return value


def _as_lines(rows: Iterable[Json]) -> str:
    lines = ({name: value for name, value in row.items() if value is not None} for row in rows)
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def _as_csv(rows: Iterable[Json], names: list[str]) -> str:
    """Against injection of formulas a text begins with a quote; Auth0's own times do not."""
    out = io.StringIO()
    plain = csv.writer(out, lineterminator="\n")
    plain.writerow(names)
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    for row in rows:
        writer.writerow([_cell(row[name]) for name in names])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, int | float) or (isinstance(value, str) and TIME.fullmatch(value)):
        return value
    return f"'{value if isinstance(value, str) else json.dumps(value)}"
