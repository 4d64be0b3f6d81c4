"""``authorization_code``: the code that a browser brought back, with PKCE."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from demo_site.tenant.clock import clock
from demo_site.tenant.oidc import refresh_tokens, tokens
from demo_site.tenant.oidc.errors import OAuthError, invalid_grant

if TYPE_CHECKING:
    from demo_site.tenant.oidc.grants.asking import Asking
    from demo_site.tenant.records import Code, Json
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps


def exchange(asking: Asking, state: State) -> Steps[Json]:
    """A code is gone once its client has shown it, whatever comes of it (RFC 6749 §4.1.2)."""
    yield from ()
    code = state.codes.get(asking.params.get("code", ""))
    if code is None or code.client_id != asking.client.client_id:
        raise invalid_grant("Invalid authorization code")
    del state.codes[asking.params["code"]]
    if code.expires_at <= clock.now():
        raise invalid_grant("Invalid authorization code")
    if asking.params.get("redirect_uri") != code.redirect_uri:
        sent = asking.params.get("redirect_uri", "null")
        words = f"The redirect URI is wrong. You sent {sent}, and we expected {code.redirect_uri}"
        raise OAuthError("unauthorized_client", words, 403)
    _check_verifier(code, asking.params.get("code_verifier"))
    return tokens.for_user(state, code, asking.issuer) | refresh_tokens.first(state, code, asking)


def _check_verifier(code: Code, verifier: str | None) -> None:
    """RFC 7636 §4.6; a verifier without a challenge is refused too, as a sign of a mixed-up flow."""
    if code.code_challenge is None and verifier is None:
        return
    digest = hashlib.sha256((verifier or "").encode()).digest()
    shown = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not hmac.compare_digest(shown, code.code_challenge or ""):
        raise invalid_grant("Failed to verify code verifier")
