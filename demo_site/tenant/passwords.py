"""One cheap salted hash: enough for a stand-in whose passwords are printed on its home page."""

from __future__ import annotations

import hashlib
import hmac
import secrets

# Auth0 hashes with bcrypt, which reads 72 bytes; the legacy policy truncates without a word.
READ_BYTES = 72
COST = 2**4


def hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_digest(password, salt).hex()}"


def matches(password: str, stored: str) -> bool:
    salt, _, digest = stored.partition("$")
    return hmac.compare_digest(_digest(password, bytes.fromhex(salt)), bytes.fromhex(digest))


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode()[:READ_BYTES], salt=salt, n=COST, r=8, p=1, dklen=32)
