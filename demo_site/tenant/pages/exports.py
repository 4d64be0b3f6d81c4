"""/exports/…: the file of a finished export. The link is its own key, for a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from demo_site.tenant.jobs import exports
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.state import State


@require_GET
@with_state
def file(request: HttpRequest, state: State, name: str) -> HttpResponse:
    found = exports.file_at(state, name.partition(".")[0], request.GET.get("key", ""))
    if found is None:
        raise PageError(403, "access_denied", "This link has expired.")
    return HttpResponse(found, content_type="application/gzip")
