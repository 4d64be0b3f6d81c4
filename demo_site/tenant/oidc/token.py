"""POST /oauth/token, form or JSON, one function per grant."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from demo_site.tenant import hosts
from demo_site.tenant.clock import clock
from demo_site.tenant.oidc import tokens
from demo_site.tenant.oidc.client_authentication import authenticated, parameters
from demo_site.tenant.oidc.errors import OAuthError, access_denied, invalid_grant, invalid_request
from demo_site.tenant.store import store
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.records import Client, Code, Json
    from demo_site.tenant.state import State

Parameters = dict[str, str]


@require_POST
@with_state
def token(request: HttpRequest, state: State) -> JsonResponse:
    params = parameters(request)
    grant_type = params.get("grant_type")
    if not grant_type:
        raise invalid_request("Missing required parameter: grant_type")
    client = authenticated(request, params, state)
    grant = GRANTS.get(grant_type)
    if grant is None:
        raise OAuthError("unsupported_grant_type", f"Unsupported grant type: {grant_type}", 403)
    if grant_type not in client.grant_types:
        words = f"Grant type '{grant_type}' not allowed for the client."
        raise OAuthError("unauthorized_client", words, 403)
    return JsonResponse(grant(params, client, state, hosts.issuer(request, state)))


def authorization_code(params: Parameters, client: Client, state: State, issuer: str) -> Json:
    """A code is gone once its client has shown it, whatever comes of it (RFC 6749 §4.1.2)."""
    code = state.codes.get(params.get("code", ""))
    if code is None or code.client_id != client.client_id:
        raise invalid_grant("Invalid authorization code")
    del state.codes[params["code"]]
    if code.expires_at <= clock.now():
        raise invalid_grant("Invalid authorization code")
    if params.get("redirect_uri") != code.redirect_uri:
        sent = params.get("redirect_uri", "null")
        words = f"The redirect URI is wrong. You sent {sent}, and we expected {code.redirect_uri}"
        raise OAuthError("unauthorized_client", words, 403)
    _check_verifier(code, params.get("code_verifier"))
    return tokens.for_user(state, code, issuer)


def client_credentials(params: Parameters, client: Client, _state: State, issuer: str) -> Json:
    audience = params.get("audience")
    if not audience:
        raise access_denied("No audience parameter was provided, and no default audience has been configured")
    if audience != store.management_audience:
        msg = f'Client is not authorized to access "{audience}".'
        raise access_denied(msg)
    return tokens.for_client(client, params.get("scope"), issuer)


def _check_verifier(code: Code, verifier: str | None) -> None:
    """RFC 7636 §4.6; a verifier without a challenge is refused too, as a sign of a mixed-up flow."""
    if code.code_challenge is None and verifier is None:
        return
    digest = hashlib.sha256((verifier or "").encode()).digest()
    shown = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not hmac.compare_digest(shown, code.code_challenge or ""):
        raise invalid_grant("Failed to verify code verifier")


GRANTS = {"authorization_code": authorization_code, "client_credentials": client_credentials}
