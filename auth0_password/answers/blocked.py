"""The answers to somebody who must choose a new password, and to a session that ended: page, JSON, HTMX."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from ..models import PasswordState
from ..services.sessions import ENDED_KEY
from .ended_texts import why_ended
from .redirects import APP_NAME, private, safe_next, to_page

CODE = "password_reset_required"


def blocked(request: HttpRequest, state: PasswordState) -> HttpResponse:
    """Lead to the page where the new password is chosen; for programs, say so (RFC 9457)."""
    change_url = reverse(f"{APP_NAME}:required")
    if is_htmx(request):
        return _htmx(request, change_url)
    if not wants_page(request):
        return problem(
            status=403,
            title=_("A new password is required"),
            detail=_("Choose a new password first, then try again."),
            code=CODE,
            reason=state.requirement.reason if state.requirement else "",
            required_at=state.required_at.isoformat() if state.required_at else None,
            change_url=request.build_absolute_uri(change_url),
        )
    return to_page("required", next_url=_where(request))


def ended(request: HttpRequest) -> HttpResponse:
    """Lead to signing in: the password was changed elsewhere, or this session was ended."""
    login_url = reverse(f"{APP_NAME}:login")
    if is_htmx(request):
        return _htmx(request, login_url)
    if not wants_page(request):
        return problem(
            status=401,
            title=_("Sign in again"),
            detail=why_ended(request.session.get(ENDED_KEY, "")),
            code="session_ended",
            login_url=request.build_absolute_uri(login_url),
        )
    return to_page("login", next_url=_where(request))


def problem(*, status: int, **members: Any) -> HttpResponse:
    """A problem document (RFC 9457) for one client only."""
    body = {"type": "about:blank", "status": status, **members}
    return private(JsonResponse(body, status=status, content_type="application/problem+json"))


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def wants_page(request: HttpRequest) -> bool:
    """Whether a person's browser navigates here: no script's `fetch`, no program with a token, nobody who asks for
    JSON only."""
    mode = request.headers.get("Sec-Fetch-Mode")
    if mode and mode != "navigate":
        return False
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return False
    accept = request.headers.get("Accept", "*/*")
    anything = "*/*" in accept and "json" not in accept and "Authorization" not in request.headers
    return "text/html" in accept or anything


def _where(request: HttpRequest) -> str:
    """Where to come back to: only a page that was asked for can be asked for again."""
    return safe_next(request, request.get_full_path()) if request.method in {"GET", "HEAD"} else ""


def _htmx(request: HttpRequest, url: str) -> HttpResponse:
    response = private(HttpResponse(status=403))
    response["HX-Redirect"] = url
    return response
