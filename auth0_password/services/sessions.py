"""What a session knows about the sign-in that began it, and whether that sign-in still counts."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth import SESSION_KEY
from django.utils import timezone

from ..models import PasswordState
from .flag.reading import INSTANT
from .waiting import CHANGE_KEY

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

STAMP_KEY = "_auth0_password"
"""Where the stamp lies in Django's session; it is data, so it works with every session engine."""

ENDED_KEY = "_auth0_password_ended"
"""Set in the session that follows one that we ended, until its owner has been told: one of `Ended`, or `ended` where
nothing more is known."""

STRATEGY_CLAIM = "urn:auth0_password:strategy"
"""The claim by which the tenant's Action says through which kind of connection somebody signed in."""

CHANGED_CLAIM = "urn:auth0_password:password_changed_at"
"""The claim by which the tenant's Action says that a new password was chosen within this very login (Unix ms)."""

AHEAD = 5
"""Seconds that one server of Auth0's may be ahead of another."""


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """One sign-in. Times are Unix seconds; None where Auth0 did not say.

    `since` (Auth0's clock) is compared with changes: the session counts if it is not older than
    `sessions_valid_since`. `at` (our clock) is when it was stamped, and `auth_age` how many seconds before that the
    person authenticated: a sign-in through a running SSO session is as old as that session's. Together they are
    compared with `sessions_ended_at`; `kept_at` is when this session ended all others. `other` says that another
    backend began the session: then `at` is compared, with `sessions_valid_since_here`.

    `mfa`: a second factor was shown (`amr`). `strategy`: the kind of connection that it went through, where the
    tenant's Action says so. `org`: the organization. `reauthenticated`: the person was asked although signed in.
    """

    id: str
    at: float
    since: float | None
    auth_age: float | None = None
    sid: str = ""
    sub: str = ""
    other: bool = False
    kept_at: float | None = None
    mfa: bool = False
    strategy: str = ""
    org: str = ""
    reauthenticated: bool = False

    @classmethod
    def of_sign_in(
        cls, claims: Mapping[str, Any], state: PasswordState | None, *, reauthenticated: bool = False
    ) -> Self:
        """From the validated claims of an ID token; `state` as the reads of this sign-in left it."""
        auth_time = claims.get("auth_time")
        return cls(
            id=new_id(),
            at=timezone.now().timestamp(),
            since=None if auth_time is None else max(_since(float(auth_time), state), _changed_within(claims)),
            auth_age=None if auth_time is None else float(claims["iat"] - auth_time),
            sid=str(claims.get("sid", "")),
            sub=str(claims["sub"]),
            mfa=has_second_factor(claims),
            strategy=str(claims.get(STRATEGY_CLAIM, "")),
            org=str(claims.get("org_id", "")),
            reauthenticated=reauthenticated,
        )

    @classmethod
    def of_other_backend(cls) -> Self:
        """For a sign-in that has nothing to do with Auth0: only our clock dates it."""
        return cls(id=new_id(), at=timezone.now().timestamp(), since=None, other=True)

    @classmethod
    def from_session(cls, session: Mapping[str, Any]) -> Self | None:
        """The session's stamp; None for a session that has none, or one of another version of this package."""
        data: Any = session.get(STAMP_KEY)
        known = {field.name for field in fields(cls)}
        try:
            return cls(**{name: value for name, value in data.items() if name in known})
        except (AttributeError, TypeError):
            return None

    def to_session(self) -> dict[str, Any]:
        """As plain data, for Django's session."""
        return asdict(self)

    @property
    def signed_in_at(self) -> datetime | None:
        """When the person authenticated, aware UTC, in our clock; None where Auth0 did not say."""
        return None if self.auth_age is None else datetime.fromtimestamp(self.at - self.auth_age, UTC)

    def counts(self, state: PasswordState | None) -> bool:
        """Whether the session may go on for the user's state: after a change, only if its sign-in is younger than
        the change; after all were ended, only if the person authenticated later."""
        if state is None:
            return True
        return self.is_young_enough(state) and self._outlived_the_end(state) and not self._was_named(state)

    def is_young_enough(self, state: PasswordState) -> bool:
        """Whether the sign-in is younger than the last change."""
        if self.other:
            here = state.sessions_valid_since_here
            return here is None or self.at >= here.timestamp()
        return _counts(self.since, state)

    def _outlived_the_end(self, state: PasswordState) -> bool:
        if state.sessions_ended_at is None:
            return True
        end = state.sessions_ended_at.timestamp()
        return (self.at if self.other else self._authenticated) > end or (self.kept_at or 0) >= end

    def _was_named(self, state: PasswordState) -> bool:
        """By its id; or by its `sid`, unless the person was asked again at Auth0 since: that may keep the `sid`."""
        names = ended_names(state)
        return self.id in names or (self.sid in names and self._authenticated <= names[self.sid][1])

    @property
    def _authenticated(self) -> float:
        return 0.0 if self.auth_age is None else self.at - self.auth_age

    def kept(self, now: datetime) -> Self:
        """The stamp of the session that ended all others at `now`, from then on."""
        return replace(self, kept_at=now.timestamp())

    def age(self, now: datetime) -> timedelta | None:
        """How long before `now` (our clock) the person authenticated; not: came back through an SSO session."""
        return None if self.signed_in_at is None else now - self.signed_in_at


