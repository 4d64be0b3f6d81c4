"""Ending what outlives a change at Auth0: sessions there and refresh tokens, as far as the tenant's plan allows."""

from __future__ import annotations

from django.utils import timezone

from ..conf import Rate, conf
from ..exceptions import GatewayError, ThrottledError, UnknownUserError
from ..gateway import Revoked, get_gateway
from ..models import PasswordChange
from . import throttles, work
from .changes import state_of
from .flag.mirroring import next_try

NOT_ALLOWED, GONE, NO_SUBJECT = "not_allowed", "gone", "no_subject"
ASK_AGAIN = Rate(1, 3600)
"""Where neither is allowed, no other change asks for so long: that is a matter of the plan, not of the user. A dispute
always asks."""


def revoke(change: PasswordChange) -> None:
    """End what began at Auth0 before one change; after a dispute, everything.

    A session that authenticated after the change is the owner's, who has just signed in with the new password.
    Raises `OffError` where there is nothing to be done, `GatewayError` where it is tried again.
    """
    state = state_of(change.user)
    subject = state.subject if state and state.subject_key == change.subject_key else ""
    if not subject:
        raise _over(change, NO_SUBJECT)
    if not change.disputed_at and throttles.is_full("revoke_off", conf.DOMAIN.host, ASK_AGAIN, timezone.now()):
        raise _over(change, NOT_ALLOWED)
    try:
        done = get_gateway().revoke_access(subject, before=None if change.disputed_at else change.changed_at)
    except UnknownUserError as error:
        raise _over(change, GONE) from error
    except ThrottledError:
        raise
    except GatewayError:
        _try_later(change)
        raise
    if done.sessions is None and done.tokens is None:
        throttles.claim("revoke_off", conf.DOMAIN.host, ASK_AGAIN, timezone.now())
        raise _over(change, NOT_ALLOWED)
    _note(change, _in_short(done), done=True)


def _try_later(change: PasswordChange) -> None:
    due, tries = next_try(change.revoke_tries, timezone.now())
    work.write(PasswordChange.objects.filter(pk=change.pk), revoke_due_at=due, revoke_tries=tries)


def _in_short(done: Revoked) -> str:
    """ "sessions=2 tokens=not_allowed": what the admin puts into words."""
    counts = {"sessions": done.sessions, "tokens": done.tokens}
    return " ".join(f"{name}={NOT_ALLOWED if count is None else count}" for name, count in counts.items())


def _over(change: PasswordChange, result: str) -> work.OffError:
    _note(change, result)
    return work.OffError(result)


def _note(change: PasswordChange, result: str, *, done: bool = False) -> None:
    """Unless it was disputed while this was under way: then all of it is due once more."""
    rows = PasswordChange.objects.filter(pk=change.pk, disputed_at=change.disputed_at)
    work.write(rows, revoke_due_at=None, revoke_result=result, revoked_at=timezone.now() if done else None)
