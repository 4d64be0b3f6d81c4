"""The one decision about a user and their session; and how both are brought to it without blocking an event loop."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from ..conf import conf
from ..models import PasswordState
from ..services import state_of
from ..services.sessions import Stamp, ends_any, is_session_of, session_counts
from .openness import is_untouched

logger = logging.getLogger("auth0_password")


class Verdict(enum.Enum):
    PASS = "pass"  # noqa: S105 - a verdict
    BLOCKED = "blocked"
    ENDED = "ended"
    UNREADABLE = "unreadable"


def judge(user: Any, session: Any) -> Verdict:
    """The one decision about a user and their session. Unreadable is not "pass": the flag fails closed."""
    try:
        user = the_object(user)
        state = state_of(user) if user.is_authenticated else None
    except DatabaseError:
        return Verdict.UNREADABLE
    if state is None:
        return Verdict.PASS
    if has_ended(user, state, session):
        return Verdict.ENDED
    return enforced(user) if state.blocks(timezone.now()) else Verdict.PASS


def enforced(user: Any) -> Verdict:
    """What being blocked comes to: at first a site may only want to know who would be."""
    if conf.ENFORCE == "block":
        return Verdict.BLOCKED
    logger.info("would be blocked: user %s", user.pk)
    return Verdict.PASS


def has_ended(user: Any, state: PasswordState, session: Any) -> bool:
    """Whether the user came with a session that does not count any more."""
    if not ends_any(state) or not is_session_of(user, session):
        return False
    return not session_counts(Stamp.from_session(session), state)


def stops(verdict: Verdict, exempt: Callable[[], bool]) -> bool:
    """Whether a verdict keeps its user from a view; `exempt` is asked only when it matters."""
    return verdict is not Verdict.PASS and not (verdict is Verdict.BLOCKED and exempt())


async def ajudge(request: HttpRequest) -> tuple[Verdict, Any]:
    """`judge` without blocking the event loop; with the user, so that sync code need not load them again."""
    try:
        user = await aload(request)
        await have_at_hand(request, user)
    except DatabaseError:
        return Verdict.UNREADABLE, AnonymousUser()
    return judge(user, request.session), user


async def aload(request: HttpRequest) -> Any:
    """The request's user, whoever set it. Loading goes through a thread where it cannot be awaited: for a lazy user
    of somebody else's, and for social-auth's own backends, which cannot load one asynchronously."""
    if not is_untouched(request.user):
        return await sync_to_async(the_object)(request.user)
    try:
        return await request.auser()
    except AttributeError:
        return await sync_to_async(get_user)(request)


def the_object(user: Any) -> Any:
    """The very object that a lazy one stands for, loaded now."""
    if isinstance(user, SimpleLazyObject):
        bool(user)
        return the_object(user._wrapped)
    return user


async def have_at_hand(request: HttpRequest, user: Any) -> None:
    """Load what `judge` may ask for: a state that did not come with the user, and the session."""
    if user.is_authenticated:
        if not user._meta.get_field("password_state").is_cached(user):
            await sync_to_async(state_of)(user)
        await request.session.aget(SESSION_KEY)
