"""What is known of one user, what is asked of them, and what a read at Auth0 shows. Times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...models import PasswordHome, Reason, Tell


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What is asked of a user, since when and by whom (our clock). `by` and `campaign` are keys of rows.

    `tell` is how the user learns of it. `draft` is the key of the rehearsed row that becomes this requirement.
    """

    reason: str
    raised_at: datetime
    enforce_from: datetime
    message: str = ""
    by: Any = None
    by_label: str = ""
    campaign: Any = None
    tell: str = Tell.NONE
    draft: Any = None


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One open requirement (our clock). `key` is its row's; None until it has one."""

    key: Any = None
    reason: str
    raised_at: datetime
    enforce_from: datetime
    campaign: Any = None


@dataclass(frozen=True, kw_only=True)
class Person:
    """What decides, beside the flag, whether a user can be required to change."""

    active: bool = True
    off_limits: bool = False
    """A superuser, and whoever asks is mere staff."""
    local: bool = False
    """Signs in with a password that this site itself keeps, and has no identity at Auth0."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What one read of a subject shows.

    `changed_at` is Auth0's `last_password_reset`, in Auth0's clock; all other times are in ours, converted as early as
    they can have been. `database` is the connection that holds a password, "" where there is none; `elsewhere` is the
    first connection of whoever has none. `address` is that of the database identity, else of the account. `flagged` is
    the tenant's copy of the flag; `outdated` says that the password was changed after the time that the copy names.
    """

    subject: str
    read_at: datetime
    changed_at: datetime | None = None
    changed_here: datetime | None = None
    database: str = ""
    elsewhere: str = ""
    linked: bool = False
    address: str = ""
    address_verified: bool | None = None
    flagged: bool = False
    outdated: bool = False
    flagged_since: datetime | None = None
    flagged_from: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the tenant's copy shall say (our clock). `breach`: it is required after a breach, too."""

    needs_reset: bool
    breach: bool = False
    required_at: datetime | None = None
    enforce_from: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Flag:
    """One user's state.

    `mirrored` is the tenant's copy of the flag as last seen or written; None: never, or just being written.
    """

    subject: str = ""
    home: str = PasswordHome.UNKNOWN
    connection: str = ""
    address: str = ""
    linked: bool = False
    address_verified: bool | None = None
    open: tuple[Requirement, ...] = ()
    changed_at: datetime | None = None
    read_at: datetime | None = None
    check_due_at: datetime | None = None
    check_tries: int = 0
    sessions_valid_since: datetime | None = None
    sessions_valid_since_here: datetime | None = None
    mirrored: bool | None = None
    mirror_due_at: datetime | None = None
    mirror_tries: int = 0
    mirror_error: str = ""

    @property
    def needs_reset(self) -> bool:
        """Up while any requirement is open."""
        return bool(self.open)

    @property
    def shown(self) -> Requirement | None:
        """The requirement that pages show: the newest, and of several at one moment the last."""
        return max(reversed(self.open), key=lambda one: one.raised_at, default=None)

    @property
    def required_at(self) -> datetime | None:
        return self.shown.raised_at if self.shown else None

    @property
    def enforce_from(self) -> datetime | None:
        """The earliest: one more requirement only ever shortens the grace."""
        return min((one.enforce_from for one in self.open), default=None)

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            needs_reset=self.needs_reset,
            breach=any(one.reason == Reason.BREACH for one in self.open),
            required_at=self.required_at,
            enforce_from=self.enforce_from,
        )

    def blocks(self, now: datetime) -> bool:
        """Whether it blocks at that time. Reaching `enforce_from` is no event."""
        return self.enforce_from is not None and now >= self.enforce_from

    def is_first_sign_in(self, subject: str) -> bool:
        """Whether this subject was never read for this user."""
        return self.subject != subject or self.read_at is None
