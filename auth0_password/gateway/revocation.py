"""What outlives a change at Auth0: a subject's sessions and refresh tokens (Auth0: manage user sessions)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from ..exceptions import GatewayRefusedError, UnexpectedAnswerError, UnknownUserError
from .errors import Call
from .types import Revoked

if TYPE_CHECKING:
    from auth0.management import Auth0
    from auth0.management.core.pagination import SyncPager

PAGE = 50
MOST = 500
"""So many of each are ended by one call; nobody has more."""

TAKEN = {HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT}
"""How Auth0 says that one was ended, and no proxy does by chance: the body is empty."""


class Ask(Protocol):
    """Makes one Management call."""

    def __call__(self, call: Call, ask: Callable[[Auth0], Any]) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Access:
    """One sort of access: how it is listed, and how one is ended (that returns the answer's status). A 404 says that
    it is gone already."""

    listing: Call
    rows: Callable[[Auth0, str], SyncPager[Any, Any]]
    ending: Call
    end: Callable[[Auth0, str], int]


SESSIONS = Access(
    listing=Call(name="GET /api/v2/users/{id}/sessions", about_a_user=True),
    rows=lambda api, subject: api.users.sessions.list(subject, take=PAGE),
    ending=Call(name="DELETE /api/v2/sessions/{id}", changes=True, about_a_user=True),
    end=lambda api, key: api.sessions.with_raw_response.delete(key).status_code,
)
TOKENS = Access(
    listing=Call(name="GET /api/v2/users/{id}/refresh-tokens", about_a_user=True),
    rows=lambda api, subject: api.users.refresh_token.list(subject, take=PAGE),
    ending=Call(name="DELETE /api/v2/refresh-tokens/{id}", changes=True, about_a_user=True),
    end=lambda api, key: api.refresh_tokens.with_raw_response.delete(key).status_code,
)


def revoke(ask: Ask, subject: str, before: datetime | None) -> Revoked:
    """See `Gateway.revoke_access`."""
    return Revoked(sessions=_ended(ask, SESSIONS, subject, before), tokens=_ended(ask, TOKENS, subject, before))


def _ended(ask: Ask, access: Access, subject: str, before: datetime | None) -> int | None:
    """How many were ended; None where the plan or the client's scopes do not allow it."""
    try:
        keys = ask(access.listing, lambda api: _older(_listed(access.rows(api, subject)), before))
        return sum(_end(ask, access, key) for key in keys)
    except GatewayRefusedError as error:
        if error.status != HTTPStatus.FORBIDDEN:
            raise
        return None


def _end(ask: Ask, access: Access, key: str) -> int:
    try:
        ask(access.ending, lambda api: _taken(access.end(api, key)))
    except UnknownUserError:
        return 0
    return 1


def _taken(status: int) -> None:
    if status not in TAKEN:
        raise UnexpectedAnswerError(f"Auth0 answered with status {status}")


def _listed(pages: SyncPager[Any, Any]) -> Iterable[Any]:
    """The SDK takes an answer without a list for an empty one."""
    if pages.items is None:
        raise UnexpectedAnswerError("no list in the answer")
    return pages


def _older(rows: Iterable[Any], before: datetime | None) -> list[str]:
    return [row.id for row in islice(rows, MOST) if row.id and _is_older(row, before)]


def _is_older(row: Any, before: datetime | None) -> bool:
    """By when the person authenticated. What does not say when it began is ended as well."""
    began = getattr(row, "authenticated_at", None) or row.created_at
    if before is None or not isinstance(began, datetime):
        return True
    return (began if began.tzinfo else began.replace(tzinfo=UTC)) < before
