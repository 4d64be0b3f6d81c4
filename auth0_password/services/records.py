"""How a state row is written: compare-and-set on `version` inside a short transaction, tried again on a conflict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import IntegrityError, OperationalError, router, transaction

from ..exceptions import ConflictError
from ..models import PasswordState, ResetRequirement
from ..models.requirements import RequirementQuerySet
from . import flag

Result = TypeVar("Result")

ATTEMPTS = 8
WRITABLE = [
    field.attname
    for field in PasswordState._meta.concrete_fields
    if not field.primary_key and field.name not in {"version", "check_due_at"}
]
"""`check_due_at` is not among them: hints write it by themselves, and must not be overwritten with what it was."""


class _OvertakenError(Exception):
    """Somebody wrote the row since we read it: roll back, read again."""


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


def open_requirements(state: PasswordState) -> RequirementQuerySet:
    """The user's open requirements, in the database that the state row came from."""
    return ResetRequirement.objects.using(database_of(state)).filter(user_id=state.pk).open()


def database_of(state: PasswordState) -> str:
    """The alias of the database that a state row lives in."""
    return str(state._state.db)


def refresh_flag(state: PasswordState) -> None:
    """Set the flag's fields on `state` from its open requirements; the caller's `transact` saves them."""
    computed = flag.recompute(
        flag.Raise(pk=row.pk, raised_at=row.raised_at, enforce_from=row.enforce_from)
        for row in open_requirements(state)
    )
    state.needs_reset = computed.needs_reset
    state.required_at = computed.required_at
    state.enforce_from = computed.enforce_from
    state.requirement_id = computed.shown


def _save(state: PasswordState, database: str) -> None:
    values = {name: getattr(state, name) for name in WRITABLE}
    rows = PasswordState.objects.using(database).filter(pk=state.pk, version=state.version)
    if not rows.update(version=state.version + 1, **values):
        raise _OvertakenError
    state.version += 1
