"""The Management API's access token: one per process, in memory only (it is a key to every account)."""

from __future__ import annotations

import threading
import time

from ..conf import Domain
from ..exceptions import UnexpectedAnswerError
from .errors import translated

RENEW_AT = 0.8
"""A token is renewed after this part of its life, so that none expires on the way."""


class ManagementToken:
    """Fetches the token by the client credentials grant, once for all threads that wait for it."""

    def __init__(self, domain: Domain, client_id: str, client_secret: str, timeout: tuple[float, float]) -> None:
        self._domain, self._client_id, self._client_secret = domain, client_id, client_secret
        self._timeout = timeout
        self._lock = threading.Lock()
        self._value = ""
        self._renew_at = 0.0

    def __repr__(self) -> str:
        return f"<ManagementToken for {self._domain}>"

    def __call__(self) -> str:
        """The current token; raises `GatewayError`."""
        with self._lock:
            if not self._value or time.monotonic() >= self._renew_at:
                self._fetch()
            return self._value

    def forget(self) -> None:
        """Drop the token, so that the next call fetches one (Auth0 answered 401: a key was rotated)."""
        with self._lock:
            self._value = ""

    def _fetch(self) -> None:
        with translated("POST /oauth/token"):
            from auth0.authentication import GetToken  # noqa: PLC0415 - loaded when Auth0 is first called

            client = GetToken(
                self._domain.host,
                self._client_id,
                client_secret=self._client_secret,
                protocol=self._domain.scheme,
                timeout=self._timeout,
            )
            answer = client.client_credentials(audience=f"{self._domain.url}/api/v2/")
        self._value, lifetime = self._read(answer)
        self._renew_at = time.monotonic() + lifetime * RENEW_AT

    @staticmethod
    def _read(answer: object) -> tuple[str, float]:
        if isinstance(answer, dict):
            token, lifetime = answer.get("access_token"), answer.get("expires_in")
            if isinstance(token, str) and token and isinstance(lifetime, (int, float)):
                return token, float(lifetime)
        raise UnexpectedAnswerError("POST /oauth/token: no access token in the answer")
