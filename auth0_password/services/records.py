"""How a state row is written: what happened goes through `flag.transition`, inside a short transaction that is
compare-and-set on `version` and tried again on a conflict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, OperationalError, router, transaction
from django.utils import timezone

from ..exceptions import ConflictError
from ..models import PasswordState, ResetRequirement
from ..models.requirements import RequirementQuerySet
from . import flag, work
from .closing import close_older
from .effects import Context, perform

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

Result = TypeVar("Result")

ATTEMPTS = 8
OWN_WAY = {"version", "check_due_at", "lease_until", "lease_by", "language", "mfa_seen_at"}
"""Written on their own, by hints, workers and sign-ins, and must not be overwritten with what they were."""

WRITABLE = [
    field.attname
    for field in PasswordState._meta.concrete_fields
    if not field.primary_key and field.name not in OWN_WAY
]
SAME_NAMES = (
    "subject", "connection", "address", "linked", "address_verified", "changed_at", "read_at", "check_tries",
    "sessions_valid_since", "sessions_valid_since_here", "mirror_due_at", "mirror_tries", "mirror_error",
)  # fmt: skip
"""What the row and the pure state call the same."""


class _OvertakenError(Exception):
    """Somebody wrote the row since we read it: roll back, read again."""


@dataclass(frozen=True)
class Recorded:
    """The state row as it is now, and the requirements that the event wrote or closed."""

    state: PasswordState
    requirements: list[ResetRequirement]
    closed: int


def record(
    user: AbstractBaseUser,
    event: flag.Event | Callable[[PasswordState], flag.Event],
    *,
    by: AbstractBaseUser | None = None,
    note: str = "",
) -> Recorded:
    """Let an event happen to a user: keep the state that it leads to, and do what else it asks for.

    An event that depends on the row is given as a function of it. `by` and `note` go into what is closed by hand.
    Raises `ConflictError`.
    """

    def write(state: PasswordState) -> Recorded:
        before, happening = flag_of(state), event(state) if callable(event) else event
        after, effects = flag.transition(before, happening, timezone.now())
        context = Context(user=user, state=state, database=database_of(state), by=by, note=note)
        written = [perform(effect, context) for effect in effects]
        requirements = [one for one in written if isinstance(one, ResetRequirement)]
        _keep(state, before, after, requirements)
        return Recorded(state, requirements, sum(one for one in written if isinstance(one, int)))

    recorded = transact(user.pk, write)
    user.password_state = recorded.state  # type: ignore[attr-defined]  # the one-to-one's reverse side
    return recorded


def transact(user_pk: Any, write: Callable[[PasswordState], Result]) -> Result:
    """Call `write` with the user's state row (made if absent) and save what it changed.

    `write` may be called again, so it must not do anything that a rollback does not undo. Raises `ConflictError`.
    """
    database, cause = router.db_for_write(PasswordState), None
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic(using=database):
                # Where the database has row locks they spare us the conflicts; nothing relies on them.
                rows = PasswordState.objects.using(database).select_for_update()
                state, _made = rows.get_or_create(user_id=user_pk)
                result = write(state)
                _save(state, database)
                return result
        except (_OvertakenError, IntegrityError, OperationalError) as error:
            cause = error  # OperationalError: a deadlock, or SQLite's lock
    raise ConflictError(f"the password state of user {user_pk} kept changing") from cause


def retried(write: Callable[[], Result]) -> Result:
    """One write by itself, tried again where the database chose it to end a deadlock (MariaDB does, of many sign-ins
    of one user at the same moment). Raises `ConflictError`."""
    database, cause = router.db_for_write(PasswordState), None
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic(using=database):
                return write()
        except OperationalError as error:
            cause = error
    raise ConflictError("a row kept being locked") from cause


def open_requirements(state: PasswordState) -> RequirementQuerySet:
    """The user's open requirements, in the database that the state row came from."""
    return ResetRequirement.objects.using(database_of(state)).filter(user_id=state.pk).open()


def database_of(state: PasswordState) -> str:
    """The alias of the database that a state row lives in."""
    return str(state._state.db)


def flag_of(state: PasswordState) -> flag.Flag:
    """A state row and its open requirements, as the pure functions have them."""
    rows = open_requirements(state).order_by("pk")
    return flag.Flag(
        home=state.password_home,
        mirrored=state.mirrored_flag,
        check_due_at=state.check_due_at,
        open=tuple(
            flag.Requirement(
                key=row.pk,
                reason=row.reason,
                raised_at=row.raised_at,
                enforce_from=row.enforce_from,
                campaign=row.campaign_id,
            )
            for row in rows
        ),
        **{name: getattr(state, name) for name in SAME_NAMES},
    )


def _keep(state: PasswordState, before: flag.Flag, after: flag.Flag, requirements: list[ResetRequirement]) -> None:
    """Set on the row what the event led to; the caller's `transact` saves it."""
    for name in SAME_NAMES:
        setattr(state, name, getattr(after, name))
    state.password_home, state.mirrored_flag = after.home, after.mirrored
    state.needs_reset, state.required_at, state.enforce_from = after.needs_reset, after.required_at, after.enforce_from
    shown, newest = after.shown, [row.pk for row in requirements if row.pk and not row.skip_reason]
    state.requirement_id = (shown.key or newest[-1]) if shown else None
    if (after.sessions_valid_since, after.sessions_valid_since_here) != (
        before.sessions_valid_since,
        before.sessions_valid_since_here,
    ):
        close_older(state)
    if after.check_due_at != before.check_due_at:
        rows = PasswordState.objects.using(database_of(state)).filter(pk=state.pk, check_due_at=before.check_due_at)
        rows.update(check_due_at=after.check_due_at)
        state.check_due_at = after.check_due_at
    if before.mirror_due_at and not after.mirror_due_at and not after.mirror_error:
        state.mirrored_version = state.version + 1
    if after.mirror_due_at and after.mirror_due_at != before.mirror_due_at and not after.mirror_tries:
        work.wake("mirror", state.pk, using=database_of(state))


def _save(state: PasswordState, database: str) -> None:
    values = {name: getattr(state, name) for name in WRITABLE}
    rows = PasswordState.objects.using(database).filter(pk=state.pk, version=state.version)
    if not rows.update(version=state.version + 1, **values):
        raise _OvertakenError
    state.version += 1
