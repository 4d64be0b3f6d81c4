"""The tenant's own (SSO) sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant import hosts
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.logs import origin
from demo_site.tenant.oidc import backchannel_logout
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Json, Session, User, identity_id
from demo_site.tenant.universal_login import cookies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.state import State

COOKIE = "session"
# Auth0's defaults: three days without use, seven days in all.
IDLE_LIFETIME_S = 3 * 86_400
LIFETIME_S = 7 * 86_400


def current(request: HttpRequest, state: State) -> Session | None:
    session = state.sessions.get(cookies.read(request, COOKIE))
    return session if session and is_alive(session) and session.user_id in state.users else None


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
        methods=_methods(state, same, identity, now),
        clients=same.clients if same else [],
        issuer=hosts.issuer(request, state),
        device=_device(same),
    )
    cookie = opaque()
    state.sessions[cookie] = session
    return cookie, session


def end_current(request: HttpRequest, response: HttpResponse, state: State) -> None:
    session = state.sessions.pop(cookies.read(request, COOKIE), None)
    cookies.remove(response, COOKIE)
    if session and is_alive(session):
        backchannel_logout.announce(state, session, backchannel_logout.RP_LOGOUT)


def end_of_identity(state: State, identity: str, *, announce: bool = True) -> None:
    """A password change ends the sessions its identity began; one begun with a linked social one lives on."""
    ended = [cookie for cookie, session in state.sessions.items() if session.identity == identity]
    end(state, ended, backchannel_logout.PASSWORD_CHANGED if announce else None)


def end(state: State, cookies_of: Iterable[str], initiator: str | None) -> None:
    """The applications of a session hear of it, by the reason why it ends; by none they do not."""
    for cookie in cookies_of:
        session = state.sessions.pop(cookie)
        if initiator and is_alive(session):
            backchannel_logout.announce(state, session, initiator)


def is_any_over(state: State) -> bool:
    return not all(map(is_alive, state.sessions.values()))


def expire(state: State) -> None:
    """Sessions that have come to their end by themselves, or a moment after they were revoked."""
    for cookie, session in list(state.sessions.items()):
        if not is_alive(session):
            del state.sessions[cookie]
            revoked = session.ends_at is not None
            initiator = backchannel_logout.SESSION_REVOKED if revoked else backchannel_logout.SESSION_EXPIRED
            backchannel_logout.announce(state, session, initiator)


def key_of(request: HttpRequest) -> str:
    """The key of the browser's session in its table."""
    return cookies.read(request, COOKIE)


def _methods(state: State, earlier: Session | None, identity: Json, now: float) -> list[Json]:
    """What was proven in the session so far, and now."""
    name = "pwd" if state.connections[identity["connection"]].is_database else "federated"
    kept = earlier.methods if earlier else []
    if state.plan.relogin_renews_method:
        kept = [item for item in kept if item["name"] != name]
    return [*kept, {"name": name, "timestamp": iso(now)}]


def _device(earlier: Session | None) -> Json:
    """The browser that began the session, and the one seen last."""
    seen = {"ip": origin.current().ip, "user_agent": origin.current().user_agent}
    before = earlier.device if earlier else {}
    return {f"initial_{name}": before.get(f"initial_{name}", value) for name, value in seen.items()} | {
        f"last_{name}": value for name, value in seen.items()
    }


def is_alive(session: Session) -> bool:
    now = clock.now()
    return now < min(idle_end(session), session.created_at + LIFETIME_S, session.ends_at or float("inf"))


def idle_end(session: Session) -> float:
    return session.last_seen + IDLE_LIFETIME_S
