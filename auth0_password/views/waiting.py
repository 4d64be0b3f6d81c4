"""Waiting for a change that is made elsewhere: at Auth0, in a mail, on a phone."""

from __future__ import annotations

import math
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ..answers import private, problem, to_page
from ..answers.redirects import APP_NAME
from ..models import PasswordState
from ..services import state_of, ways
from ..services.changes import look_while_waiting
from ..services.connections import connection_options
from ..services.sessions import Stamp, session_counts
from ..services.waiting import ChangeAsked, noted_change
from .base import OpenPage, WayOutPage, show

URLS = {"reauthenticate": "change_reauthenticate", "email_link": "change_email", "universal_login": "login"}
"""Where each way begins; all of them are POST."""


class WaitingView(WayOutPage):
    """The page that waits. It goes on by itself, without scripts too, and leads to signing in with the new password.

    Its GET may read the user at Auth0, at most as often as `look_while_waiting` allows.
    """

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = noted_change(request.session)
        if asked is None or not asked.waits:
            return to_page("required")
        state = look_while_waiting(request.user, asked)  # type: ignore[arg-type]
        if has_arrived(request, state):
            return to_page("waiting")  # the middleware ends this session there, and says why
        now = timezone.now()
        again_at = asked.wait_until(now)
        return show(
            request,
            "waiting",
            asked=asked,
            again_at=again_at,
            again_in=math.ceil((again_at - now).total_seconds()) if again_at else 0,
            by_code=connection_options().reset_by_code,
            by_itself=asked.seconds_between_reads(now) is not None,
            next=asked.next,
        )


class StatusView(OpenPage):
    """How it stands, for the page that waits. `next` is where to go now; null: keep waiting.

    Asks Auth0 as rarely as the page itself would. Whose session has ended counts as nobody (401).
    """

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            login_url = request.build_absolute_uri(reverse(f"{APP_NAME}:login"))
            return problem(status=401, title=_("Sign in first"), code="not_signed_in", login_url=login_url)
        asked = noted_change(request.session)
        state = look_while_waiting(request.user, asked) if asked else state_of(request.user)
        return private(JsonResponse(document(request, state, asked)))


def document(request: HttpRequest, state: PasswordState | None, asked: ChangeAsked | None) -> dict[str, Any]:
    """The answer of `status`."""
    requirement = state.requirement if state else None
    return {
        "state": word(state),
        "reason": requirement.reason if requirement else None,
        **{name: _time(state, name) for name in ("required_at", "enforce_from", "changed_at")},
        "checked_at": _time(state, "read_at"),
        "ways": [
            {"name": way.name, "url": reverse(f"{APP_NAME}:{URLS[way.name]}"), "available": way.available,
             "why_not": way.why_not or None}
            for way in ways(request.user, request.session)  # type: ignore[arg-type]
        ],
        "next": reverse(f"{APP_NAME}:waiting") if asked and has_arrived(request, state) else None,
    }  # fmt: skip


def word(state: PasswordState | None) -> str:
    """`clear`, `grace` (required, but it does not block yet) or `required`."""
    if state is None or not state.needs_reset:
        return "clear"
    return "required" if state.blocks(timezone.now()) else "grace"


def has_arrived(request: HttpRequest, state: PasswordState | None) -> bool:
    """Whether a change was seen that is younger than this session: it does not count any more. Whoever names
    themselves anew with every request has none that the middleware could end."""
    return SESSION_KEY in request.session and not session_counts(Stamp.from_session(request.session), state)


def _time(state: PasswordState | None, name: str) -> str | None:
    moment = getattr(state, name, None)
    return moment.isoformat() if moment else None
