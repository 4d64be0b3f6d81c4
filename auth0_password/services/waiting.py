"""A change that a session asked for: what it waits for, and how often Auth0 is asked meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.utils import timezone

CHANGE_KEY = "_auth0_password_change"
"""Where a session notes that it asked for a change: it signs in anew when it comes back, and then goes on."""

STEPS = ((30, 10), (70, 20), (150, 40), (900, 60))
"""Until so many seconds have passed, one read in so many seconds; after the last, none that nobody asked for."""


@dataclass(frozen=True, kw_only=True)
class ChangeAsked:
    """`by`: `mail` (a link was mailed to `address`, masked), `tab` (the hosted page opens in another tab), `link` (it
    was opened in this one) or `login` ("Forgot password?" there). Times are Unix seconds in our clock; `again_at` is
    when another mail may be asked for. Not `sure`: whether a mail was sent is not known. `organization` is the one to
    sign in to again."""

    by: str
    since: float
    next: str = ""
    address: str = ""
    again_at: float = 0
    sure: bool = True
    organization: str = ""

    @classmethod
    def now(cls, by: str, next_url: str, **more: Any) -> Self:
        return cls(by=by, since=timezone.now().timestamp(), next=next_url, **more)

    def wait_until(self, now: datetime) -> datetime | None:
        """When another mail may be asked for; None: it may be."""
        again_at = datetime.fromtimestamp(self.again_at, UTC)
        return again_at if again_at > now else None

    @property
    def asked_at(self) -> datetime:
        return datetime.fromtimestamp(self.since, UTC)

    @property
    def waits(self) -> bool:
        """Whether the page that asked stays open, and goes on by itself."""
        return self.by in {"mail", "tab"}

    def seconds_between_reads(self, now: datetime) -> int | None:
        """How often Auth0 may be asked whether the change has arrived; None: not any more by itself."""
        passed = now - self.asked_at
        return next((every for until, every in STEPS if passed <= timedelta(seconds=until)), None)


def note_change(session: MutableMapping[str, Any], asked: ChangeAsked) -> None:
    """Note what this session asked for."""
    session[CHANGE_KEY] = asdict(asked)


def forget_change(session: MutableMapping[str, Any]) -> ChangeAsked | None:
    """What this session asked for, not noted any longer."""
    asked = noted_change(session)
    session.pop(CHANGE_KEY, None)
    return asked


def noted_change(session: Mapping[str, Any]) -> ChangeAsked | None:
    """What this session asked for, and is not over with."""
    data: Any = session.get(CHANGE_KEY)
    known = {field.name for field in fields(ChangeAsked)}
    try:
        return ChangeAsked(**{name: value for name, value in data.items() if name in known})
    except (AttributeError, TypeError):
        return None
