"""/u/unblock: the link in the mail about a blocked account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from demo_site.tenant.attack_protection import brute_force
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.state import State


@require_GET
@with_state
def unblock(request: HttpRequest, state: State) -> HttpResponse:
    """Following the link is enough, and it works once."""
    found = state.unblockings.pop(request.GET.get("ticket", ""), None)
    if found is None:
        raise PageError(400, "Invalid link", "This link has been used, or is not known here.")
    brute_force.lift(state, [(found.connection, found.identifier)])
    return page(request, "unblocked.html", {})
