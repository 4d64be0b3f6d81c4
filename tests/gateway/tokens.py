"""Keys of a tenant, and logout tokens that it may or may not have signed."""

from __future__ import annotations

import base64
import json
import time
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import RSAAlgorithm

EVENT = "http://schemas.openid.net/event/backchannel-logout"
AUDIENCE = "demo-login-client"


@cache
def made(_name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def private_key(name: str = "key-1") -> rsa.RSAPrivateKey:
    """One for each name."""
    return made(name)


@cache
def curve_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def jwk(name: str = "key-1", **changes: Any) -> dict[str, Any]:
    """As Auth0 publishes it; what comes as None is left out."""
    public = json.loads(RSAAlgorithm.to_jwk(private_key(name).public_key()))
    row = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": name, "n": public["n"], "e": public["e"], "x5c": ["MII"]}
    return {key: value for key, value in (row | changes).items() if value is not None}


def key_set(*names: str) -> dict[str, Any]:
    return {"keys": [jwk(name) for name in names or ("key-1",)]}


ABSENT = object()


def claims_of(issuer: str, **changes: Any) -> dict[str, Any]:
    """Those of a genuine token, as Auth0 writes them."""
    now = int(time.time())
    claims = {
        "iss": issuer,
        "sub": "auth0|bob",
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 120,
        "jti": "1b0a1e9c",
        "events": {EVENT: {}},
        "sid": "sid-1",
        "trace_id": "7d1d",
    }
    return {name: value for name, value in (claims | changes).items() if value is not ABSENT}


def signed(claims: dict[str, Any], *, key: str = "key-1", **header: Any) -> str:
    """By the key of that name, with Auth0's header, and whatever else a header may have."""
    known = {"typ": "JWT", "kid": key} | header
    return raw_signed({"alg": "RS256", **{k: v for k, v in known.items() if v is not ABSENT}}, claims, key)


def raw_signed(header: Any, claims: Any, key: str = "key-1") -> str:
    """RS256, whatever the header says: what PyJWT would not write."""
    head, body = (part(one) for one in (header, claims))
    signature = RSAAlgorithm(RSAAlgorithm.SHA256).sign(f"{head}.{body}".encode(), private_key(key))
    return f"{head}.{body}.{encoded(signature)}"


def part(value: Any) -> str:
    return encoded(value if isinstance(value, bytes) else json.dumps(value).encode())


def encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def by(algorithm: str, key: Any, claims: dict[str, Any], **header: Any) -> str:
    """With another algorithm."""
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "key-1"} | header)


def by_secret(secret: bytes, claims: dict[str, Any], algorithm: str = "HS256") -> str:
    """HMAC by what everybody can read, such as the public key (CVE-2022-29217)."""
    import hmac

    head, body = part({"alg": algorithm, "typ": "JWT", "kid": "key-1"}), part(claims)
    digest = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}[algorithm]
    return f"{head}.{body}.{encoded(hmac.new(secret, f'{head}.{body}'.encode(), digest).digest())}"