def has_second_factor(claims: Mapping[str, Any]) -> bool:
    """Whether an ID token says that a second factor was shown in this very sign-in (RFC 8176: `mfa`)."""
    methods = claims.get("amr")
    return isinstance(methods, list) and "mfa" in methods


def session_counts(stamp: Stamp | None, state: PasswordState | None) -> bool:
    """Whether a session with that stamp (or without one) still counts for a user with that state."""
    if stamp is not None:
        return stamp.counts(state)
    return state is None or not (state.sessions_valid_since or state.sessions_ended_at)


def is_session_of(user: AbstractBaseUser, session: Mapping[str, Any]) -> bool:
    """Whether a session is what brings that user. Whoever names themselves anew with every request (a token, a proxy)
    has none."""
    return bool(session.get(SESSION_KEY) == user._meta.pk.value_to_string(user))


def ends_any(state: PasswordState | None) -> bool:
    """Whether any session of this user was ever ended: only then is a stamp looked at."""
    return state is not None and bool(state.sessions_valid_since or state.sessions_ended_at or state.ended)


def ended_names(state: PasswordState) -> dict[str, list[float]]:
    """The sessions that were ended one by one: stamp ids and `sid`s. Of each the Unix seconds until which it is kept,
    and when it was ended (in our clock); older rows say only the first."""
    names = json.loads(state.ended) if state.ended else {}
    return {name: value if isinstance(value, list) else [value, value] for name, value in names.items()}


def ended_by_change(stamp: Stamp | None, state: PasswordState | None) -> bool:
    """Whether a session that ended did so because the password was changed; else somebody ended it."""
    return state is not None and not (stamp.is_young_enough(state) if stamp else _counts(None, state))


def stamp_session(session: MutableMapping[str, Any], stamp: Stamp) -> None:
    """Write the stamp of a completed sign-in. A change that the session had asked for is over with it, and so is what
    ended the one before."""
    session[STAMP_KEY] = stamp.to_session()
    session.pop(CHANGE_KEY, None)
    session.pop(ENDED_KEY, None)


def new_id() -> str:
    """A name for a sign-in: 128 random bits, never Django's session key (it rotates)."""
    return secrets.token_urlsafe(16)


def _counts(since: float | None, state: PasswordState | None) -> bool:
    if state is None or state.sessions_valid_since is None:
        return True
    return since is not None and since >= state.sessions_valid_since.timestamp()


def _changed_within(claims: Mapping[str, Any]) -> float:
    """When a new password was chosen within this login, between `auth_time` and `iat`; 0 where none was. It makes the
    session as young as that change, and no more: whether there was one, and none since, a read shows. An instant
    younger, as sessions that count must be (`flag.reading`)."""
    value = claims.get(CHANGED_CLAIM)
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    if not claims["auth_time"] <= value / 1000 <= claims["iat"] + AHEAD:
        return 0
    return (datetime.fromtimestamp(value / 1000, UTC) + INSTANT).timestamp()


def _since(auth_time: float, state: PasswordState | None) -> float:
    """`auth_time`, which Auth0 cuts to its second; made exact where the change fell into that very second.

    The stamp is written after the read that showed the change, so this sign-in is the younger one.
    """
    if state is not None and state.sessions_valid_since is not None:
        valid_since = state.sessions_valid_since.timestamp()
        if int(valid_since) == int(auth_time):
            return max(auth_time, valid_since)
    return auth_time
