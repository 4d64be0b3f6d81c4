"""Telling users that a new password is required of them, and mailing links that staff ask for.

Each is work that is wanted (docs/model.md): committed first, done under a lease, due again where it failed.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils import timezone

from ..exceptions import (
    AccountBlockedError,
    Auth0PasswordError,
    GatewayError,
    LimitReachedError,
    MailOffError,
    MailRefusedError,
    MailServerError,
    NoPasswordHereError,
    ThrottledError,
    UnknownUserError,
)
from ..models import PasswordState, ResetRequirement, Tell
from . import throttles, work
from .changes import hint_of_link, read
from .flag.mirroring import FIRST_RETRY, next_try
from .letters import letter
from .mails import address_of, ask
from .post import post

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser

SENT, NOT_NEEDED, LIMIT = "sent", "not_needed", "limit"

FINAL: dict[type[Auth0PasswordError], str] = {
    NoPasswordHereError: "no_password_here",
    AccountBlockedError: "blocked",
    MailOffError: "mail_off",
    MailRefusedError: "address_refused",
    UnknownUserError: "gone",
}
"""Why nothing is sent, now or later."""


def tell(requirement: ResetRequirement) -> None:
    """Tell one user, unless they changed or it was closed meanwhile.

    Raises `OffError` where nothing is sent, and any other `Auth0PasswordError` where it will be tried again.
    """
    try:
        _note(requirement, _told(requirement), told_at=timezone.now())
    except LimitReachedError as error:
        _note(requirement, LIMIT, due=error.retry_at)
        raise work.OffError(LIMIT) from error
    except tuple(FINAL) as error:
        _note(requirement, FINAL[type(error)])
        raise work.OffError(FINAL[type(error)]) from error
    except ThrottledError:
        raise
    except (GatewayError, MailServerError) as error:
        due, tries = next_try(requirement.tell_tries, timezone.now())
        _note(requirement, "mail_server" if isinstance(error, MailServerError) else "sign_in_service", due, tries)
        raise


def send_link(state: PasswordState) -> None:
    """Have Auth0 mail one link that staff asked for. Raises as `tell` does."""
    try:
        address, connection = address_of(read(state.user))
        ask(address, connection, "")
    except LimitReachedError as error:
        _link_due([state.pk], error.retry_at)
        raise work.OffError(LIMIT) from error
    except tuple(FINAL) as error:
        _link_due([state.pk], None)
        raise work.OffError(FINAL[type(error)]) from error
    except ThrottledError:
        raise
    except GatewayError:
        _link_due([state.pk], timezone.now() + FIRST_RETRY)
        raise
    _link_due([state.pk], None)
    hint_of_link(state.user)


def want_links(users: Iterable[AbstractBaseUser]) -> None:
    """Write down that each of these users shall get a link; `send_link` is the work."""
    _link_due([user.pk for user in users], timezone.now())


def _told(requirement: ResetRequirement) -> str:
    """Send it. Returns the outcome."""
    if not _is_wanted(requirement):
        return NOT_NEEDED
    address, connection = address_of(read(requirement.user))
    if not _is_wanted(requirement):  # the read has shown a new password
        return NOT_NEEDED
    if requirement.tell == Tell.AUTH0:
        ask(address, connection, "")
    else:
        _mail(requirement, address)
    return SENT


def _mail(requirement: ResetRequirement, address: str) -> None:
    """Send our own mail. Only one that the server took counts towards the limit: trying again is no second mail."""
    again_at = throttles.next_free("recipient", address)
    if again_at:
        raise LimitReachedError("recipient", retry_at=again_at)
    post(letter(requirement, address))
    with suppress(LimitReachedError):  # somebody took the last place meanwhile: this one is out all the same
        throttles.hit("recipient", address)


def _is_wanted(requirement: ResetRequirement) -> bool:
    return requirement.user.is_active and ResetRequirement.objects.filter(pk=requirement.pk).open().exists()


def _note(
    requirement: ResetRequirement,
    outcome: str,
    due: datetime | None = None,
    tries: int = 0,
    *,
    told_at: datetime | None = None,
) -> None:
    work.write(
        ResetRequirement.objects.filter(pk=requirement.pk),
        tell_due_at=due,
        tell_tries=tries,
        tell_outcome=outcome,
        told_at=told_at if outcome == SENT else None,
    )


def _link_due(keys: list[Any], due: datetime | None) -> None:
    """`version` moves, so that nobody who is writing the row puts back what it was."""
    work.write(PasswordState.objects.filter(pk__in=keys), link_due_at=due, version=F("version") + 1)
