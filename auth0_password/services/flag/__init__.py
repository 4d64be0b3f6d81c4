"""The flag as a pure function: state, event and time in, state and effects out. No rows, no network, no clock.

docs/model.md has the table of events that `transition` implements.
"""

from .effects import Bound, Changed, Closed, Effect, Opened, Skipped
from .events import (
    NOT_ALLOWED,
    Cleared,
    Event,
    Failed,
    Gone,
    Hinted,
    Mirrored,
    Mirroring,
    NotMirrored,
    Read,
    Required,
    SignedIn,
    Withdrawn,
)
from .facts import Demand, Evidence, Flag, Person, Requirement, Wanted
from .transition import transition

__all__ = [
    "NOT_ALLOWED",
    "Bound",
    "Changed",
    "Cleared",
    "Closed",
    "Demand",
    "Effect",
    "Event",
    "Evidence",
    "Failed",
    "Flag",
    "Gone",
    "Hinted",
    "Mirrored",
    "Mirroring",
    "NotMirrored",
    "Opened",
    "Person",
    "Read",
    "Required",
    "Requirement",
    "SignedIn",
    "Skipped",
    "Wanted",
    "Withdrawn",
    "transition",
]
