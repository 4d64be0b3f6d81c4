"""Render a page of the tenant, with what its forms may lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.shortcuts import render

from demo_site.tenant.store import store

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
    response = render(request, template, {**context, "client": client, "here": request.path}, status=status)
    if client is not None:
        response.headers["Content-Security-Policy"] = content_security_policy(client)
    return response


def content_security_policy(client: Client) -> str:
    """Chrome applies form-action to the redirects after a POST: the application's hosts must be in it.

    An Action may send people anywhere.
    """
    if store.state.bindings:
        return f"{POLICY}; form-action 'self' http: https:"
    urls = [*client.callbacks, *client.allowed_logout_urls, client.initiate_login_uri or ""]
    targets = " ".join(["'self'", *sorted(set(_origins(urls)))])
    return f"{POLICY}; form-action {targets}"


def _origins(urls: Iterable[str]) -> Iterable[str]:
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme and parts.netloc:
            yield f"{parts.scheme}://{parts.netloc}"
