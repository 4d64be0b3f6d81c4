"""/logs: what happened, newest first, for a person to read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from demo_site.tenant.logs import categories
from demo_site.tenant.logs.reading import indexed
from demo_site.tenant.pages.paging import address, one_page
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, LogStream
    from demo_site.tenant.state import State

FAILURE = ".fail"


@require_GET
@with_state
def logs(request: HttpRequest, state: State) -> HttpResponse:
    """With ``user_id`` only that user's."""
    user_id = request.GET.get("user_id", "")
    found = [record for record in reversed(indexed(state)) if user_id in ("", record["user_id"])]
    shown, beside = one_page(request, found, user_id=user_id)
    user = state.users.get(user_id)
    context = {
        "logs": [_shown(record) for record in shown],
        "of": (user.email or user.profile["name"] if user else user_id) if user_id else "",
        **beside,
        "streams": [_stream(stream, state) for stream in state.log_streams.values()],
    }
    return page(request, "logs.html", context)


def _shown(record: Json) -> Json:
    """Only what has a value; ``details`` as they are."""
    code = record["type"]
    hidden = ("_id", "date", "details", "isMobile", "type")
    return {
        **record,
        "words": categories.words(code),
        "failed": categories.of(code).endswith(FAILURE),
        "of_user": address("/logs", user_id=record["user_id"]) if record["user_id"] else "",
        "fields": [(name, value) for name, value in record.items() if value not in (None, "") and name not in hidden],
        "written": json.dumps(record["details"], indent=2) if record["details"] else "",
    }


def _stream(stream: LogStream, state: State) -> Json:
    waiting = sum(push.payload.get("stream_id") == stream.id for push in state.pushes.values())
    return {
        "name": stream.given["name"],
        "status": stream.status,
        "to": stream.sink["httpEndpoint"],
        "waiting": waiting,
    }
