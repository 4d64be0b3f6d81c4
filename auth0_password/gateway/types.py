"""What the gateway gives back: frozen dataclasses in our words, never the SDK's objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from ..exceptions import UnexpectedAnswerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .exports import ExportedUser
    from .log_records import LogPage
    from .logout_tokens import LogoutToken


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One way in. `provider == "auth0"` means a database connection, built-in or custom (Auth0: user profile)."""

    provider: str
    connection: str
    user_id: str
    email: str = ""

    @property
    def subject(self) -> str:
        return f"{self.provider}|{self.user_id}"


@dataclass(frozen=True, kw_only=True)
class UserProfile:
    """A user as `GET /api/v2/users/{id}` shows them. Times are aware UTC; Auth0's are in Auth0's clock.

    `read_at` is the moment the read was sent, in our clock; `clock_offset` is how far Auth0's was ahead of it then, at
    most.
    """

    subject: str
    read_at: datetime
    clock_offset: timedelta = timedelta(0)
    email: str = ""
    email_verified: bool = False
    blocked: bool = False
    identities: tuple[Identity, ...] = ()
    app_metadata: Mapping[str, Any] = field(default_factory=dict)
    last_password_reset: datetime | None = None

    def database_identity(self, connection: str) -> Identity | None:
        """The identity of that database connection, primary or linked; else the first of any database connection."""
        homes = [identity for identity in self.identities if identity.provider == "auth0"]
        return next((home for home in homes if home.connection == connection), homes[0] if homes else None)

    def in_our_clock(self, moment: datetime) -> datetime:
        """A time of Auth0's as our clock had it, at the earliest. Only a read can tell: it has just measured the
        difference."""
        return moment - self.clock_offset

    @property
    def needs_password_reset(self) -> bool:
        return self.app_metadata.get("needsPasswordReset") is True

    @property
    def password_reset_required_at(self) -> datetime | None:
        """`app_metadata.passwordResetRequiredAt`, or None where it is absent or not a time."""
        return self._time("passwordResetRequiredAt")

    @property
    def password_reset_from(self) -> datetime | None:
        """`app_metadata.passwordResetFrom`: when the flag begins to block. None where it is absent or not a time."""
        return self._time("passwordResetFrom")

    def _time(self, key: str) -> datetime | None:
        try:
            return parse_time(self.app_metadata.get(key))
        except UnexpectedAnswerError:
            return None


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """Auth0's change URL: a bearer secret. Never stored, never logged; `repr` hides it."""

    url: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ChangeEmail:
    """Auth0 took the request. Whether a mail was sent, or the address is known, it never tells.

    `retry_at`: before then it will not take another for this address (aware, our clock). None: it did not say so.
    """

    retry_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Revoked:
    """How many sessions and refresh tokens were ended at Auth0. None: its plan, or the Management client's scopes, do
    not allow it."""

    sessions: int | None
    tokens: int | None


@dataclass(frozen=True, kw_only=True)
class ConnectionOptions:
    """What a database connection asks of a new password, as far as Auth0 says so. Empty means: not said.

    `policy` is the older `passwordPolicy` ("none" to "excellent"); `character_types` with their rule ("all",
    "three_of_four") are the flexible policy's. `history`: so many former passwords are refused. `no_identical`,
    `no_sequences`: no three characters like "aaa", like "abc".
    `self_service_change` false: "Forgot password?" is switched off at Auth0. `reset_by_code`: its mails for a new
    password carry a code to be typed, beside the link.
    """

    name: str
    policy: str = ""
    min_length: int | None = None
    character_types: tuple[str, ...] = ()
    character_type_rule: str = ""
    history: int = 0
    dictionary: bool = False
    no_personal_info: bool = False
    no_identical: bool = False
    no_sequences: bool = False
    self_service_change: bool | None = None
    reset_by_code: bool = False


class Gateway(Protocol):
    """The verbs that the services call. Every one raises `GatewayError`, and nothing else unless it says so.

    Those that change something raise `UnknownOutcomeError` where the answer was lost: it may have happened.
    """

    def read_user(self, subject: str) -> UserProfile:
        """Read one user now (`GET /api/v2/users/{id}`, immediately consistent; scope `read:users`)."""

    def create_change_ticket(self, profile: UserProfile, identity: Identity, *, organization: str = "") -> Ticket:
        """Make a link to the hosted page that sets the password of `identity`. It voids older links.

        `organization`: the id of one that the user is a member of; the page then shows its name.
        """

    def update_app_metadata(self, subject: str, changes: Mapping[str, object]) -> UserProfile:
        """Set keys of `app_metadata`, None removes one; the others stay, but what is nested is replaced whole.

        (`PATCH /api/v2/users/{id}`; scope `update:users_app_metadata`.) Returns the user as changed.
        """

    def send_change_email(self, email: str, *, connection: str, organization: str = "") -> ChangeEmail:
        """Ask Auth0 to mail a link for a new password (`POST /dbconnections/change_password`). It voids older links.

        `email` is the database identity's at Auth0. Raises `ThrottledError` (ten, then one a minute, for each address
        and server) and `VerificationRequiredError` (bot detection) besides the usual.
        """

    def revoke_access(self, subject: str, *, before: datetime | None) -> Revoked:
        """End the user's sessions and refresh tokens that began before that time (Auth0's clock; None: all of them).

        Sessions only with an Enterprise plan (Auth0: manage sessions with the Management API; scopes `read:sessions`,
        `delete:sessions`, `read:refresh_tokens`, `delete:refresh_tokens`). Harmless to repeat. Auth0 carries it out a
        moment after it has answered.
        """

    def read_connection(self, name: str) -> ConnectionOptions:
        """What a database connection asks of passwords; remembered for some minutes.

        (`GET /api/v2/connections`; scopes `read:connections` and `read:connections_options`.)
        """

    def read_logs(self, after: str, take: int) -> LogPage:
        """At most `take` (100) records of the tenant's log that are newer than the `log_id` `after`, oldest first; the
        newest ones where it is empty. (`GET /api/v2/logs`; scope `read:logs`.)"""

    def verify_logout_token(self, token: str) -> LogoutToken:
        """Read a logout token that is signed by the tenant for this site's login client.

        Raises `NotGenuineError`; a `GatewayError` only where the tenant's keys cannot be had now.
        """

    def start_export(self) -> str:
        """Have Auth0 write down all users with their last changes; returns the job's id.

        (`POST /api/v2/jobs/users-exports`; scope `read:users`.)
        """

    def read_export(self, job: str) -> Iterator[ExportedUser] | None:
        """The users that a job wrote down; None while it is at work. Reading on raises `UnexpectedAnswerError` where
        the file is damaged."""


def parse_time(value: object) -> datetime | None:
    """An ISO 8601 time of Auth0 as an aware datetime, None for an absent one."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    # A day that is left to either end of the calendar can be moved between zones and clocks.
    if not isinstance(value, datetime) or value.tzinfo is None or not 1 < value.year < MAXYEAR:
        raise UnexpectedAnswerError("a time in the user's profile cannot be understood")
    return value.astimezone(UTC)
