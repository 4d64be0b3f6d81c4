"""Around every request: who asks, for the logs written on the way; and the log that every call of the API leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.logs import api_calls, exchanges, origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class LogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        origin.begin(request)
        try:
            response = self.get_response(request)
            if request.path.startswith(api_calls.ROOT):
                api_calls.log(request, response)
            elif request.path == exchanges.PATH:
                exchanges.log(request, response)
        finally:
            origin.end()
        return response
