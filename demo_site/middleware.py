"""A strict Content-Security-Policy, to show that the account pages live under one."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from auth0_password.conf import conf

GetResponse = Callable[[HttpRequest], HttpResponse]


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """`form-action` names the tenant: browsers apply it to the redirects that follow a form."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        policy = f"default-src 'self'; form-action 'self' {conf.DOMAIN.url}; frame-ancestors 'none'"
        response.headers.setdefault("Content-Security-Policy", policy)
        return response

    return middleware
