"""What every token that others bring has to be: its header, its signature, its claims. Each is read as strictly as its
standard has it; PyJWT takes more, such as times that are strings, and lists of audiences."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import jwt

from ..exceptions import NotGenuineError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

KEYS_OF_ITS_OWN = {"jku", "jwk", "x5u", "x5c", "crit"}
"""Headers by which a token would choose the key that it is verified with, or ask for more than we know (RFC 8725)."""

LONGEST_TOKEN = 8_192
"""Characters. Auth0's are around 900."""

SKEW = timedelta(seconds=60)
"""So much the clocks of those who write and read a token may differ."""

LAST_SECOND = 2**36
"""Unix seconds, in the year 4147: a time that calendars can still be moved around."""

LONGEST_NAME = 255
"""Characters. Auth0's names have at most 64."""


@dataclass(frozen=True)
class Claims:
    """Those of one token; `kind` is what errors call it."""

    kind: str
    values: dict[str, Any]

    def moment(self, name: str) -> datetime:
        """A NumericDate (RFC 7519 §2). True is a number to Python, and so are NaN and infinity."""
        value = self.values.get(name)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= LAST_SECOND:
            self.refuse(name)
        return datetime.fromtimestamp(value, UTC)

    def text(self, name: str) -> str:
        """A text that names something."""
        value = self.values.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or not value.isprintable():
            self.refuse(name)
        return value

    def life(self, now: datetime) -> tuple[datetime, datetime]:
        """When it was issued, and when it expires. It holds now, or nearly."""
        issued_at, expires_at = self.moment("iat"), self.moment("exp")
        self.check(issued_at <= now + SKEW, "iat")
        self.check(now < expires_at + SKEW, "exp")
        self.check("nbf" not in self.values or self.moment("nbf") <= now + SKEW, "nbf")
        return issued_at, expires_at

    def check(self, holds: bool, what: str) -> None:
        if not holds:
            self.refuse(what)

    def refuse(self, what: str) -> NoReturn:
        raise NotGenuineError(f"{self.kind}: {what}")


def header_of(token: str, kind: str, algorithm: str, types: Collection[str | None]) -> dict[str, Any]:
    """The header, which nobody has signed yet. Raises `NotGenuineError` unless the algorithm is this one, and the type
    one of these."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise NotGenuineError(f"{kind}: length")
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise NotGenuineError(f"{kind}: header") from None
    known = header.get("alg") == algorithm and any(header.get("typ") == one for one in types)
    if not known or KEYS_OF_ITS_OWN & header.keys():
        raise NotGenuineError(f"{kind}: header")
    return header


def verified(token: str, kind: str, algorithm: str, key: RSAPublicKey | bytes) -> Claims:
    """The claims, unread: only the signature is left to PyJWT. Raises `NotGenuineError` where it is another key's."""
    only_the_signature = {"verify_signature": True} | {
        f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
    }
    try:
        values = jwt.decode(token, key, algorithms=[algorithm], options=only_the_signature)  # type: ignore[arg-type]
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise NotGenuineError(f"{kind}: signature") from None
    return Claims(kind, values)
