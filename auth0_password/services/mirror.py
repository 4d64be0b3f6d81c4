"""The flag's copy in the tenant: four keys of `app_metadata`, which the tenant's Actions read.

`needsPasswordReset` (a boolean), `passwordResetRequiredAt` and, where the flag blocks only later, `passwordResetFrom`
(ISO 8601, UTC, milliseconds, Auth0's clock); `passwordResetReason`, which is "breach" or absent. docs/model.md says
when they are written.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from ..exceptions import (
    GatewayError,
    GatewayRefusedError,
    GatewayUnavailableError,
    ThrottledError,
    UnknownOutcomeError,
    UnknownUserError,
)
from ..gateway import UserProfile, get_gateway
from ..models import PasswordHome, PasswordState, Reason, ResetRequirement
from . import flag
from .changes import evidence_of, record_read
from .records import database_of, flag_of, record
from .rows import rows_of
from .work import OffError

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import QuerySet

FLAG, REQUIRED_AT, FROM = "needsPasswordReset", "passwordResetRequiredAt", "passwordResetFrom"
REASON = "passwordResetReason"
"""Says that the old password may be known to others: then it authorises nothing, and no Action may ask for a new one
within a sign-in with it. No other reason is told."""

SAME = timedelta(seconds=2)
"""Two measures of Auth0's clock differ: times that are this close say the same."""

SCOPES_MISSING = (
    "The flag is not copied to the tenant: grant the Management client the scope update:users_app_metadata "
    "(and update:users, should that one not be enough)."
)
ERRORS: dict[type[GatewayError], str] = {
    UnknownOutcomeError: "unknown_outcome",
    GatewayUnavailableError: "unavailable",
    GatewayRefusedError: "refused",
    GatewayError: "not_understood",
}

logger = logging.getLogger("auth0_password")


def mirror(state: PasswordState) -> None:
    """Read the user; where the copy differs from the flag, write it.

    Raises `OffError` where it cannot be written, now or later, and `GatewayError`: then it stays due.
    """
    user, was_off = state.user, state.mirror_error == flag.NOT_ALLOWED
    profile = _read(state)
    state = record_read(user, profile)
    _check_home(state)
    answer, wanted = profile, flag_of(state).wanted
    if differences(wanted, profile, state):
        # Before the call, so that whoever reads meanwhile does not take our own writing for somebody else's.
        state = record(user, flag.Mirroring()).state
        wanted = flag_of(state).wanted
        answer = _write(user, profile, differences(wanted, profile, state))
        if was_off:
            try_all_again()
    record(user, flag.Mirrored(evidence=evidence_of(answer), wanted=wanted))


def differences(wanted: flag.Wanted, profile: UserProfile, state: PasswordState) -> dict[str, object]:
    """What has to be written for the tenant's copy to say what is wanted; None removes a key.

    A time of the last raise never goes back, and stays when the flag falls: Actions compare with it.
    """
    changes: dict[str, object] = {}
    if profile.app_metadata.get(FLAG, False) is not wanted.needs_reset:
        changes[FLAG] = wanted.needs_reset
    if wanted.required_at and _is_too_early(profile.password_reset_required_at, wanted.required_at, profile):
        changes[REQUIRED_AT] = _there(wanted.required_at, profile)
    begins = wanted.enforce_from if _has_grace(wanted) else None
    if begins is None and FROM in profile.app_metadata:
        changes[FROM] = None
    if begins and not _is_same(profile.password_reset_from, begins, profile):
        changes[FROM] = _there(begins, profile)
    if wanted.breach and profile.app_metadata.get(REASON) != Reason.BREACH:
        changes[REASON] = Reason.BREACH.value
    if not wanted.breach and REASON in profile.app_metadata and _is_over(wanted, profile, state):
        changes[REASON] = None
    return changes


def is_off() -> bool:
    """Whether some copy was not written because the Management client lacks the scope."""
    return _refused().exists()


