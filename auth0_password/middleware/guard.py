"""The guard on `request.user` of views whose user we do not load, and the answers to whoever is not let through."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import has_vary_header
from django.utils.functional import SimpleLazyObject

from ..answers import blocked, ended, unreadable
from ..exceptions import PasswordResetRequired
from ..services import state_of
from ..services.known_sessions import why_over
from ..services.requirements import note_held_back
from ..services.sessions import ENDED_KEY, Stamp
from ..services.waiting import note_change, noted_change
from .decision import Verdict, have_at_hand, judge, stops, the_object
from .openness import is_untouched, nobody_here

DECIDED, HELD = "_auth0_password_decided", "_auth0_password_held"
"""Marks on a request: a view was reached (True once its user was judged); somebody was not let through, and who."""


def answer(request: HttpRequest, verdict: Verdict) -> HttpResponse | None:
    """What the browser gets for a verdict; None lets the view answer."""
    if verdict is Verdict.BLOCKED:
        state = request.user.password_state  # type: ignore[union-attr]  # judged with it
        note_held_back(state)
        return blocked(request, state)
    if verdict is Verdict.ENDED:
        leave(request)
        return ended(request)
    return unreadable(request) if verdict is Verdict.UNREADABLE else None


def leave(request: HttpRequest) -> None:
    """End this session here. What it had asked for is kept, so that signing in goes on from there."""
    asked, stamp = noted_change(request.session), Stamp.from_session(request.session)
    why = why_over(stamp, state_of(request.user))  # type: ignore[arg-type]  # judged: it is a user
    logout(request)
    request.session[ENDED_KEY] = why
    if asked is not None:
        note_change(request.session, asked)


def hang_guard(request: HttpRequest, exempt: Callable[[], bool]) -> None:
    """Let the view load the user or not; when it does, decide then."""
    load, load_async = request.user, request.auser

    def guarded() -> Any:
        return let_through(request, load, exempt)

    async def aguarded() -> Any:
        try:
            user = await load_async()
            await have_at_hand(request, user)
        except DatabaseError:
            request.__dict__[HELD] = (Verdict.UNREADABLE, AnonymousUser())
            raise PasswordResetRequired from None
        return let_through(request, user, exempt)

    request.user = SimpleLazyObject(guarded)  # type: ignore[assignment]  # as AuthenticationMiddleware does
    request.auser = aguarded


def let_through(request: HttpRequest, user: Any, exempt: Callable[[], bool], *, by_session: bool = True) -> Any:
    """The user, or nobody for a session that ended. Raises `PasswordResetRequired` for a blocked one.

    `by_session` false: it was not the request's session that brought them, so it does not matter how that stands.
    """
    verdict = judge(user, request.session if by_session else {})
    if verdict is Verdict.ENDED:
        return AnonymousUser()
    request.__dict__[DECIDED] = True
    if not stops(verdict, exempt):
        return the_object(user)
    request.__dict__[HELD] = (verdict, user)
    raise PasswordResetRequired


def is_settled(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether a response may go out as it is: it was decided, or holds nothing that had to be."""
    if HELD in request.__dict__:
        return False
    if request.__dict__.get(DECIDED):
        return True
    return not (tells_something(request, response) and unseen(request, response))


def tells_something(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether there is a page in it, or the word that the browser's copy of one still holds (304), or an error page
    that may show whose it is: somebody has looked at the user for it."""
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        return not is_untouched(request.user)
    return response.status_code < HTTPStatus.MULTIPLE_CHOICES or response.status_code == HTTPStatus.NOT_MODIFIED


def unseen(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether nobody looked at the user for this page: no view was reached (a cache for the site, a fallback for
    404), or the view's own cache answered with a page that differs from visitor to visitor."""
    if DECIDED not in request.__dict__:
        return True
    from_cache = request.method in {"GET", "HEAD"} and getattr(request, "_cache_update_cache", None) is False
    return from_cache and has_vary_header(response, "Cookie")


def late_answer(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer in place of a response that is not settled: of a guard whose refusal a framework swallowed, or of a
    page that no view made (a cache, a fallback for 404)."""
    if HELD in request.__dict__:
        return held_back(request) or response
    if nobody_here(request):
        return response
    try:
        return answer(request, judge(request.user, request.session)) or response
    except PasswordResetRequired:  # the view's own guard hangs on the user
        return held_back(request) or response


def held_back(request: HttpRequest) -> HttpResponse | None:
    """The answer for a guard that raised."""
    verdict, user = request.__dict__.pop(HELD, (Verdict.PASS, None))
    if verdict is Verdict.PASS:
        return None
    request.user = user
    return answer(request, verdict)
