"""POST /oauth/revoke: an application gives a refresh token back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from demo_site.tenant.oidc import refresh_tokens
from demo_site.tenant.oidc.client_authentication import authenticated, parameters
from demo_site.tenant.oidc.errors import invalid_request
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.state import State


@require_POST
@with_state
def revoke(request: HttpRequest, state: State) -> HttpResponse:
    """At once, and an unknown one too; the answer has no body (recorded: go-auth0's TestRevokeRefreshToken)."""
    params = parameters(request)
    client = authenticated(request, params, state)
    if not params.get("token"):
        raise invalid_request("Missing required parameter: token")
    token = state.refresh_tokens.get(params["token"])
    if token is not None and token.client_id != client.client_id:
        raise invalid_request("The token was not issued to this client")
    if token is not None:
        refresh_tokens.end_family(state, token.id)
    return HttpResponse(content_type="application/json")