def try_one_again() -> None:
    """Make one copy due that was refused for want of a scope. If it can be written now, all of them are due."""
    one = _refused().filter(mirror_due_at__isnull=True).order_by("version").values_list("pk", flat=True).first()
    rows_of(PasswordState).filter(pk=one).update(mirror_due_at=timezone.now(), version=F("version") + 1)


def try_all_again() -> None:
    _refused().update(mirror_due_at=timezone.now(), mirror_error="", version=F("version") + 1)


def _read(state: PasswordState) -> UserProfile:
    _check_home(state)
    try:
        return get_gateway().read_user(state.subject)
    except GatewayError as error:
        _note(state.user, error, copy=None)
        raise


def _write(user: AbstractBaseUser, profile: UserProfile, changes: dict[str, object]) -> UserProfile:
    try:
        return get_gateway().update_app_metadata(profile.subject, changes)
    except GatewayError as error:
        if isinstance(error, GatewayRefusedError) and error.status == HTTPStatus.FORBIDDEN:
            logger.warning(SCOPES_MISSING)
            raise _give_up(user, flag.NOT_ALLOWED, copy=profile.needs_password_reset) from error
        _note(user, error, copy=None if isinstance(error, UnknownOutcomeError) else profile.needs_password_reset)
        raise


def _note(user: AbstractBaseUser, error: GatewayError, *, copy: bool | None) -> None:
    """Note how the call failed. Being told to slow down is no failure: nothing happened, it is due as before."""
    if isinstance(error, UnknownUserError):
        raise _give_up(user, "gone") from error
    if not isinstance(error, ThrottledError):
        name = next(name for kind, name in ERRORS.items() if isinstance(error, kind))
        record(user, flag.NotMirrored(error=name, again=True, copy=copy))


def _check_home(state: PasswordState) -> None:
    if not state.subject or state.password_home != PasswordHome.DATABASE:
        raise _give_up(state.user, "no_password_here")


def _give_up(user: AbstractBaseUser, error: str, *, copy: bool | None = None) -> OffError:
    record(user, flag.NotMirrored(error=error, again=False, copy=copy))
    return OffError(error)


def _has_grace(wanted: flag.Wanted) -> bool:
    return bool(wanted.required_at and wanted.enforce_from and wanted.enforce_from > wanted.required_at)


def _is_over(wanted: flag.Wanted, profile: UserProfile, state: PasswordState) -> bool:
    """Whether the reason that stands there goes: the flag falls; or it stays up for something else, and a breach was
    required here that has ended since the time that stands there. Another site's stays."""
    if not wanted.needs_reset:
        return True
    breaches = ResetRequirement.objects.using(database_of(state)).filter(user_id=state.pk, reason=Reason.BREACH)
    since = profile.password_reset_required_at
    ended = {"closed_at__gte": profile.in_our_clock(since) - SAME} if since else {"closed_at__isnull": False}
    return breaches.filter(**ended).exists()


def _is_too_early(standing: datetime | None, moment: datetime, profile: UserProfile) -> bool:
    """Whether the time that stands there says less than `moment` (our clock): it names an older raise, or a change
    that did not answer this one would count as later."""
    if standing is None or standing < moment + profile.clock_offset - SAME:
        return True
    change = profile.last_password_reset
    return change is not None and standing < change <= moment + profile.clock_offset


def _is_same(standing: datetime | None, moment: datetime, profile: UserProfile) -> bool:
    return standing is not None and abs(standing - moment - profile.clock_offset) <= SAME


def _there(moment: datetime, profile: UserProfile) -> str:
    """A time of ours as Auth0 writes its own, never earlier than it was."""
    there = moment + profile.clock_offset
    there += timedelta(microseconds=-there.microsecond % 1000)
    return there.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _refused() -> QuerySet[PasswordState]:
    return rows_of(PasswordState).filter(mirror_error=flag.NOT_ALLOWED)
