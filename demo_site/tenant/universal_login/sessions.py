"""The tenant's own (SSO) sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.clock import clock, iso
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Json, Session, User, identity_id
from demo_site.tenant.universal_login import cookies

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.state import State

COOKIE = "session"
# Auth0's defaults: three days without use, seven days in all.
IDLE_LIFETIME_S = 3 * 86_400
LIFETIME_S = 7 * 86_400


def current(request: HttpRequest, state: State) -> Session | None:
    session = state.sessions.get(cookies.read(request, COOKIE))
    return session if session and _is_alive(session) and session.user_id in state.users else None


def begin(request: HttpRequest, state: State, user: User, identity: Json) -> tuple[str, Session]:
    """A sign-in: the same user's session goes on with a new auth_time, anybody else's is replaced."""
    now = clock.now()
    earlier = current(request, state)
    same = earlier if earlier and earlier.user_id == user.user_id else None
    state.sessions.pop(cookies.read(request, COOKIE), None)
    session = Session(
        id=same.id if same else opaque(),
        user_id=user.user_id,
        identity=identity_id(identity),
        connection=identity["connection"],
        auth_time=now,
        created_at=same.created_at if same else now,
        last_seen=now,
    )
    cookie = opaque()
    state.sessions[cookie] = session
    _count_login(user, now)
    return cookie, session


def end_current(request: HttpRequest, response: HttpResponse, state: State) -> None:
    state.sessions.pop(cookies.read(request, COOKIE), None)
    cookies.remove(response, COOKIE)


def end_of_identity(state: State, identity: str) -> None:
    """A password change ends the sessions its identity began; one begun with a linked social one lives on."""
    state.sessions = {cookie: session for cookie, session in state.sessions.items() if session.identity != identity}


def _is_alive(session: Session) -> bool:
    now = clock.now()
    return now < session.last_seen + IDLE_LIFETIME_S and now < session.created_at + LIFETIME_S


def _count_login(user: User, now: float) -> None:
    count = user.profile.get("logins_count", 0) + 1
    user.profile |= {
        "last_login": iso(now),
        "last_ip": "127.0.0.1",
        "logins_count": count,
        "updated_at": iso(now),
    }
