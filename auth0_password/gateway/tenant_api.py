"""The Management API as JSON, for who sets up a tenant or looks it over; the site itself uses `Gateway`'s verbs.

auth0-python's models drop what they do not know, such as a form's conditions, so answers are taken as they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from ..conf import Domain, conf
from ..exceptions import GatewayError, SetUpRefusedError, ThrottledError, UnexpectedAnswerError
from .authentication import TOKEN, Granted, fetch_token
from .client import Client
from .clock import TenantClock
from .deadline import deadline
from .errors import Call, translated
from .pace import InProcessPace
from .token import ManagementToken

if TYPE_CHECKING:
    import httpx

PER_PAGE, MOST_PAGES = 50, 200
PATIENCE = timedelta(seconds=60)
"""How long one call waits in all where Auth0 says that there were too many (429)."""

LONGEST_REASON = 300
"""Characters of Auth0's reason that are shown."""


class TenantApi:
    """The Management API at `DOMAIN`, by one client's credentials. Every call raises `GatewayError`."""

    def __init__(self, client_id: str, client_secret: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.domain: Domain = conf.DOMAIN
        self._credentials = {
            "client_id": client_id,
            "client_secret": client_secret,
            "audience": f"{self.domain.url}/api/v2/",
        }
        self._sleep = sleep
        self._clock = TenantClock()
        self._token = ManagementToken(self._fetch_token)
        self._scopes: frozenset[str] = frozenset()
        pace = InProcessPace()
        self._client = Client(self.domain, self._clock, self._token, lambda: pace)

    def __repr__(self) -> str:
        return f"<TenantApi {self.domain.host}>"

    @property
    def scopes(self) -> frozenset[str]:
        """What the client may do, as its token's answer says."""
        with deadline():
            self._token.have()
        return self._scopes

    @property
    def clock_offset(self) -> timedelta:
        """How far Auth0's clock is ahead of ours, as the last answer showed it."""
        return self._clock.offset

    def get(self, path: str, **query: str | int | bool) -> Any:
        """The answer's JSON. `path` is what comes after `/api/v2/`."""
        return self._call("GET", path, query)

    def list(self, path: str, key: str, **query: str | int | bool) -> list[dict[str, Any]]:
        """Every page of a list that Auth0 pages, bare or under `key`."""
        found: list[dict[str, Any]] = []
        for page in range(MOST_PAGES):
            answer = self.get(path, page=page, per_page=PER_PAGE, **query)
            items = answer.get(key) if isinstance(answer, dict) else answer
            if not isinstance(items, list):
                raise UnexpectedAnswerError(f"GET /api/v2/{path}: no list in the answer")
            found += items
            if len(items) < PER_PAGE:
                return found
        raise UnexpectedAnswerError(f"GET /api/v2/{path}: a list without an end")

    def post(self, path: str, body: object = None) -> Any:
        return self._call("POST", path, {}, body)

    def patch(self, path: str, body: object) -> Any:
        return self._call("PATCH", path, {}, body)

    def put(self, path: str, body: object) -> Any:
        return self._call("PUT", path, {}, body)

    def delete(self, path: str, **query: str | int | bool) -> None:
        self._call("DELETE", path, query)

    def _call(self, method: str, path: str, query: Mapping[str, str | int | bool], body: object = None) -> Any:
        """One call; where Auth0 says "too many" (429: nothing happened), once more when it says."""
        ends_at = timezone.now() + PATIENCE
        while True:
            try:
                return self._ask(method, path, query, body)
            except ThrottledError as error:
                now = timezone.now()
                wait = max((error.retry_at or now + timedelta(seconds=1)) - now, timedelta(milliseconds=100))
                if now + wait > ends_at:
                    raise
                self._sleep(wait.total_seconds())

    def _ask(self, method: str, path: str, query: Mapping[str, str | int | bool], body: object) -> Any:
        call = Call(name=f"{method} /api/v2/{path}", changes=method != "GET")
        with deadline():
            headers = {"authorization": f"Bearer {self._token()}"}
            with translated(call):
                params = {name: as_text(value) for name, value in query.items()}
                response = self._client.send(method, f"/api/v2/{path}", headers=headers, params=params, json=body)
                answer = response.json() if response.is_success and response.content else None
        if not response.is_success:
            raise refusal(call, response, body)
        return answer

    def _fetch_token(self) -> tuple[str, float]:
        with translated(TOKEN):
            granted: Granted = fetch_token(self._client, self._credentials)
        self._scopes = granted.scopes
        return granted.token, granted.life


def as_text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def refusal(call: Call, response: httpx.Response, sent: object) -> GatewayError:
    """Auth0's envelope is `{"statusCode", "error", "message", "errorCode"}` (Management API v2)."""
    status = response.status_code
    is_ours = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    if not is_ours or status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}:
        return call.answered(status, response.headers, None)
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    words = answer if isinstance(answer, dict) else {}
    said = reason(str(words.get("message") or ""), sent)
    text = f"{call.name}: Auth0 answered with status {status}{': ' if said else ''}{said}"
    return SetUpRefusedError(text, status=status, said=said, code=str(words.get("errorCode") or ""))


def reason(message: str, sent: object) -> str:
    """Auth0's words without any text that was sent: some of its refusals repeat it, and it may be a secret."""
    for text in sorted(set(texts_in(sent)), key=len, reverse=True):
        if len(text) >= 8:  # noqa: PLR2004 - shorter ones are words, and no secret of ours
            message = message.replace(text, "…")
    return "".join(character if character.isprintable() else " " for character in message)[:LONGEST_REASON]


def texts_in(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts_in(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts_in(one)]
    return [value] if isinstance(value, str) else []
