"""The Management API's access token: one per process, in memory only (it is a key to every account)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

from ..exceptions import GatewayError, GatewayUnavailableError
from .deadline import time_left
from .errors import afresh

RENEW_AT = 0.8
"""A token is renewed after this part of its life, so that none expires on the way."""

PAUSE = 1.0
"""Seconds after a failed fetch in which nobody tries again: those who waited for it share its error."""


class ManagementToken:
    """Keeps the token that `fetch` returns with its life in seconds.

    It is called once for all threads that wait, and they wait to their deadline.
    """

    def __init__(self, fetch: Callable[[], tuple[str, float]]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._value = ""
        self._number = 0
        self._renew_at = self._ends_at = 0.0
        self._failure: GatewayError | None = None
        self._failed_at = 0.0

    def __repr__(self) -> str:
        return "<ManagementToken>"

    def __call__(self) -> str:
        """The current token, for auth0-python. Raises `GatewayError`."""
        self.have()
        return self._value

    def have(self, *, after: int = 0) -> int:
        """Make sure that there is a token, a later one than number `after`, which Auth0 answered with 401.

        Returns its number: callers' variables show up in error pages, so a token is never one. Raises `GatewayError`.
        """
        if not self._lock.acquire(timeout=time_left()):
            raise GatewayUnavailableError("POST /oauth/token: still waiting for another thread's answer")
        try:
            if self._number <= after or monotonic() >= self._ends_at:
                self._value = ""
            if not self._value or monotonic() >= self._renew_at:
                self._renew()
            return self._number
        finally:
            self._lock.release()

    def _renew(self) -> None:
        """Fetch a token; where that fails, an older one that is still good goes on serving."""
        try:
            if self._failure is not None and monotonic() < self._failed_at + PAUSE:
                raise afresh(self._failure)
            self._failure = None
            self._value, life = self._fetch()
        except GatewayError as error:
            if self._failure is None:
                self._failure, self._failed_at = afresh(error), monotonic()
            if not self._value:
                raise
        else:
            self._renew_at, self._ends_at = monotonic() + life * RENEW_AT, monotonic() + life
            self._number += 1
