"""Whose password it is: the subject at Auth0 that a user of this site is bound to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from ..conf import conf
from ..exceptions import NoPasswordHereError
from ..gateway import UserProfile, get_gateway
from ..models import PasswordHome, PasswordState, Reason, subject_key
from .changes import apply_read, record_read, state_of
from .records import database_of, transact
from .requirements import Demand, add_requirement

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.base_user import AbstractBaseUser


def read_due(user: AbstractBaseUser | None, subject: str) -> bool:
    """Whether a sign-in must read the user first: a subject's first one, a flagged one, one that was hinted at."""
    state = state_of(user) if user is not None else None
    if is_first_sign_in(state, subject):
        return True
    return state is not None and (state.needs_reset or state.check_due_at is not None)


def is_first_sign_in(state: PasswordState | None, subject: str) -> bool:
    """Whether this subject was never read for this user."""
    return state is None or state.subject != subject or state.read_at is None


def read_subject(subject: str) -> UserProfile:
    """Read a subject that may not have a user here yet. Raises `GatewayError`."""
    return get_gateway().read_user(subject)


def address_at_auth0(user: AbstractBaseUser) -> str:
    """The address that the database identity signs in with: Django's own may differ. Reads the user, and takes
    over the read. Raises `NoPasswordHereError` or `GatewayError`."""
    state = state_of(user)
    if state is None or not state.subject:
        raise NoPasswordHereError("this user never signed in through Auth0")
    profile = read_subject(state.subject)
    record_read(user, profile)
    identity = profile.database_identity(conf.CONNECTION)
    if identity is None:
        raise NoPasswordHereError("no password in this site's connection")
    return identity.email or profile.email


def bind(user: AbstractBaseUser, profile: UserProfile) -> PasswordState:
    """Bind the subject of a read to a user at their sign-in, take over the read, raise what the tenant asks for.

    At a subject's first sign-in the tenant's `app_metadata.needsPasswordReset` raises a requirement
    (reason `first_login`), unless the read shows a change that is later than `passwordResetRequiredAt`.
    """

    def write(state: PasswordState) -> PasswordState:
        first = is_first_sign_in(state, profile.subject)
        if state.subject != profile.subject:
            if not _may_rebind(state, profile):
                return state
            _rebind(state, profile.subject)
        apply_read(user, state, profile)
        since = first_raise(state, profile) if first else None
        if since is not None:
            demand = Demand(reason=Reason.FIRST_LOGIN, raised_at=since, enforce_from=since)
            add_requirement(user, state, demand)
        return state

    state = transact(user.pk, write)
    user.password_state = state  # type: ignore[attr-defined]
    return state


def first_raise(state: PasswordState, profile: UserProfile) -> datetime | None:
    """Since when the tenant requires a new password of somebody who signs in here for the first time, if it does.

    In our clock, and never later than the read that showed it: it blocks at once.
    """
    if state.password_home != PasswordHome.DATABASE or not profile.needs_password_reset:
        return None
    since = profile.password_reset_required_at
    if since and profile.last_password_reset and profile.last_password_reset > since:
        return None
    return min(profile.in_our_clock(since), profile.read_at) if since else profile.read_at


def hint_of_sign_in(user: AbstractBaseUser) -> None:
    """A sign-in that was not read is a hint: read this user soon."""
    PasswordState.objects.filter(
        user_id=user.pk, password_home=PasswordHome.DATABASE, check_due_at__isnull=True
    ).update(check_due_at=timezone.now())


def _may_rebind(state: PasswordState, profile: UserProfile) -> bool:
    """Whether a user who has a subject may get another one: not while something is required of the first one's
    password, and not away from the one that has a password here."""
    if not state.subject:
        return True
    has_password = profile.database_identity(conf.CONNECTION) is not None
    return not state.needs_reset and (has_password or state.password_home != PasswordHome.DATABASE)


def _rebind(state: PasswordState, subject: str) -> None:
    """Another subject for the same user: what was known of the old one's password says nothing about this one."""
    key = subject_key(conf.DOMAIN.host, subject)
    others = PasswordState.objects.using(database_of(state)).filter(subject_key=key).exclude(pk=state.pk)
    others.update(subject="", subject_key=None, read_at=None)
    state.subject, state.subject_key = subject, key
    state.changed_at = state.read_at = None
    state.password_home = PasswordHome.UNKNOWN
