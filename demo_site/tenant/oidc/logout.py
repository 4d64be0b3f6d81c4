"""GET /v2/logout: end the tenant's session and return to an allowed address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET

from demo_site.tenant.logs import sign_outs
from demo_site.tenant.logs.sign_outs import Asked
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.universal_login import sessions, social
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.state import State


@require_GET
@with_state
def logout(request: HttpRequest, state: State) -> HttpResponse:
    """An address that is not allowed is answered before anything ends."""
    asked, session = _asked(request, state), sessions.current(request, state)
    if not _is_allowed(asked):
        words = f'The "returnTo" querystring parameter "{asked.return_to}" is not defined in "Allowed Logout URLs".'
        sign_outs.failed(state, session, asked, words)
        raise PageError(400, "invalid_request", words)
    target = asked.return_to or next(iter(asked.allowed), None)
    response = HttpResponseRedirect(target) if target else HttpResponse("OK", content_type="text/plain")
    sign_outs.succeeded(state, session, asked, target)
    sessions.end_current(request, response, state)
    if "federated" in request.GET:
        social.end_upstream(request, response, state)
    return response


def _asked(request: HttpRequest, state: State) -> Asked:
    client_id = request.GET.get("client_id")
    return Asked(client_id, list(_allowed(client_id, state)), request.GET.get("returnTo"))


def _is_allowed(asked: Asked) -> bool:
    wanted = asked.return_to
    return wanted is None or _compared(wanted) in {_compared(url) for url in asked.allowed}


def _allowed(client_id: str | None, state: State) -> tuple[str, ...]:
    if client_id is None:
        return tuple(state.tenant_settings.get("allowed_logout_urls") or ())
    client = state.clients.get(client_id)
    if client is None:
        raise PageError(400, "invalid_request", f"Unknown client: {client_id}")
    return tuple(client.allowed_logout_urls)


def _compared(url: str) -> str:
    """Auth0 leaves query and hash out of the comparison here (and knows no wildcards in paths)."""
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))
