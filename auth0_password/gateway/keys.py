"""The tenant's public keys (`/.well-known/jwks.json`), kept as long as they serve."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from ..exceptions import GatewayError, GatewayUnavailableError, NotGenuineError, UnexpectedAnswerError
from .deadline import time_left
from .errors import Call, afresh

if TYPE_CHECKING:
    from .client import Client

READ_KEYS = Call(name="GET /.well-known/jwks.json")

KEPT, LONGEST_KEPT = 3_600.0, 86_400.0
"""Seconds after which keys are fetched anew; where that fails they serve on, up to a day."""

BETWEEN_FETCHES, AFTER_FAILURE = 60.0, 10.0
"""Seconds in which nobody fetches again: tokens can name any key."""

VERIFY_SECONDS = 4.0
"""Auth0 waits five for an answer, and whoever names odd keys while it is silent must not hold our threads."""

MOST_KEYS, SHORTEST_KEY = 20, 2_048


class KeySet:
    """Gives the key of a name. Threads share it; one of them fetches, and nobody waits for it who knows the key."""

    def __init__(self, fetch: Callable[[], Mapping[str, RSAPublicKey]]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._fetched_at = self._next_at = float("-inf")
        self._failure: GatewayError | None = None

    def __call__(self, name: str) -> RSAPublicKey:
        """Raises `NotGenuineError` where the tenant has no such key, `GatewayError` where that is not known now."""
        if (key := self._known(name, KEPT)) is not None:
            return key
        older = self._known(name, LONGEST_KEPT)
        if not self._lock.acquire(timeout=time_left() if older is None else 0):
            if older is not None:
                return older
            raise GatewayUnavailableError(f"{READ_KEYS.name}: still waiting for another thread's answer")
        try:
            return self._found(name, fetched_now=self._refresh())
        finally:
            self._lock.release()

    def _found(self, name: str, *, fetched_now: bool) -> RSAPublicKey:
        if (key := self._known(name, LONGEST_KEPT)) is not None:
            return key
        if self._failure is not None:
            raise afresh(self._failure)
        if fetched_now:
            raise NotGenuineError("no such key")
        raise GatewayUnavailableError(f"{READ_KEYS.name}: fetched a moment ago")

    def _known(self, name: str, seconds: float) -> RSAPublicKey | None:
        return self._keys.get(name) if monotonic() < self._fetched_at + seconds else None

    def _refresh(self) -> bool:
        """Fetch, unless that was done a moment ago. Returns whether it was done now."""
        if monotonic() < self._next_at:
            return False
        try:
            self._keys, self._failure = self._fetch(), None
        except GatewayError as error:
            self._failure, self._next_at = afresh(error), monotonic() + AFTER_FAILURE
        else:
            self._fetched_at, self._next_at = monotonic(), monotonic() + BETWEEN_FETCHES
        return True


def fetch_keys(client: Client) -> dict[str, RSAPublicKey]:
    """The keys that sign by RS256, by name (`kid`). What else a key set may hold is left out (RFC 7517 §5)."""
    response = client.get("/.well-known/jwks.json")
    if not response.is_success:
        raise READ_KEYS.answered(response.status_code, response.headers, None)
    answer = response.json()
    rows = answer.get("keys") if isinstance(answer, dict) else None
    keys = [key for row in rows[:MOST_KEYS] if (key := key_from(row))] if isinstance(rows, list) else []
    if not keys:
        raise UnexpectedAnswerError("no keys in the answer")
    return dict(keys)


def key_from(row: Any) -> tuple[str, RSAPublicKey] | None:
    """A key and its name; None for one of another kind or use, or one that is too short."""
    if not isinstance(row, dict) or not isinstance(row.get("kid"), str) or row.get("use", "sig") != "sig":
        return None
    if row.get("kty") != "RSA" or row.get("alg", "RS256") != "RS256":
        return None
    try:
        key = RSAAlgorithm.from_jwk({name: row[name] for name in ("kty", "n", "e")})
    except (InvalidKeyError, KeyError, ValueError, TypeError):
        return None
    return (row["kid"], key) if isinstance(key, RSAPublicKey) and key.key_size >= SHORTEST_KEY else None
