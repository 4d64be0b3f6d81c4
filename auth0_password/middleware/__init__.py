"""Keeps blocked users to the way out, and ended sessions out: one decision on the resolved view, sync and async."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from ..answers import problem_page
from ..exceptions import ConflictError, GatewayError, PasswordResetRequired, RefusedError
from .decision import ajudge, judge, stops
from .guard import DECIDED, answer, hang_guard, held_back, is_settled, late_answer
from .openness import carries_secrets, is_exempt, is_public, nobody_here
from .reports import NothingShown, discreet, forget_secrets

GetResponse = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class PasswordResetMiddleware:
    """Belongs right after Django's `AuthenticationMiddleware` (and `LoginRequiredMiddleware`, where it is used)."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)
            # Django would run a sync hook of an async stack in a thread, on every request.
            self.process_view = self.aprocess_view  # type: ignore[method-assign, assignment]

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self.__acall__(request)
        response = cast("HttpResponseBase", self.get_response(request))
        return discreet(request, response if is_settled(request, response) else late_answer(request, response))

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        response = await self.get_response(request)  # type: ignore[misc]  # async here
        settled = is_settled(request, response)
        return discreet(request, response if settled else await sync_to_async(late_answer)(request, response))

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Decide before the view runs; on public views hang a guard on the user instead of loading them."""
        exempt = partial(is_exempt, request, view, kwargs)
        if left_to_the_guard(request, view, kwargs, exempt):
            return None
        verdict = judge(request.user, request.session)
        return answer(request, verdict) if stops(verdict, exempt) else None

    async def aprocess_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """`process_view` for an async stack: the same decision, and a thread only for an answer."""
        exempt = partial(is_exempt, request, view, kwargs)
        if left_to_the_guard(request, view, kwargs, exempt):
            return None
        verdict, request.user = await ajudge(request)
        return await sync_to_async(answer)(request, verdict) if stops(verdict, exempt) else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for what a guard, a verb or social-auth raised."""
        if isinstance(error, PasswordResetRequired):
            return held_back(request)
        secret = carries_secrets(request)
        found = isinstance(error, (GatewayError, RefusedError, ConflictError)) or secret
        page = problem_page(request, error) if found else None
        if page is None and secret:
            forget_secrets(request)
        return page


def left_to_the_guard(
    request: HttpRequest, view: Callable[..., Any], kwargs: dict[str, Any], exempt: Callable[[], bool]
) -> bool:
    """Whether the user is not loaded before this view: then the guard decides, if somebody looks at them."""
    public = is_public(view, kwargs) or nobody_here(request)
    request.__dict__[DECIDED] = not public
    if carries_secrets(request):
        request.exception_reporter_filter = NothingShown()
    if public:
        hang_guard(request, exempt)
    return public
