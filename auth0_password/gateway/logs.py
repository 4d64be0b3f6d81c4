"""The tenant's log, by checkpoint (Auth0: retrieve logs using the Management API)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import Call
from .log_records import LogPage, page_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from .client import Client

READ_LOGS = Call(name="GET /api/v2/logs")
LOGS = "/api/v2/logs"


def read_logs(client: Client, token: Callable[[], str], after: str, take: int) -> LogPage:
    """auth0-python's `logs.list` knows no checkpoint. Without one: the newest records, by search."""
    newest = {"page": "0", "per_page": str(take), "sort": "date:-1", "include_totals": "false"}
    params = {"from": after, "take": str(take)} if after else newest
    response = client.get(LOGS, params=params, headers={"authorization": f"Bearer {token()}"})
    if not response.is_success:
        raise READ_LOGS.answered(response.status_code, response.headers, None)
    return page_from(response.json())
