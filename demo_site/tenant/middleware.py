"""Headers on every answer, and pages for what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.management.errors import ApiError
from demo_site.tenant.my_account.errors import ProblemError
from demo_site.tenant.oidc.errors import OAuthError
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.pages.rendering import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

HEADERS = {
    # No scripts and no inline styles anywhere; pages that post towards a site widen form-action.
    "Content-Security-Policy": f"{POLICY}; form-action 'self'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class TenantMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.get_host()  # only loopback names: no other site's name may be pointed at this process
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if response.headers["Content-Type"] == "application/json" and _names_character_set(request.path):
            response.headers["Content-Type"] = f"{response.headers['Content-Type']}; charset=utf-8"
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Errors that know their own answer."""
        if isinstance(exception, PageError):
            return exception.response(request)
        if isinstance(exception, ApiError | OAuthError | ProblemError):
            return exception.response()
        return None


def _names_character_set(path: str) -> bool:
    """The Management API does, but for the errors of a job; the Authentication API does not (recorded)."""
    return path.startswith("/api/v2/") and not path.endswith("/errors")
