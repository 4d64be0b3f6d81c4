"""The tenant's RS256 signing keys: made per run, published as a JWKS."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

if TYPE_CHECKING:
    from collections.abc import Sequence

ALGORITHM = "RS256"
KEY_BITS = 2048


@dataclass(frozen=True)
class SigningKey:
    kid: str
    pem: str

    @cached_property
    def private_key(self) -> RSAPrivateKey:
        key = serialization.load_pem_private_key(self.pem.encode(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("the state file's signing key is not an RSA key")
        return key

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.private_key, ALGORITHM, headers={"kid": self.kid})

    def as_jwk(self) -> dict[str, str]:
        public = RSAAlgorithm.to_jwk(self.private_key.public_key(), as_dict=True)
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": ALGORITHM,
            "kid": self.kid,
            "n": public["n"],
            "e": public["e"],
        }


def generate() -> SigningKey:
    key = generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SigningKey(kid=secrets.token_urlsafe(16), pem=pem.decode())


def verified(token: str, keys: Sequence[SigningKey], audience: str, issuer: str) -> dict[str, Any]:
    """The claims of a token one of these keys signed; time is the caller's matter (the tenant's clock)."""
    kid = jwt.get_unverified_header(token).get("kid")
    key = next((item for item in keys if item.kid == kid), None)
    if key is None:
        raise jwt.InvalidKeyError("no such key")
    claims: dict[str, Any] = jwt.decode(
        token,
        key.private_key.public_key(),
        algorithms=[ALGORITHM],
        audience=audience,
        issuer=issuer,
        options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["exp"]},
    )
    return claims
