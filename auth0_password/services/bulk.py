"""What staff ask for several users at once: a few while they wait, the rest as work that is wanted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.utils import timezone

from ..exceptions import ConflictError, GatewayError, NoPasswordHereError
from ..models import PasswordHome
from . import work
from .changes import hint, look, state_of
from .kinds import KINDS
from .tell import want_links

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.base_user import AbstractBaseUser

AT_ONCE = 5
"""Somebody waits for these. Each takes a call or two, and each call at most some seconds."""


def mail_links(users: Iterable[AbstractBaseUser]) -> Counter[str]:
    """Have Auth0 mail each of them a link for a new password.

    Returns how many are `sent`, `later` (wanted, and mailed by whoever works next), `not_sent` (there is nothing that
    could be sent) or have `no_password` at Auth0 that this site knows of.
    """
    able, unable = _known(users)
    outcomes = Counter(no_password=len(unable))
    want_links(able)
    for user in able[:AT_ONCE]:
        outcomes[_mail_link(user)] += 1
    for user in able[AT_ONCE:]:
        work.wake("link", user.pk)
    return outcomes + Counter(later=len(able[AT_ONCE:]))


def look_again(users: Iterable[AbstractBaseUser]) -> Counter[str]:
    """Read each of them at Auth0. Returns how many were `read`, are `due` (read by whoever works next), `unreachable`
    (Auth0 did not answer: they stay due) or have `no_password` at Auth0 that this site knows of."""
    able, unable = _known(users)
    outcomes = Counter(no_password=len(unable))
    for user in able[:AT_ONCE]:
        outcomes[_look(user)] += 1
    rest = able[AT_ONCE:]
    hint(state.subject for user in rest if (state := state_of(user)))
    return outcomes + Counter(due=len(rest))


def _mail_link(user: AbstractBaseUser) -> str:
    try:
        return "sent" if KINDS["link"].take(user.pk, timezone.now()) else "later"
    except work.OffError as error:
        return "later" if str(error) == "limit" else "not_sent"
    except (GatewayError, ConflictError):
        return "later"


def _look(user: AbstractBaseUser) -> str:
    try:
        look(user)
    except NoPasswordHereError:
        return "no_password"
    except (GatewayError, ConflictError):
        return "unreachable"
    return "read"


def _known(users: Iterable[AbstractBaseUser]) -> tuple[list[AbstractBaseUser], list[AbstractBaseUser]]:
    """Those whose password Auth0 keeps for this site, and the others."""
    able: list[AbstractBaseUser] = []
    unable: list[AbstractBaseUser] = []
    for user in users:
        state = state_of(user)
        at_home = state is not None and state.subject and state.password_home != PasswordHome.ELSEWHERE
        (able if at_home else unable).append(user)
    return able, unable
