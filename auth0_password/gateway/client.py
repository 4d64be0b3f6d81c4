"""The one HTTP client of a gateway, and auth0-python's Management half on top of it. Loaded by the first call only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import IO

import httpx
from auth0.management import Auth0
from django.utils import timezone

from ..conf import Domain
from .clock import TenantClock
from .limits import allowance_of
from .pace import Pace
from .transport import Transport

MANAGEMENT_PATH = "/api/v2/"


class Client:
    """Threads share it. Every answer, of whatever status, tells Auth0's clock and its limits."""

    def __init__(self, domain: Domain, clock: TenantClock, token: Callable[[], str], pace: Callable[[], Pace]) -> None:
        self._clock, self._pace = clock, pace
        self._transport = Transport(domain)
        self._http = httpx.Client(
            base_url=domain.url,
            transport=self._transport,
            headers={"accept-encoding": "identity"},
            event_hooks={"request": [note_the_time], "response": [self._learn]},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none: these calls are no one browser's
            trust_env=False,  # no credentials from a .netrc; the proxy is the transport's
        )
        self.management = Auth0(base_url=f"{domain.url}/api/v2", token=token, httpx_client=self._http, max_retries=0)

    def post(
        self, path: str, *, json: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """A call of the Authentication API. auth0-python's half for it keeps no connection, shows no headers and has
        no time-out for the whole."""
        return self._http.post(path, json=json, data=form)

    def get(
        self, path: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """What auth0-python has no verb for."""
        return self._http.get(path, params=params, headers=headers)

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str], params: Mapping[str, str], json: object
    ) -> httpx.Response:
        """Any call of the Management API, for whoever sets up a tenant."""
        return self._http.request(method, path, headers=headers, params=params, json=json)

    def download(self, url: str, file: IO[bytes]) -> int:
        """Write what lies at a link of Auth0's into a file, without any credentials. Returns the answer's status."""
        return self._transport.download(url, file)

    def _learn(self, response: httpx.Response) -> None:
        self._clock.measure(response.headers.get("date"), response.request.extensions["sent_at"])
        if response.request.url.path.startswith(MANAGEMENT_PATH):
            allowance = allowance_of(response.status_code, response.headers, timezone.now())
            if allowance is not None:
                self._pace().learn(allowance)


def note_the_time(request: httpx.Request) -> None:
    """Note when a request is sent, for the measure that its answer brings."""
    request.extensions["sent_at"] = timezone.now()
