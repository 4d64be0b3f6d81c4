"""GET or POST /userinfo with an access token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_http_methods

from demo_site.tenant import hosts
from demo_site.tenant.oidc import access_tokens, audiences
from demo_site.tenant.oidc.errors import OAuthError
from demo_site.tenant.oidc.tokens import user_claims
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.state import State


@require_http_methods(["GET", "POST"])
@with_state
def userinfo(request: HttpRequest, state: State) -> JsonResponse:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    issuer = hosts.issuer(request, state)
    token = (
        access_tokens.found(state, value, audiences.userinfo(issuer), issuer) if scheme.lower() == "bearer" else None
    )
    user = state.users.get(token.user_id) if token else None
    if token is None or user is None:
        raise OAuthError("invalid_token", "Unauthorized", 401)
    return JsonResponse({"sub": user.user_id, **user_claims(user, token.scope)})
