"""GET /v2/logout: end the tenant's session and return to an allowed address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET

from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.universal_login import sessions, social
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.state import State

# Tenant settings are not part of the seed, so no address is allowed without a client_id.
TENANT_LOGOUT_URLS: tuple[str, ...] = ()


@require_GET
@with_state
def logout(request: HttpRequest, state: State) -> HttpResponse:
    """An address that is not allowed is answered before anything ends."""
    target = _target(request, state)
    response = HttpResponseRedirect(target) if target else HttpResponse("OK", content_type="text/plain")
    sessions.end_current(request, response, state)
    if "federated" in request.GET:
        social.end_upstream(request, response, state)
    return response


def _target(request: HttpRequest, state: State) -> str | None:
    allowed = _allowed(request.GET.get("client_id"), state)
    wanted = request.GET.get("returnTo")
    if wanted is None:
        return next(iter(allowed), None)
    if _compared(wanted) not in {_compared(url) for url in allowed}:
        words = f'The "returnTo" querystring parameter "{wanted}" is not defined in "Allowed Logout URLs".'
        raise PageError(400, "invalid_request", words)
    return wanted


def _allowed(client_id: str | None, state: State) -> tuple[str, ...]:
    if client_id is None:
        return TENANT_LOGOUT_URLS
    client = state.clients.get(client_id)
    if client is None:
        raise PageError(400, "invalid_request", f"Unknown client: {client_id}")
    return tuple(client.allowed_logout_urls)


def _compared(url: str) -> str:
    """Auth0 leaves query and hash out of the comparison here (and knows no wildcards in paths)."""
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))
