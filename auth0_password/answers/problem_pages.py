"""Pages for what went wrong, with a reference that stands in the log."""

from __future__ import annotations

import math
import secrets
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from social_core.exceptions import SocialAuthBaseException

from ..services.handover import is_offered
from ..services.requirements import label
from .blocked import problem, wants_page
from .problem_texts import SOMEBODY_ELSE, STALE_PAGE, UNREADABLE, Problem
from .problems import problem_of
from .redirects import next_of, private


def problem_page(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Render the page for an error, or None for an error that is not ours to answer. Never shows its text."""
    found = problem_of(error)
    if found is None:
        return None
    if found is SOMEBODY_ELSE and not request.user.is_authenticated:
        found = STALE_PAGE  # nobody is signed in here any more
    kind = getattr(error, "code", None) or type(error).__name__
    words = [kind, _safe_text(error), found.meaning]
    return _page(request, found, ": ".join(filter(None, words)), again_at=getattr(error, "retry_at", None))


def unreadable(request: HttpRequest) -> HttpResponse:
    """The password state cannot be read: nobody is let through on a guess."""
    if not wants_page(request):
        return problem(status=503, title=str(UNREADABLE.title), detail=str(UNREADABLE.advice), code="unavailable")
    request.user = AnonymousUser()  # whoever it is cannot be read either
    return _page(request, UNREADABLE, "the password state cannot be read")


def _page(request: HttpRequest, found: Problem, log_text: str, *, again_at: datetime | None = None) -> HttpResponse:
    reference = secrets.token_hex(3)
    found.log.warning("%s %s (user %s)", reference, log_text, getattr(request.user, "pk", None))
    context = {
        "problem": found,
        "happened": str(found.happened) % {"name": label(request.user)},
        "again_at": again_at,
        "reference": reference,
        "next": _next(request),
        "offers_choice": is_offered(),
    }
    response = private(render(request, "auth0_password/problem.html", context, status=found.status))
    if again_at is not None:
        response["Retry-After"] = str(max(1, math.ceil((again_at - timezone.now()).total_seconds())))
    return response


def _safe_text(error: Exception) -> str:
    """Our own texts hold no answers; social-auth's `detail` may, so only its public part is logged."""
    if isinstance(error, SocialAuthBaseException):
        return f"{error.stage} {error.claim or error.parameter or ''}".strip()
    return "" if isinstance(error, DatabaseError) else str(error)


def _next(request: HttpRequest) -> str:
    """Where the person wanted to be: from the form, or from the trip that failed."""
    wanted: Any = getattr(getattr(request, "backend", None), "wanted", None)
    return next_of(request) or (wanted.next if wanted else "")
