"""Keeps blocked users to the way out, and ended sessions out: one decision on the resolved view, sync and async."""

from __future__ import annotations

import enum
import logging
from collections.abc import Awaitable, Callable, ItemsView
from http import HTTPStatus
from types import FrameType
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.debug import SafeExceptionReporterFilter
from social_django.views import NAMESPACE

from .answers import blocked, ended, unreadable
from .answers.problems import problem_page
from .answers.redirects import APP_NAME
from .conf import BACKEND_NAME, conf
from .decorators import EXEMPT_MARK
from .exceptions import ConflictError, GatewayError, PasswordResetRequired, RefusedError
from .services import state_of
from .services.sessions import ENDED_KEY, Stamp, note_change, noted_change, session_counts

GetResponse = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]

SIGNING_IN = {"social_django.views.auth", "social_django.views.complete"}
"""Open to blocked users for our backend only: at another one they would link one more way in."""

ALWAYS_OPEN = {
    "django.views.i18n.set_language",
    "django.contrib.auth.views.LogoutView",
}
"""Views of others that stay open to blocked users: signing out (the admin's too), and the language."""

logger = logging.getLogger("auth0_password")

DECIDED = "_auth0_password_decided"


class Verdict(enum.Enum):
    PASS = "pass"  # noqa: S105 - a verdict
    BLOCKED = "blocked"
    ENDED = "ended"
    UNREADABLE = "unreadable"


def judge(user: Any, session: Any) -> Verdict:
    """The one decision about a user and their session. Unreadable is not "pass": the flag fails closed."""
    try:
        if not user.is_authenticated:
            return Verdict.PASS
        state = state_of(user)
    except DatabaseError:
        return Verdict.UNREADABLE
    if not session_counts(Stamp.from_session(session), state):
        return Verdict.ENDED
    if state is None or not state.blocks(timezone.now()):
        return Verdict.PASS
    if conf.ENFORCE == "report":
        logger.info("would be blocked: user %s", user.pk)
        return Verdict.PASS
    return Verdict.BLOCKED


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
        response = cast("HttpResponseBase", self.get_response(request))
        return held_back(request) or not_decided(request, response) or response

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        response = await self.get_response(request)  # type: ignore[misc]  # async here
        late = await sync_to_async(lambda: held_back(request) or not_decided(request, response))()
        return late or response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Decide before the view runs; on public views hang a guard on the user instead of loading it."""
        exempt = is_exempt(request, view, kwargs)
        request.__dict__[DECIDED] = True
        if carries_secrets(request):
            request.exception_reporter_filter = NoVariables()
        if not getattr(view, "login_required", True) or nobody_here(request):
            hang_guard(request, exempt=exempt)
            return None
        verdict = judge(request.user, request.session)
        return None if exempt and verdict is Verdict.BLOCKED else answer(request, verdict)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for what a guard, a verb or social-auth raised."""
        if isinstance(error, PasswordResetRequired):
            return held_back(request)
        if isinstance(error, (GatewayError, RefusedError, ConflictError)) or carries_secrets(request):
            return problem_page(request, error)
        return None


class NoVariables(SafeExceptionReporterFilter):
    """Error reports of a request that passes tokens or tickets on show no variables at all."""

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> ItemsView[str, Any]:
        return {}.items()


def carries_secrets(request: HttpRequest) -> bool:
    """Whether tokens or tickets pass through: the callback at our backend, and our own pages."""
    match = request.resolver_match
    if match is None:
        return False
    callback = NAMESPACE in match.namespaces and match.kwargs.get("backend") == BACKEND_NAME
    return callback or APP_NAME in match.app_names


def nobody_here(request: HttpRequest) -> bool:
    """Whether the request brings no session, and its user has not been looked at: then it is not loaded by us."""
    untouched = isinstance(request.user, SimpleLazyObject) and not hasattr(request, "_cached_user")
    return untouched and settings.SESSION_COOKIE_NAME not in request.COOKIES


def is_exempt(request: HttpRequest, view: Callable[..., Any], kwargs: dict[str, Any]) -> bool:
    """Whether a resolved view stays open to blocked users. The path's text plays no part."""
    target = getattr(view, "view_class", view)
    name = f"{target.__module__}.{getattr(target, '__qualname__', '')}"
    if name in SIGNING_IN:
        return bool(kwargs.get("backend") == BACKEND_NAME)
    match = request.resolver_match
    admin_logout = match is not None and match.url_name == "logout" and "admin" in match.app_names
    by_setting = conf.EXEMPT_VIEWS & {name, match.view_name if match else name}
    return bool(getattr(view, EXEMPT_MARK, False) or name in ALWAYS_OPEN or admin_logout or by_setting)


def not_decided(request: HttpRequest, response: HttpResponseBase) -> HttpResponse | None:
    """The answer in place of a page that no view made (a cache, a fallback for 404), which was never decided."""
    made_without_view = (
        not request.__dict__.get(DECIDED) and HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES
    )
    if not made_without_view or nobody_here(request):
        return None
    return answer(request, judge(request.user, request.session))


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
    request.session[ENDED_KEY] = True
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
        return user._wrapped if isinstance(user, SimpleLazyObject) else user  # the very object that was loaded
    request.__dict__["_auth0_password_verdict"] = (verdict, user)
    raise PasswordResetRequired


def held_back(request: HttpRequest) -> HttpResponse | None:
    """The answer for a guard that raised, also when a framework swallowed what it raised."""
    verdict, user = request.__dict__.pop("_auth0_password_verdict", (Verdict.PASS, None))
    if verdict is Verdict.PASS:
        return None
    request.user = user
    return answer(request, verdict)
