"""Signatures of Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body`, the body as it came."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

from ..conf import key_of
from ..exceptions import NotGenuineError

ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,128}")
"""Printable, and without the dot that parts it from the time."""

SECONDS = re.compile(r"[0-9]{1,11}")
TOLERANCE = 300
"""Seconds before and after now: what was caught on the way is not good for longer (the reference library's)."""

MOST_SIGNATURES = 10
VERSION = "v1,"


def check_signature(headers: Mapping[str, str], body: bytes, secrets: Iterable[str], *, now: float) -> None:
    """Raises `NotGenuineError` unless one of the secrets signed this body, a moment ago."""
    name, sent_at, signatures = (headers.get(f"webhook-{key}", "") for key in ("id", "timestamp", "signature"))
    if not ID.fullmatch(name) or not SECONDS.fullmatch(sent_at):
        raise NotGenuineError("headers")
    given = [item.encode("utf-8", "surrogatepass") for item in signatures.split(" ", MOST_SIGNATURES)]
    expected = [sign(secret, name, int(sent_at), body).encode() for secret in secrets]
    # As texts: base64 has several spellings of the same bytes. All of them are compared, whichever fits.
    fits = [hmac.compare_digest(mine, theirs) for mine in expected for theirs in given[:MOST_SIGNATURES]]
    if not any(fits):
        raise NotGenuineError("signature")
    if abs(now - int(sent_at)) > TOLERANCE:
        raise NotGenuineError("timestamp")


def sign(secret: str, name: str, sent_at: int, body: bytes) -> str:
    """The `webhook-signature` that such a request has to bring."""
    content = f"{name}.{sent_at}.".encode() + body
    return VERSION + base64.b64encode(hmac.new(key_of(secret), content, hashlib.sha256).digest()).decode()
