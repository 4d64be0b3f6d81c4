"""Keeps blocked users to the way out, and ended sessions out: one decision on the resolved view, sync and async."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from .answers import blocked, ended, unreadable
from .answers.problems import problem_page
from .conf import BACKEND_NAME
from .decorators import EXEMPT_MARK
from .exceptions import GatewayError, PasswordResetRequired, RefusedError
from .services import state_of
from .services.sessions import Stamp, note_change, noted_change, session_counts

GetResponse = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]

ALWAYS_OPEN = {
    "social_django.views.auth",
    "social_django.views.complete",
    "django.views.i18n.set_language",
    "django.contrib.auth.views.LogoutView",
}
"""Views of others that stay open to blocked users: signing in and out, and the language."""


class Verdict(enum.Enum):
    PASS = "pass"  # noqa: S105 - a verdict
    BLOCKED = "blocked"
    ENDED = "ended"
    UNREADABLE = "unreadable"


def judge(user: Any, session: Any) -> Verdict:
    """The one decision about a loaded user and their session. Unreadable is not "pass": the flag fails closed."""
    if not user.is_authenticated:
        return Verdict.PASS
    try:
        state = state_of(user)
    except DatabaseError:
        return Verdict.UNREADABLE
    if not session_counts(Stamp.from_session(session), state):
        return Verdict.ENDED
    return Verdict.BLOCKED if state is not None and state.blocks(timezone.now()) else Verdict.PASS


class PasswordResetMiddleware:
    """Belongs right after Django's `AuthenticationMiddleware` (and `LoginRequiredMiddleware`, where it is used)."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self.__acall__(request)
        response = self.get_response(request)
        return held_back(request) or response

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        response = await self.get_response(request)  # type: ignore[misc]  # async here
        return await sync_to_async(held_back)(request) or response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Decide before the view runs; on public views hang a guard on the user instead of loading it."""
        if nobody_here(request):
            return None
        exempt = is_exempt(view)
        if not getattr(view, "login_required", True):
            hang_guard(request, exempt=exempt)
            return None
        verdict = judge(request.user, request.session)
        return None if exempt and verdict is Verdict.BLOCKED else answer(request, verdict)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for what a guard, a verb or social-auth raised."""
        if isinstance(error, PasswordResetRequired):
            return held_back(request)
        ours = getattr(getattr(request, "backend", None), "name", "") == BACKEND_NAME
        return problem_page(request, error) if ours or isinstance(error, (GatewayError, RefusedError)) else None


def nobody_here(request: HttpRequest) -> bool:
    """Whether the request brings no session and nothing before us has set its user: then it is left alone."""
    untouched = isinstance(request.user, SimpleLazyObject) and not hasattr(request, "_cached_user")
    return untouched and settings.SESSION_COOKIE_NAME not in request.COOKIES


def is_exempt(view: Callable[..., Any]) -> bool:
    """Whether a resolved view stays open to blocked users. The path's text plays no part."""
    target = getattr(view, "view_class", view)
    return (
        getattr(view, EXEMPT_MARK, False)
        or f"{target.__module__}.{getattr(target, '__qualname__', '')}" in ALWAYS_OPEN
    )


def answer(request: HttpRequest, verdict: Verdict) -> HttpResponse | None:
    """What the browser gets for a verdict; None lets the view answer."""
    if verdict is Verdict.BLOCKED:
        return blocked(request, request.user.password_state)  # type: ignore[union-attr]  # judged with it
    if verdict is Verdict.ENDED:
        leave(request)
        return ended(request)
    return unreadable(request) if verdict is Verdict.UNREADABLE else None


def leave(request: HttpRequest) -> None:
    """End this session here. What it had asked for is kept, so that signing in goes on from there."""
    wanted = noted_change(request.session)
    logout(request)
    if wanted is not None:
        note_change(request.session, wanted)


def hang_guard(request: HttpRequest, *, exempt: bool) -> None:
    """Let the view load the user or not; when it does, decide then."""
    load, aload = request.user, request.auser

    def guarded() -> Any:
        return let_through(request, load, exempt=exempt)

    async def aguarded() -> Any:
        return await sync_to_async(let_through)(request, await aload(), exempt=exempt)

    request.user = SimpleLazyObject(guarded)  # type: ignore[assignment]  # as AuthenticationMiddleware does
    request.auser = aguarded


def let_through(request: HttpRequest, user: Any, *, exempt: bool) -> Any:
    """The user, or nobody for a session that ended. Raises `PasswordResetRequired` for a blocked one."""
    verdict = judge(user, request.session)
    if verdict is Verdict.ENDED:
        return AnonymousUser()
    if verdict is Verdict.PASS or (exempt and verdict is Verdict.BLOCKED):
        return user
    request.__dict__["_auth0_password_verdict"] = (verdict, user)
    raise PasswordResetRequired


def held_back(request: HttpRequest) -> HttpResponse | None:
    """The answer for a guard that raised, also when a framework swallowed what it raised."""
    verdict, user = request.__dict__.pop("_auth0_password_verdict", (Verdict.PASS, None))
    if verdict is Verdict.PASS:
        return None
    request.user = user
    return answer(request, verdict)
