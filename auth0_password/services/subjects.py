"""Whose password it is: the subject at Auth0 that a user of this site is bound to."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from ..conf import conf
from ..gateway import UserProfile, get_gateway
from ..models import PasswordState, Reason, subject_key
from . import flag, throttles
from .changes import evidence_of, home_of, read, state_of
from .identities import has_database_identity
from .records import record, retried

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def user_of(subject: str) -> AbstractBaseUser | None:
    """The user who is bound to a subject, with their state. By the model's plainest manager: a site's own may hide
    those who are inactive."""
    users, key = get_user_model()._base_manager, subject_key(conf.DOMAIN.host, subject)
    return users.select_related("password_state").filter(password_state__subject_key=key).first()


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
    """The address that the database identity signs in with ("" for one that has none): Django's own may differ. Reads
    the user, and takes over the read. Raises a `RefusedError` or a `GatewayError`."""
    throttles.hit("reauthenticate", user.pk)
    profile = read(user)
    return home_of(profile).email or profile.email


def bind(user: AbstractBaseUser, profile: UserProfile) -> PasswordState:
    """Bind the subject of a read to a user at their sign-in, take over the read, raise what `FIRST_LOGIN` asks for."""
    evidence, state = evidence_of(profile), state_of(user)
    if state is not None and _means_another(state, evidence) and has_database_identity(user):
        return state
    asks = cache(lambda: first_demand(user, profile, evidence))
    if is_first_sign_in(state, profile.subject):
        asks()  # a function of the site's own: once, and in no transaction of ours

    def happening(state: PasswordState) -> flag.Event:
        first = is_first_sign_in(state, profile.subject)
        return flag.SignedIn(evidence=evidence, asks=asks() if first else None)

    return record(user, happening).state


def _means_another(state: PasswordState, evidence: flag.Evidence) -> bool:
    """Whether something was required before any subject was known, and this subject has no password here: it is not
    the one that was meant, if the user has another."""
    return state.needs_reset and not state.subject and not evidence.database


def note_sign_in(user: AbstractBaseUser, *, mfa: bool) -> None:
    """The language of the sign-in is that of the mails to come. A second factor that was seen before a breach counts
    after it: one that appears only then may have been enrolled by whoever knows the leaked password."""
    state, language = state_of(user), (translation.get_language() or "")[:15]
    rows = PasswordState.objects.filter(pk=user.pk)
    if state is not None and state.language != language:
        retried(lambda: rows.update(language=language))
    if state is not None and mfa and state.mfa_seen_at is None:
        retried(lambda: rows.filter(mfa_seen_at__isnull=True).update(mfa_seen_at=timezone.now()))


def first_demand(user: AbstractBaseUser, profile: UserProfile, evidence: flag.Evidence) -> flag.Demand | None:
    """What is asked of somebody with a password here who signs in for the first time, by `FIRST_LOGIN`; it blocks at
    once.

    Raises `ValueError` where a function of the site's own names a reason that does not exist.
    """
    if not evidence.database:
        return None
    since, reason = profile.read_at, first_reason(user, profile, evidence)
    if conf.FIRST_LOGIN == "flagged" and evidence.flagged_since:
        since = min(evidence.flagged_since, profile.read_at)
    return flag.Demand(reason=Reason(reason).value, raised_at=since, enforce_from=since) if reason else None


def first_reason(user: AbstractBaseUser, profile: UserProfile, evidence: flag.Evidence) -> str | None:
    """Why a new password is required at the first sign-in, or None."""
    asked = {
        "flagged": evidence.flagged and not evidence.outdated,
        "always": profile.last_password_reset is None,
        "never": False,
    }.get(conf.FIRST_LOGIN)
    if asked is None:
        reason: str | None = import_string(conf.FIRST_LOGIN)(user=user, profile=profile)
        return reason
    return Reason.FIRST_LOGIN if asked else None
