"""Every user's last change, from one export of the tenant, against what is known here: what no push ever told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ..conf import conf
from ..exceptions import GatewayUnavailableError
from ..gateway import ExportedUser, background, get_gateway
from ..models import PasswordState, subject_key
from .changes import hint
from .rows import rows_of

if TYPE_CHECKING:
    from .reconcile import Stop

BATCH = 500
BETWEEN_LOOKS = 5.0
MOST_LOOKS = 720
"""An hour of waiting for the job: Auth0 writes about a million users in that time."""


@dataclass(frozen=True, kw_only=True)
class Swept:
    """So many users are at the tenant, so many of them `known` here, and so many `differ`: those are read soon."""

    users: int = 0
    known: int = 0
    differ: int = 0


def sweep(stop: Stop, *, tell: Callable[[Swept], None] = lambda _swept: None) -> Swept:
    """Hint at everybody whose last change at Auth0 is not the one that is known here.

    `tell` is told how far it is. Raises `GatewayError`: then nobody may conclude that nothing differs.
    """
    swept = Swept()
    with background():
        users = _exported(get_gateway().start_export(), stop)
    while batch := list(islice(users, BATCH)):
        known, differ = _compared(batch)
        if differ:
            hint(differ)
        swept = Swept(users=swept.users + len(batch), known=swept.known + known, differ=swept.differ + len(differ))
        tell(swept)
    return swept


def _exported(job: str, stop: Stop) -> Iterator[ExportedUser]:
    for _ in range(MOST_LOOKS):
        users = get_gateway().read_export(job)
        if users is not None:
            return users
        stop.wait(BETWEEN_LOOKS)
        if stop.is_set():
            return iter(())
    raise GatewayUnavailableError("the export of users takes too long")


def _compared(batch: Iterable[ExportedUser]) -> tuple[int, list[str]]:
    """How many are known here, and whose change is another. (A file that is older than our last read is no harm.)"""
    users = {subject_key(conf.DOMAIN.host, user.subject): user for user in batch}
    rows = rows_of(PasswordState).filter(subject_key__in=users)
    known = [(users[str(key)], changed_at) for key, changed_at in rows.values_list("subject_key", "changed_at")]
    differ = [user.subject for user, changed_at in known if _differs(user, changed_at)]
    return len(known), differ


def _differs(user: ExportedUser, changed_at: object) -> bool:
    return user.last_password_reset is not None and user.last_password_reset != changed_at
