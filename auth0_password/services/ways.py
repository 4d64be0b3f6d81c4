"""Which ways to a new password there are for this user in this session, best first, and why not the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..conf import conf
from ..models import PasswordHome, PasswordState
from .changes import state_of
from .connections import connection_options
from .handover import is_offered
from .sessions import Stamp
from .tickets import breach_since, why_mail_only

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

UNKNOWN = Stamp(id="", at=0, since=None, other=True)
"""For a session without a sign-in of ours: it proves nothing."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way. `why_not` is empty where it is open, else a word:

    `local` (no identity at Auth0), `elsewhere` (the password lives with another provider), `breach`, `linked`,
    `unconfirmed` (the address at Auth0 was never confirmed), `switched_off` (at the tenant), `stopped` (an Action lets
    no flagged user sign in, and hands nobody over).
    """

    name: str
    why_not: str = ""

    @property
    def available(self) -> bool:
        return not self.why_not


def ways(user: AbstractBaseUser, session: Mapping[str, Any]) -> list[Way]:
    """The ways that `WAYS` names, for a user and their Django session, best first: after a breach the mail.

    May ask Auth0 for the connection's options, now and then; where that fails they count as usual.
    """
    state, stamp = state_of(user), Stamp.from_session(session) or UNKNOWN
    breach = breach_since(state) if state else None
    found = [Way(name=name, why_not=WHY_NOT[name](state, stamp, breach)) for name in conf.WAYS]
    first = "email_link" if breach else ""
    return sorted(found, key=lambda way: (not way.available, way.name != first))


def why_not_reauthenticate(state: PasswordState | None, stamp: Stamp, breach: datetime | None) -> str:
    """Signing in again proves who it is, unless the password may be known to others, or who signs in is not sure. An
    Action that stops flagged users hands them over first, where it is asked to."""
    if state is None or not state.subject:
        return "" if state is not None and state.needs_reset else "local"
    if state.password_home == PasswordHome.ELSEWHERE:
        return "elsewhere"
    handed_over = is_offered()
    if state.needs_reset and conf.FORCE_AT != "site" and not handed_over:
        return "stopped"
    strategy = "auth0" if handed_over else stamp.strategy  # nobody else is handed over
    return why_mail_only(state, replace(stamp, reauthenticated=True, strategy=strategy), breach=breach)


def why_not_email_link(state: PasswordState | None, stamp: Stamp, breach: datetime | None) -> str:
    """A link goes to the address at Auth0: not to one that nobody confirmed, while there is another way."""
    why = why_not_universal_login(state, stamp, breach)
    unsure = state is not None and state.address_verified is False
    return why or ("unconfirmed" if unsure and not why_not_reauthenticate(state, stamp, breach) else "")


def why_not_universal_login(state: PasswordState | None, stamp: Stamp, breach: datetime | None) -> str:
    """ "Forgot password?" on the sign-in page."""
    if state is None or not state.subject:
        return "local"
    if state.password_home == PasswordHome.ELSEWHERE:
        return "elsewhere"
    return "switched_off" if connection_options().self_service_change is False else ""


WHY_NOT: dict[str, Callable[[PasswordState | None, Stamp, datetime | None], str]] = {
    "reauthenticate": why_not_reauthenticate,
    "email_link": why_not_email_link,
    "universal_login": why_not_universal_login,
}
