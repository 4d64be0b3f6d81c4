"""Evidence: a read of the user at Auth0. The only thing that lowers a flag by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from ..conf import conf
from ..exceptions import GatewayError, NoPasswordHereError, UnknownUserError
from ..gateway import UserProfile, get_gateway
from ..models import PasswordHome, PasswordState, subject_key
from . import flag
from .records import record

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import QuerySet


def look(user: AbstractBaseUser) -> PasswordState:
    """Read the user at Auth0 now and take over what it shows. Returns the state as it is afterwards.

    Raises `NoPasswordHereError` for a user whose subject is not known yet, `GatewayError` where Auth0 gave no
    usable answer: then nothing was lowered, and the read stays due.
    """
    state = state_of(user)
    if state is None or not state.subject:
        raise NoPasswordHereError("this user never signed in through Auth0")
    try:
        profile = get_gateway().read_user(state.subject)
    except GatewayError as error:
        record(user, flag.Gone() if isinstance(error, UnknownUserError) else flag.Failed())
        raise
    return record_read(user, profile)


def record_read(user: AbstractBaseUser, profile: UserProfile) -> PasswordState:
    """Take over a read of the bound subject; a read of any other subject changes nothing."""
    return record(user, flag.Read(evidence=evidence_of(profile))).state


def hint(subjects: Iterable[str]) -> int:
    """Somebody says that these subjects may have changed: read them soon. Returns how many are known here."""
    keys = [subject_key(conf.DOMAIN.host, subject) for subject in subjects]
    return _make_due(PasswordState.objects.filter(subject_key__in=keys))


def hint_of_sign_in(user: AbstractBaseUser) -> None:
    """A sign-in that was not read is a hint: read this user soon."""
    at_home = PasswordState.objects.filter(user_id=user.pk, password_home=PasswordHome.DATABASE)
    _make_due(at_home.filter(check_due_at__isnull=True))


def hint_of_link(user: AbstractBaseUser) -> None:
    """A link that was handed out or mailed is a hint: somebody is about to change."""
    _make_due(PasswordState.objects.filter(user_id=user.pk))


def state_of(user: AbstractBaseUser) -> PasswordState | None:
    """The state that came with the user (or one query, where another backend loaded them)."""
    try:
        state: PasswordState = user.password_state  # type: ignore[attr-defined]  # the one-to-one's reverse side
    except PasswordState.DoesNotExist:
        return None
    return state


def evidence_of(profile: UserProfile) -> flag.Evidence:
    """What a read shows, in the words of the flag; Auth0's times converted with the offset that it measured."""
    identity = profile.database_identity(conf.CONNECTION)
    change, since = profile.last_password_reset, profile.password_reset_required_at
    return flag.Evidence(
        subject=profile.subject,
        read_at=profile.read_at,
        changed_at=change,
        changed_here=profile.in_our_clock(change) if change else None,
        database=identity.connection if identity else "",
        elsewhere=profile.identities[0].connection,
        flagged=profile.needs_password_reset,
        outdated=bool(since and change and change > since),
        flagged_since=profile.in_our_clock(since) if since else None,
        flagged_from=profile.in_our_clock(profile.password_reset_from) if profile.password_reset_from else None,
    )


def _make_due(states: QuerySet[Any]) -> int:
    """What `flag.Hinted` says, in one UPDATE for a whole batch."""
    return states.update(check_due_at=timezone.now())
