"""The kinds of work that can be wanted, and how one row of each is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..exceptions import NoPasswordHereError, UnknownUserError
from ..gateway import background
from ..models import PasswordChange, PasswordState, ResetRequirement
from . import work
from .changes import look
from .confirmation import tell_owner
from .disputes import warn
from .effects import announce_change, announce_requirement
from .mirror import mirror
from .revocation import revoke
from .rows import rows_of
from .tell import send_link, tell

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

OWN_TIME = timedelta(minutes=1)
"""What is done at once by whoever caused it is left alone for so long."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Rows of `model` whose column `due` has come, and for `patience` nobody else did it.

    `do` gets one row with its user. It raises `work.OffError` where there is nothing to do, any other
    `Auth0PasswordError` where it failed; the row then says when it is due again.
    """

    model: type[Model]
    due: str
    do: Callable[[Any], object]
    patience: timedelta = timedelta(0)
    calls_auth0: bool = True

    def rows(self) -> QuerySet[Any]:
        return rows_of(self.model)

    def due_rows(self, now: datetime) -> QuerySet[Any]:
        return self.rows().filter(**{f"{self.due}__lte": now - self.patience})

    def take(self, pk: Any, now: datetime) -> bool:
        """Do the work of one row. False: it is not due any more, or somebody else has it in hand.

        A worker that is killed leaves its lease behind; when that has run out the row is taken again.
        """
        mine = self.due_rows(now).filter(pk=pk)
        key = work.lease(mine)
        if key is None:
            return False
        rows = self.rows().filter(pk=pk)
        try:
            with background():
                for row in rows.select_related("user"):  # one, unless its user was deleted just now
                    self.do(row)
        except Exception:
            work.give_back(rows, key)
            raise
        work.give_back(rows, key)
        return True


def check(state: PasswordState) -> None:
    """Read the user, as somebody said that there may be something new."""
    try:
        look(state.user)
    except NoPasswordHereError as error:
        PasswordState.objects.filter(pk=state.pk, subject="").update(check_due_at=None)
        raise work.OffError("no subject") from error
    except UnknownUserError as error:
        raise work.OffError("gone") from error


def require(requirement: ResetRequirement) -> None:
    """Send `reset_required`, which a process owes that ended between its commit and that."""
    announce_requirement(requirement.user, requirement)


def announce(change: PasswordChange) -> None:
    """Send `password_changed`, as above."""
    announce_change(change.user, change)


KINDS = {
    "check": Kind(model=PasswordState, due="check_due_at", do=check),
    "mirror": Kind(model=PasswordState, due="mirror_due_at", do=mirror),
    "tell": Kind(model=ResetRequirement, due="tell_due_at", do=tell),
    "link": Kind(model=PasswordState, due="link_due_at", do=send_link),
    "mail": Kind(model=PasswordChange, due="mail_due_at", do=tell_owner, calls_auth0=False),
    "revoke": Kind(model=PasswordChange, due="revoke_due_at", do=revoke),
    "warn": Kind(model=PasswordChange, due="warn_due_at", do=warn, calls_auth0=False),
    "require": Kind(model=ResetRequirement, due="announce_due_at", do=require, patience=OWN_TIME, calls_auth0=False),
    "announce": Kind(model=PasswordChange, due="announce_due_at", do=announce, patience=OWN_TIME, calls_auth0=False),
}
