"""The one decision about a user and their session; and how both are brought to it without blocking an event loop."""

from __future__ import annotations

import enum
import logging
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone

from ..conf import conf
from ..services import state_of
from ..services.sessions import Stamp, session_counts

logger = logging.getLogger("auth0_password")


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


async def ajudge(request: HttpRequest) -> tuple[Verdict, Any]:
    """`judge` without blocking the event loop; with the user, so that sync code need not load them again."""
    try:
        user = await aload(request)
        await state_with(user)
    except DatabaseError:
        return Verdict.UNREADABLE, AnonymousUser()
    return judge(user, request.session), user


async def aload(request: HttpRequest) -> Any:
    """The request's user. social-auth's own backends cannot load one asynchronously: those go through a thread."""
    if hasattr(request, "_cached_user"):
        return request.user
    try:
        return await request.auser()
    except AttributeError:
        return await sync_to_async(get_user)(request)


async def state_with(user: Any) -> None:
    """Have the state at hand that another backend did not load with the user."""
    if user.is_authenticated and not user._meta.get_field("password_state").is_cached(user):
        await sync_to_async(state_of)(user)
