"""The rate limits of both APIs: one bucket for all of an API, then one for a group of endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.management.errors import ApiError
from demo_site.tenant.oidc.errors import OAuthError
from demo_site.tenant.rate_limits import rate_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

ROOT = "/api/v2/"
WRITES = {"POST": "write_users", "PATCH": "write_users", "DELETE": "delete_users"}
READS = {
    "users": "read_users",
    "users-by-email": "read_users",
    "connections": "read_connections",
    "logs": "read_logs",
    "email-templates": "read_email_templates",
}
# Of the Authentication API. /dbconnections/change_password counts by itself, when it knows for whom.
AUTHENTICATION = (
    "/authorize",
    "/oauth/",
    "/userinfo",
    "/dbconnections/",
    "/v2/logout",
    "/oidc/logout",
    "/.well-known/",
)
GROUPS = {"/oauth/token": "token", "/userinfo": "userinfo", "/.well-known/jwks.json": "jwks"}

# A bucket's name, and what splits it.
Bucket = tuple[str, str]


class RateLimitMiddleware:
    """Counts before anybody asks who calls, and says on every answer what is left."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        count = None
        for name, key in _buckets(request):
            count = rate_limits.take(name, key) or count
            if count and not count.passed:
                break
        passed = count is None or count.passed
        response = self.get_response(request) if passed else _refusal(request)
        for name, value in (count.headers() if count else {}).items():
            response.headers.setdefault(name, value)
        return response


def too_many_requests() -> ApiError:
    """As recorded in auth0-extensions/auth0-reset-tenant#31."""
    return ApiError(429, "Global limit has been reached", "too_many_requests")


def _refusal(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(ROOT):
        return too_many_requests().response()
    return OAuthError("too_many_requests", "Global limit has been reached", 429).response()


def _buckets(request: HttpRequest) -> list[Bucket]:
    """The whole API's comes first."""
    if request.path.startswith(ROOT):
        return [("management", ""), (_group(request), "")]
    if not request.path.startswith(AUTHENTICATION):
        return []
    group = GROUPS.get(request.path)
    caller = request.headers.get("Authorization", "") if group == "userinfo" else ""
    return [("authentication", ""), *([(group, caller)] if group else [])]


def _group(request: HttpRequest) -> str:
    """Auth0's groups; tickets, jobs and sessions have none of their own."""
    resource = request.path.removeprefix(ROOT).partition("/")[0]
    if request.method in ("GET", "HEAD"):
        return READS.get(resource, "other")
    if resource == "email-templates":
        return "write_email_templates"
    return WRITES.get(request.method or "", "other") if resource == "users" else "other"
