"""The gateway without a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ..conf import conf
from ..exceptions import (
    GatewayError,
    NotGenuineError,
    UnexpectedAnswerError,
    UnknownOutcomeError,
    UnknownUserError,
)
from ..gateway import (
    ChangeEmail,
    ConnectionOptions,
    ExportedUser,
    Identity,
    LogoutToken,
    LogPage,
    Revoked,
    Ticket,
    UserProfile,
    page_from,
)


@dataclass(frozen=True)
class Call:
    """One call that reached the tenant: the gateway's verb, and whom or what it was about (a subject, an address, the
    name of a connection)."""

    verb: str
    about: str


class InMemoryGateway:
    """Answers as the real gateway does, from a dictionary, and keeps its `calls`. Its clock is ours, `clock_offset`
    ahead.

    `failing` is raised by every call; an `UnknownOutcomeError` only by those that change something, once they did.
    """

    def __init__(self) -> None:
        self.users: dict[str, UserProfile] = {}
        self.tickets: list[Ticket] = []
        self.mails: list[str] = []
        self.revoked: list[tuple[str, datetime | None]] = []
        self.connections: dict[str, ConnectionOptions] = {}
        self.log: list[dict[str, Any]] = []
        self.logout_tokens: dict[str, LogoutToken] = {}
        self.calls: list[Call] = []
        self.failing: GatewayError | None = None
        self.clock_offset = timedelta(0)

    def add(self, subject: str, *, connection: str = "", **fields: Any) -> UserProfile:
        """Make a user at the tenant, of the site's database connection unless another is named."""
        provider, user_id = subject.split("|", 1)
        home = connection or (conf.CONNECTION if provider == "auth0" else provider)
        identity = Identity(provider=provider, connection=home, user_id=user_id)
        self.users[subject] = UserProfile(
            **{"subject": subject, "read_at": timezone.now(), "identities": (identity,), **fields}
        )
        return self.users[subject]

    def change_password(self, subject: str) -> datetime:
        """Somebody chose a new password at the tenant, now."""
        at = self.now()
        self.users[subject] = replace(self.users[subject], last_password_reset=at)
        return at

    def write_log(self, kind: str, subject: str, **fields: Any) -> dict[str, Any]:
        """One more record in the tenant's log, as its API and its streams tell it."""
        when = self.now().isoformat().replace("+00:00", "Z")
        record = {"log_id": f"{len(self.log) + 1:056}", "date": when, "type": kind, "user_id": subject, **fields}
        self.log.append(record)
        return record

    def logout_token(self, subject: str = "", *, sid: str = "") -> str:
        """A token that `verify_logout_token` takes: that session of the user's ended at the tenant now, or all."""
        at, name = self.now().replace(microsecond=0), f"logout-token-{len(self.logout_tokens)}"
        life = timedelta(minutes=2)
        self.logout_tokens[name] = LogoutToken(
            subject=subject, sid=sid, issued_at=at, expires_at=at + life, token_id=name
        )
        return name

    def now(self) -> datetime:
        return timezone.now() + self.clock_offset

    def read_user(self, subject: str) -> UserProfile:
        self._called("read_user", subject)
        return self._shown(subject)

    def create_change_ticket(self, profile: UserProfile, identity: Identity, *, organization: str = "") -> Ticket:
        self._called("create_change_ticket", profile.subject)
        ticket = Ticket(url=f"{conf.DOMAIN.url}/u/reset-verify?ticket={len(self.tickets):032}#")
        self.tickets.append(ticket)
        self._maybe_fail(happened=True)
        return ticket

    def update_app_metadata(self, subject: str, changes: Mapping[str, object]) -> UserProfile:
        self._called("update_app_metadata", subject)
        profile = self._shown(subject)
        merged = {**profile.app_metadata, **changes}
        kept = {key: value for key, value in merged.items() if value is not None}
        self.users[subject] = replace(profile, app_metadata=kept)
        self._maybe_fail(happened=True)
        return self.users[subject]

    def send_change_email(self, email: str, *, connection: str, organization: str = "") -> ChangeEmail:
        """Also for an address that nobody has: Auth0 does not tell."""
        self._called("send_change_email", email)
        self.mails.append(email)
        self._maybe_fail(happened=True)
        return ChangeEmail()

    def revoke_access(self, subject: str, *, before: datetime | None) -> Revoked:
        """Kept in `revoked`, with the time before which; there was one of each."""
        self._called("revoke_access", subject)
        self._shown(subject)
        self.revoked.append((subject, before))
        self._maybe_fail(happened=True)
        return Revoked(sessions=1, tokens=1)

    def read_connection(self, name: str) -> ConnectionOptions:
        """One of `connections`, else the site's own, of which nothing is known."""
        self._called("read_connection", name)
        if name not in self.connections and name != conf.CONNECTION:
            raise UnexpectedAnswerError("GET /api/v2/connections: no database connection of that name in the answer")
        return self.connections.get(name, ConnectionOptions(name=name))

    def read_logs(self, after: str, take: int) -> LogPage:
        """Of `log`."""
        self._called("read_logs", after)
        newer = [record for record in self.log if record["log_id"] > after]
        return page_from(newer[:take] if after else newer[-take:])

    def verify_logout_token(self, token: str) -> LogoutToken:
        """One of `logout_token`."""
        self._called("verify_logout_token", "")
        if token not in self.logout_tokens:
            raise NotGenuineError("a logout token: signature")
        return self.logout_tokens[token]

    def start_export(self) -> str:
        """Its file is there at once."""
        self._called("start_export", "")
        self._maybe_fail(happened=True)
        return "job_1"

    def read_export(self, job: str) -> Iterator[ExportedUser] | None:
        self._called("read_export", job)
        return iter(
            [
                ExportedUser(subject=subject, last_password_reset=user.last_password_reset)
                for subject, user in self.users.items()
            ]
        )

    def _shown(self, subject: str) -> UserProfile:
        if subject not in self.users:
            raise UnknownUserError("GET /api/v2/users/{id}: Auth0 answered with status 404", status=404)
        return replace(self.users[subject], read_at=timezone.now(), clock_offset=self.clock_offset)

    def _called(self, verb: str, about: str) -> None:
        self.calls.append(Call(verb, about))
        self._maybe_fail()

    def _maybe_fail(self, *, happened: bool = False) -> None:
        if self.failing is not None and isinstance(self.failing, UnknownOutcomeError) == happened:
            raise self.failing
