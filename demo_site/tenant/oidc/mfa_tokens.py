"""``mfa_required``: the right password buys a token that the second factor turns into tokens."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.http import JsonResponse

from demo_site.tenant.clock import clock
from demo_site.tenant.oidc.errors import OAuthError, invalid_grant
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Granted, MfaToken

if TYPE_CHECKING:
    from demo_site.tenant.records import Client
    from demo_site.tenant.state import State

LIFETIME_S = 600


class MfaRequiredError(OAuthError):
    """Carries the token, and which factors will do."""

    def __init__(self, token: str, factors: list[str]) -> None:
        super().__init__("mfa_required", "Multifactor authentication required", 403)
        self.token = token
        self.factors = factors

    def response(self) -> JsonResponse:
        body = {
            "error": self.error,
            "error_description": self.description,
            "mfa_token": self.token,
            "mfa_requirements": {"challenge": [{"type": name} for name in self.factors]},
        }
        return JsonResponse(body, status=self.status)


def required(state: State, granted: Granted, factors: list[str], passed: list[str]) -> MfaRequiredError:
    """Keep what was granted until one of the factors comes."""
    token = f"Fe26.2**{opaque(64)}"
    state.mfa_tokens = {key: item for key, item in state.mfa_tokens.items() if item.expires_at > clock.now()}
    values = {name: value for name, value in asdict(granted).items() if name in Granted.__dataclass_fields__}
    state.mfa_tokens[token] = MfaToken(**values, expires_at=clock.now() + LIFETIME_S, passed=passed)
    return MfaRequiredError(token, factors)


def found(state: State, token: str, client: Client | None = None) -> MfaToken:
    """The words are those that auth0/Auth0.swift tells apart."""
    item = state.mfa_tokens.get(token)
    if item is None or (client is not None and item.client_id != client.client_id):
        raise invalid_grant("Malformed mfa_token")
    if item.expires_at <= clock.now():
        raise OAuthError("expired_token", "mfa_token is expired", 401)
    return item
