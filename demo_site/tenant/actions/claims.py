"""Custom claims that a token may carry: what collides is left out without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from demo_site.tenant.records import Json

# Auth0: create custom claims.
RESTRICTED = {
    "acr", "act", "active", "amr", "at_hash", "ath", "attest", "aud", "auth_time", "authorization_details", "azp",
    "c_hash", "client_id", "cnf", "cty", "dest", "entitlements", "events", "exp", "groups", "gty", "htm", "htu",
    "iat", "internalService", "iss", "jcard", "jku", "jti", "jwe", "jwk", "kid", "may_act", "mky", "nbf", "nonce",
    "object_id", "org_id", "org_name", "orig", "origid", "permissions", "roles", "rph", "s_hash", "sid",
    "sip_callid", "sip_cseq_num", "sip_date", "sip_from_tag", "sip_via_branch", "sub", "sub_jwk", "toe", "txn",
    "typ", "uuid", "vot", "vtm", "x5t#S256",
}  # fmt: skip
NOT_A_NAMESPACE = ("auth0.com", "webtask.io", "webtask.run")


def kept(claims: Json) -> Json:
    return {name: value for name, value in claims.items() if _is_free(name)}


def _is_free(name: str) -> bool:
    """Neither a claim of Auth0's own, nor in a namespace of its domains."""
    host = urlsplit(name).hostname or ""
    theirs = any(host == domain or host.endswith(f".{domain}") for domain in NOT_A_NAMESPACE)
    return name not in RESTRICTED and not theirs and name.split(":")[:2] != ["urn", "auth0"]
