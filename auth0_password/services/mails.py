"""Links by e-mail. Auth0 sends them, to the address that it knows; each new one voids the older ones."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ..conf import conf
from ..exceptions import (
    GatewayError,
    LimitReachedError,
    MailOffError,
    NoPasswordHereError,
    ThrottledError,
    UnknownOutcomeError,
)
from ..gateway import UserProfile, get_gateway
from . import throttles
from .changes import hint_of_link, home_of, read
from .connections import connection_options

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

logger = logging.getLogger("auth0_password")


@dataclass(frozen=True, kw_only=True)
class MailAsked:
    """Auth0 was asked for a mail. `address` is masked; `again_at` (our clock) is when another may be asked for. Not
    `sure`: Auth0's answer was lost."""

    address: str
    again_at: datetime | None = None
    sure: bool = True


def send_change_email(user: AbstractBaseUser, *, organization: str = "") -> MailAsked:
    """Have Auth0 mail a link for a new password to the address of the user's database identity (never Django's).

    Reads the user first, so that a quick change counts. A lost answer is no failure: the mail may come. Raises a
    `RefusedError` (`LimitReachedError`, `MailOffError`, `NoPasswordHereError`, `AccountBlockedError`) or a
    `GatewayError`: then no mail was asked for.
    """
    throttles.hit("email", user.pk)
    address, connection = address_of(read(user))
    asked = ask(address, connection, organization)
    hint_of_link(user)
    full = [asked.again_at, throttles.next_free("email", user.pk), throttles.next_free("recipient", address)]
    return MailAsked(address=masked(address), again_at=max(filter(None, full), default=None), sure=asked.sure)


def send_change_email_to(address: str) -> None:
    """The same for somebody who is not signed in and types an address: nothing is told about it, whatever happens."""
    try:
        ask(address, conf.CONNECTION, "")
    except (GatewayError, LimitReachedError, MailOffError) as error:
        logger.info("a link for somebody who is not signed in was not sent: %s", type(error).__name__)


def masked(address: str) -> str:
    """An address as whoever may not own it sees it: `b••@example.com`."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}••@{host}"


def address_of(profile: UserProfile) -> tuple[str, str]:
    """Where the link goes, and for which connection's password. The root's address is the database identity's own
    unless that is a linked one (Auth0: user-account-linking, `profileData`). Raises a `RefusedError`."""
    identity = home_of(profile)
    address = identity.email or profile.email
    if not address:
        raise NoPasswordHereError("no address in this site's connection")
    return address, identity.connection


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What Auth0 said. `again_at`: when it takes another for this address. Not `sure`: its answer was lost, and the
    mail may or may not be on its way."""

    again_at: datetime | None = None
    sure: bool = True


def ask(address: str, connection: str, organization: str) -> Asked:
    """Have Auth0 send it. Raises as `send_change_email` does: what was not asked for counts towards no limit."""
    if connection_options().self_service_change is False:
        raise MailOffError("the connection has its self-service change switched off")
    throttles.hit("recipient", address)
    try:
        sent = get_gateway().send_change_email(address, connection=connection, organization=organization)
        return Asked(again_at=sent.retry_at)
    except UnknownOutcomeError:
        return Asked(sure=False)
    except GatewayError as error:
        throttles.give_back("recipient", address)
        if isinstance(error, ThrottledError) and error.retry_at is not None:
            raise LimitReachedError("too many mails, says Auth0", retry_at=error.retry_at) from None
        raise
