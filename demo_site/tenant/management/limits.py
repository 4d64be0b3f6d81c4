"""The rate limits of the Management API: one bucket for all of it, then one for a group of endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.management.errors import ApiError
from demo_site.tenant.rate_limits import rate_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

ROOT = "/api/v2/"
WRITES = {"POST": "write_users", "PATCH": "write_users", "DELETE": "delete_users"}
READS = {"users": "read_users", "users-by-email": "read_users", "connections": "read_connections", "logs": "read_logs"}


class RateLimitMiddleware:
    """Counts before anybody asks who calls, and says on every answer what is left."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(ROOT):
            return self.get_response(request)
        count = rate_limits.take("management")
        if count is None or count.passed:
            count = rate_limits.take(_group(request)) or count
        passed = count is None or count.passed
        response = self.get_response(request) if passed else too_many_requests().response()
        for name, value in (count.headers() if count else {}).items():
            response.headers[name] = value
        return response


def too_many_requests() -> ApiError:
    """As recorded in auth0-extensions/auth0-reset-tenant#31."""
    return ApiError(429, "Global limit has been reached", "too_many_requests")


def _group(request: HttpRequest) -> str:
    """Auth0's groups; tickets, jobs and sessions have none of their own."""
    resource = request.path.removeprefix(ROOT).partition("/")[0]
    if request.method in ("GET", "HEAD"):
        return READS.get(resource, "other")
    return WRITES.get(request.method or "", "other") if resource == "users" else "other"
