"""Render a page of the tenant, with what its forms may lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.shortcuts import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Client

POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    client: Client | None = None,
) -> HttpResponse:
    response = render(request, template, {**context, "client": client}, status=status)
    if client is not None:
        response.headers["Content-Security-Policy"] = content_security_policy(client)
    return response


def content_security_policy(client: Client) -> str:
    """Chrome applies form-action to the redirects after a POST: the application's hosts must be in it."""
    urls = [*client.callbacks, client.initiate_login_uri or ""]
    targets = " ".join(["'self'", *sorted(set(_origins(urls)))])
    return f"{POLICY}; form-action {targets}"


def _origins(urls: Iterable[str]) -> Iterable[str]:
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme and parts.netloc:
            yield f"{parts.scheme}://{parts.netloc}"
