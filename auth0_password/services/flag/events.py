"""What can happen to a user's flag. What is not here (a success page, a link used, a mail sent) does nothing to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .facts import Demand, Evidence, Person, Wanted

NOT_ALLOWED = "not_allowed"
"""Why the copy is not written: the Management client lacks the scope."""


@dataclass(frozen=True, kw_only=True)
class Required:
    """Somebody asks for a new password. `again`: the same campaign has asked this user before."""

    demand: Demand
    person: Person = field(default_factory=Person)
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A sign-in that was read. `asks` is what a first one asks of somebody who has a password here."""

    evidence: Evidence
    asks: Demand | None = None


@dataclass(frozen=True, kw_only=True)
class Read:
    """A read arrived."""

    evidence: Evidence


@dataclass(frozen=True)
class Hinted:
    """Something says: look now. A push, a link that was made, a sign-in that was not read."""


@dataclass(frozen=True)
class Failed:
    """A read failed, or could not be understood."""


@dataclass(frozen=True)
class Gone:
    """Auth0 has no such user any more."""


@dataclass(frozen=True)
class Cleared:
    """Somebody lowers the flag by hand."""


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """A campaign, named by its row's key, is taken back."""

    campaign: Any


@dataclass(frozen=True)
class Mirroring:
    """The tenant's copy is about to be written."""


@dataclass(frozen=True, kw_only=True)
class Mirrored:
    """A read, or the answer to our own write, shows that the tenant's copy says what was `wanted`."""

    evidence: Evidence
    wanted: Wanted


@dataclass(frozen=True, kw_only=True)
class NotMirrored:
    """The tenant's copy was not written, or nobody knows.

    `again`: it may work later. `copy` is what stands there, None where nobody knows.
    """

    error: str
    again: bool
    copy: bool | None = None


Event = Required | SignedIn | Read | Hinted | Failed | Gone | Cleared | Withdrawn | Mirroring | Mirrored | NotMirrored
