"""The tenant's own pages, visited as a browser without scripts does it; for throw-away users of ours only.

Whether a real tenant's pages can be used so is not documented. Who calls must do without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import httpx

from ..conf import Domain
from .deadline import deadline
from .errors import Call, translated
from .page_forms import Form, forms_in
from .transport import Transport

MOST_HOPS = 20
BROWSER = {"accept": "text/html,application/xhtml+xml", "accept-language": "en", "accept-encoding": "identity"}
CALL = Call(name="a page of the tenant", changes=True)


@dataclass(frozen=True)
class Page:
    """`status` 0: an address elsewhere, where the tenant would send a browser. It was not visited."""

    url: str = field(repr=False)
    status: int = 0
    forms: tuple[Form, ...] = ()

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))


class HostedPages:
    """One browser: its cookies live as long as it does. Every call raises `GatewayError`."""

    def __init__(self, domain: Domain, *others: Domain) -> None:
        self._origins = {domain.url, *(other.url for other in others)}
        self._http = httpx.Client(base_url=domain.url, transport=Transport(domain), headers=BROWSER, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def open(self, url: str) -> Page:
        return self._visit("GET", url)

    def send(self, page: Page, form: Form, values: Mapping[str, str]) -> Page:
        return self._visit("POST", urljoin(page.url, form.action or page.url), values)

    def call(self, path: str, *, token: str = "", form: Mapping[str, str] | None = None, json: object = None) -> Reply:
        """POST to one of the tenant's other APIs, with a user's token."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        with deadline(), translated(Call(name=f"POST {path}", changes=True)):
            response = self._http.post(path, data=form, json=json, headers={"accept": "application/json", **headers})
        return Reply(response.status_code, response.headers.get("www-authenticate", ""), _object(response))

    def _visit(self, method: str, url: str, data: Mapping[str, str] | None = None) -> Page:
        for _hop in range(MOST_HOPS):
            url = urldefrag(url).url
            if origin_of(url) not in self._origins:
                return Page(url)
            with deadline(), translated(CALL):
                response = self._http.request(method, url, data=data, follow_redirects=False)
            if "location" not in response.headers or not response.is_redirect:
                return Page(url, response.status_code, tuple(forms_in(response.text)))
            url = urljoin(url, response.headers["location"])
            if response.status_code not in {HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}:
                method, data = "GET", None
        return Page(url, HTTPStatus.LOOP_DETECTED)


@dataclass(frozen=True)
class Reply:
    """`challenge`: what `WWW-Authenticate` says; `body`: the JSON object, {} where it is none."""

    status: int
    challenge: str
    body: dict[str, Any] = field(repr=False)


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
