"""POST /oauth/token, form or JSON: who calls, and which grant answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from demo_site.tenant import hosts
from demo_site.tenant.oidc.client_authentication import authenticated, parameters
from demo_site.tenant.oidc.errors import OAuthError, invalid_request
from demo_site.tenant.oidc.grants import authorization_code, client_credentials, mfa, password, refresh_token
from demo_site.tenant.oidc.grants.asking import Asking
from demo_site.tenant.views import in_steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps

VENDOR = "http://auth0.com/oauth/grant-type/"
GRANTS: dict[str, Callable[[Asking, State], Steps[Json]]] = {
    "authorization_code": authorization_code.exchange,
    "client_credentials": client_credentials.exchange,
    "refresh_token": refresh_token.exchange,
    "password": password.exchange,
    f"{VENDOR}password-realm": password.exchange_with_realm,
    f"{VENDOR}mfa-otp": mfa.exchange_otp,
    f"{VENDOR}mfa-recovery-code": mfa.exchange_recovery_code,
}


@require_POST
@in_steps
def token(request: HttpRequest, state: State) -> Steps[HttpResponse]:
    params = parameters(request)
    grant_type = params.get("grant_type")
    if not grant_type:
        raise invalid_request("Missing required parameter: grant_type")
    client = authenticated(request, params, state)
    grant = GRANTS.get(grant_type)
    if grant is None:
        raise OAuthError("unsupported_grant_type", f"Unsupported grant type: {grant_type}", 403)
    if grant_type not in client.grant_types:
        raise GrantNotAllowedError(grant_type)
    asking = Asking(request, params, client, hosts.issuer(request, state))
    asking.trust_forwarded_for()
    answer = yield from grant(asking, state)
    return JsonResponse(answer)


class GrantNotAllowedError(OAuthError):
    """With an address for the developer."""

    def __init__(self, grant_type: str) -> None:
        super().__init__("unauthorized_client", f"Grant type '{grant_type}' not allowed for the client.", 403)

    def response(self) -> JsonResponse:
        body = {
            "error": self.error,
            "error_description": self.description,
            "error_uri": "https://auth0.com/docs/clients/client-grant-types",
        }
        return JsonResponse(body, status=self.status)
