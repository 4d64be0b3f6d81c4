"""What docs/model.md says, as plain Python on one user: written from the words, not from the code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

TWO_SECONDS = timedelta(seconds=2)
MICROSECOND = timedelta(microseconds=1)


@dataclass
class Demand:
    """One requirement. `true_at` is when it was really raised; `raised_at` is what our clock says."""

    raised_at: datetime
    enforce_from: datetime
    true_at: datetime
    status: str = "open"
    campaign: int | None = None
    reason: str = "breach"


@dataclass
class SignedIn:
    """One session: `second` is Auth0's `auth_time`, `knew` what the site knew of changes when it was stamped."""

    auth_true_at: datetime
    stamped_true_at: datetime
    second: int
    knew: datetime | None


@dataclass
class Plain:
    """Everything that the site knows about one user."""

    subject: str = ""
    home: str = "unknown"
    changed_at: datetime | None = None
    read_at: datetime | None = None
    valid_since: datetime | None = None
    due: datetime | None = None
    failures: int = 0
    copy: bool | None = None
    demands: list[Demand] = field(default_factory=list)
    told: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def open(self) -> list[Demand]:
        return [demand for demand in self.demands if demand.status == "open"]

    @property
    def breached(self) -> bool:
        return any(demand.reason == "breach" for demand in self.open)

    def flag(self) -> tuple[Any, ...]:
        """Up while anything is open: since the newest raise, blocking from the earliest moment on."""
        if not self.open:
            return (False, None, None)
        newest = max(demand.raised_at for demand in self.open)
        return (True, newest, min(demand.enforce_from for demand in self.open))

    def require(
        self, now: datetime, enforce_from: datetime, *, inactive: bool = False, campaign: int | None = None
    ) -> None:
        if campaign is not None and campaign in [demand.campaign for demand in self.demands]:
            return
        status = "skipped" if self.home == "elsewhere" or inactive else "open"
        reason = "breach" if campaign is None else "policy"
        self.demands.append(Demand(now, enforce_from, true_at=now, status=status, campaign=campaign, reason=reason))

    def withdraw(self, campaign: int) -> int:
        mine = [demand for demand in self.open if demand.campaign == campaign]
        for demand in mine:
            demand.status = "withdrawn"
        return len(mine)

    def read_failed(self, now: datetime) -> None:
        """Tried again after a minute, then two, four, …; at most an hour."""
        self.due = now + min(timedelta(minutes=2**self.failures), timedelta(hours=1))
        self.failures += 1

    def account_is_gone(self) -> None:
        self.due, self.failures = None, 0

    def close_all(self, status: str) -> None:
        for demand in self.open:
            demand.status = status

    def sign_in(self, profile: Any, *, since_true_at: datetime | None) -> None:
        """Somebody came back from Auth0 as `profile`; `since_true_at` is when the tenant really began to ask."""
        first = self.subject != profile.subject or self.read_at is None
        if self.subject and self.subject != profile.subject:
            if self.open or (self.home == "database" and not has_password_here(profile)):
                return
            self.changed_at = self.read_at = self.copy = None
            self.home = "unknown"
        self.subject = profile.subject
        self.read(profile, since_true_at=since_true_at)
        if first and self.home == "database" and profile.app_metadata.get("needsPasswordReset"):
            self._first_login(profile, since_true_at)

    def read(self, profile: Any, *, since_true_at: datetime | None) -> None:
        """A read arrives. One of another subject, or one that shows nothing new, moves nothing but times."""
        if profile.subject != self.subject:
            return
        first, overtaken = self.read_at is None, self._is_overtaken(profile)
        change = profile.last_password_reset
        if change is not None:
            self._change_was_read(change, change - profile.clock_offset, first=first)
        self._note_home(profile)
        self.read_at = max(self.read_at or profile.read_at, profile.read_at)
        self.failures = 0
        if self.due is not None and not profile.read_at < self.due <= timezone.now():
            self.due = None
        if not overtaken:
            self._copy_was_read(profile, since_true_at)

    def _is_overtaken(self, profile: Any) -> bool:
        return self.read_at is not None and profile.read_at < self.read_at

    def _copy_was_read(self, profile: Any, since_true_at: datetime | None) -> None:
        """Somebody raised the flag at the tenant, where we know that it was down: theirs is as good as ours."""
        since, change = profile.password_reset_required_at, profile.last_password_reset
        answered = since is not None and change is not None and change > since
        known, up = self.copy, profile.needs_password_reset
        self.copy = None if known is None and up and not answered and not self.open else up
        if known is False and self.copy and not self.open and not answered and self.home == "database":
            now = timezone.now()
            raised_at = now if since is None else min(since - profile.clock_offset, now)
            self.demands.append(Demand(raised_at, raised_at, true_at=since_true_at or now, reason="tenant"))

    def _change_was_read(self, change: datetime, here: datetime, *, first: bool) -> None:
        news = self.changed_at is None or change > self.changed_at
        answered = [demand for demand in self.open if self._is_answered(demand, here, news=news)]
        for demand in answered:
            demand.status = "changed"
        if not news:
            return
        self.changed_at = change
        if answered or not first:
            self.valid_since = max(self.valid_since or change, change + MICROSECOND)
        if not first and (self.subject, change) not in self.told:
            self.told.append((self.subject, change))

    def _is_answered(self, demand: Demand, here: datetime, *, news: bool) -> bool:
        """By news only: raised more than two seconds before it; or before our last read was sent, which did not show
        it yet."""
        before_the_read = self.read_at is not None and demand.raised_at <= self.read_at
        return news and (here - demand.raised_at > TWO_SECONDS or before_the_read)

    def _note_home(self, profile: Any) -> None:
        if has_password_here(profile):
            self.home = "database"
        elif self.home == "unknown":
            self.close_all("withdrawn")
            self.home = "elsewhere"
        elif not self.open:
            self.home = "elsewhere"

    def _first_login(self, profile: Any, since_true_at: datetime | None) -> None:
        since, change = profile.password_reset_required_at, profile.last_password_reset
        if since is not None and change is not None and change > since:
            return
        raised_at = profile.read_at if since is None else min(since - profile.clock_offset, profile.read_at)
        true_at = since_true_at or profile.read_at
        self.demands.append(Demand(raised_at, raised_at, true_at=true_at, reason="first_login"))

    def counts(self, session: SignedIn) -> bool:
        """Not older than the change; in its very second only when it was stamped after the change was read."""
        if self.valid_since is None:
            return True
        if session.second >= self.valid_since.timestamp():
            return True
        return session.second == int(self.valid_since.timestamp()) and session.knew == self.valid_since


def has_password_here(profile: Any) -> bool:
    return any(identity.provider == "auth0" for identity in profile.identities)
