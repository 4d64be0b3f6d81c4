"""Logouts. ``return_to`` is where the browser goes, with its query: a link handed on this way stays in the logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo_site.tenant.logs.writing import write

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, Session
    from demo_site.tenant.state import State

DONE = "User successfully logged out"


@dataclass(frozen=True)
class Asked:
    """The application that is named, the addresses allowed to it or to the tenant, and the one that was wanted."""

    client_id: str | None
    allowed: list[str]
    return_to: str | None


def succeeded(state: State, session: Session | None, asked: Asked, target: str | None) -> None:
    details: Json = {"allowed_logout_url": asked.allowed, "return_to": target}
    if session:
        details["session_id"] = session.id
    _write(state, "slo", DONE, session, asked, details)


def failed(state: State, session: Session | None, asked: Asked, words: str) -> None:
    details = {"allowed_logout_url": asked.allowed, "return_to": asked.return_to}
    _write(state, "flo", words, session, asked, details)


def _write(state: State, code: str, words: str, session: Session | None, asked: Asked, details: Json) -> None:  # noqa: PLR0913, PLR0917
    user = state.users.get(session.user_id) if session else None
    client = state.clients.get(asked.client_id or "")
    connection = session.connection if session else None
    write(state, code, words, user=user, client=client, connection=connection, details=details)
