"""Whose password it is: the subject at Auth0 that a user of this site is bound to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.module_loading import import_string

from ..conf import conf
from ..exceptions import NoPasswordHereError
from ..gateway import UserProfile, get_gateway
from ..models import PasswordHome, PasswordState, Reason, subject_key
from .changes import apply_read, record_read, state_of
from .records import database_of, transact
from .requirements import Demand, add_requirement

if TYPE_CHECKING:
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
    """Bind the subject of a read to a user at their sign-in, take over the read, raise what `FIRST_LOGIN` asks for."""

    def write(state: PasswordState) -> PasswordState:
        first = is_first_sign_in(state, profile.subject)
        if state.subject != profile.subject:
            if not _may_rebind(state, profile):
                return state
            _rebind(state, profile.subject)
        apply_read(user, state, profile)
        demand = first_demand(user, state, profile) if first else None
        if demand is not None:
            add_requirement(user, state, demand)
        return state

    state = transact(user.pk, write)
    user.password_state = state  # type: ignore[attr-defined]
    return state


def first_demand(user: AbstractBaseUser, state: PasswordState, profile: UserProfile) -> Demand | None:
    """What is asked of somebody who signs in here for the first time, by `FIRST_LOGIN`; it blocks at once.

    Raises `ValueError` where a function of the site's own names a reason that does not exist.
    """
    if state.password_home != PasswordHome.DATABASE:
        return None
    since, reason = profile.read_at, first_reason(user, profile)
    if conf.FIRST_LOGIN == "flagged" and profile.password_reset_required_at:
        since = min(profile.in_our_clock(profile.password_reset_required_at), profile.read_at)
    return Demand(reason=Reason(reason).value, raised_at=since, enforce_from=since) if reason else None


def first_reason(user: AbstractBaseUser, profile: UserProfile) -> str | None:
    """Why a new password is required at the first sign-in, or None."""
    asked = {"flagged": _is_flagged, "always": _never_changed, "never": _nobody}.get(conf.FIRST_LOGIN)
    if asked is None:
        reason: str | None = import_string(conf.FIRST_LOGIN)(user=user, profile=profile)
        return reason
    return Reason.FIRST_LOGIN if asked(profile) else None


def _nobody(profile: UserProfile) -> bool:
    return False


def _is_flagged(profile: UserProfile) -> bool:
    """The tenant's flag, unless the password was changed after the time that it names."""
    since, change = profile.password_reset_required_at, profile.last_password_reset
    return profile.needs_password_reset and not (since and change and change > since)


def _never_changed(profile: UserProfile) -> bool:
    return profile.last_password_reset is None


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
