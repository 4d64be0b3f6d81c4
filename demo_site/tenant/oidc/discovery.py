"""Discovery document and published keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from demo_site.tenant import hosts
from demo_site.tenant.oidc.token import GRANTS
from demo_site.tenant.store import store
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State


@require_GET
@with_state
def openid_configuration(request: HttpRequest, state: State) -> JsonResponse:
    backchannel = {f"backchannel_logout_{name}supported": True for name in ("", "session_")}
    found = configuration(hosts.base_url(request, state))
    return JsonResponse(found | _end_session(found, state) | (backchannel if state.plan.is_enterprise else {}))


@require_GET
def jwks(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"keys": [key.as_jwk() for key in store.signing_keys]})


def _end_session(found: Json, state: State) -> Json:
    """A tenant setting, on in new tenants."""
    settings = state.tenant_settings.get("oidc_logout") or {}
    shown = settings.get("rp_logout_end_session_endpoint_discovery", True)
    return {"end_session_endpoint": f"{found['issuer']}oidc/logout"} if shown else {}


def configuration(base_url: str) -> Json:
    """Only what this tenant does; Auth0's own document promises more."""
    return {
        "issuer": f"{base_url}/",
        "authorization_endpoint": f"{base_url}/authorize",
        "token_endpoint": f"{base_url}/oauth/token",
        "userinfo_endpoint": f"{base_url}/userinfo",
        "revocation_endpoint": f"{base_url}/oauth/revoke",
        "mfa_challenge_endpoint": f"{base_url}/mfa/challenge",
        "jwks_uri": f"{base_url}/.well-known/jwks.json",
        "scopes_supported": ["openid", "profile", "offline_access", "email"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "claims_supported": [
            "aud", "auth_time", "email", "email_verified", "exp", "family_name", "given_name", "iat", "iss",
            "name", "nickname", "picture", "sub",
        ],
    }  # fmt: skip
