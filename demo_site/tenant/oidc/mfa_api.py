"""The MFA API: which factors the holder of an mfa_token has, and a challenge for one of them.

A user cannot enrol a factor here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from demo_site.tenant import factors
from demo_site.tenant.oidc import mfa_tokens
from demo_site.tenant.oidc.client_authentication import authenticated, parameters
from demo_site.tenant.oidc.errors import OAuthError, invalid_request
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.records import MfaToken, User
    from demo_site.tenant.state import State

PREFIXES = {factors.OTP: "totp", factors.RECOVERY_CODE: "recovery-code"}


@require_GET
@with_state
def authenticators(request: HttpRequest, state: State) -> JsonResponse:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise OAuthError("access_denied", "Unauthorized", 401)
    user = _user(state, mfa_tokens.found(state, token))
    shown = [
        {"id": _id(user, name), "authenticator_type": name, "active": True}
        for name in factors.enrolled(state, user)
        if name in PREFIXES
    ]
    return JsonResponse(shown, safe=False)


@require_POST
@with_state
def challenge(request: HttpRequest, state: State) -> JsonResponse:
    """Nothing is sent for a one-time password of an app: the answer only names it (recorded: TestMFAChallenge)."""
    params = parameters(request)
    client = authenticated(request, params, state)
    if not params.get("mfa_token"):
        raise invalid_request("Missing required parameter: mfa_token")
    user = _user(state, mfa_tokens.found(state, params["mfa_token"], client))
    if user.otp_secret is None:
        raise OAuthError("association_required", "The user must enroll to use multi-factor authentication")
    accepted = params.get("challenge_type", factors.OTP).split()
    named = params.get("authenticator_id", _id(user, factors.OTP))
    if factors.OTP not in accepted or named != _id(user, factors.OTP):
        raise OAuthError("unsupported_challenge_type", "User does not have any of the challenge types requested")
    return JsonResponse({"challenge_type": factors.OTP})


def _user(state: State, waiting: MfaToken) -> User:
    user = state.users.get(waiting.user_id)
    if user is None:
        raise OAuthError("access_denied", "Unauthorized", 401)
    return user


def _id(user: User, factor: str) -> str:
    return f"{PREFIXES[factor]}|dev_{user.user_id.rpartition('|')[2][-16:]}"
