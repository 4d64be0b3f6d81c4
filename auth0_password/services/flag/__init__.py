"""The flag as a pure function: state, event and time in, state and effects out. No rows, no network, no clock.

docs/model.md has the table of events that `transition` implements.
"""

from .effects import Bound, Changed, Closed, Effect, Opened, Skipped
from .events import Cleared, Event, Failed, Gone, Hinted, Read, Required, SignedIn, Withdrawn
from .facts import Demand, Evidence, Flag, Person, Requirement
from .transition import transition

__all__ = [
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
    "Opened",
    "Person",
    "Read",
    "Required",
    "Requirement",
    "SignedIn",
    "Skipped",
    "Withdrawn",
    "transition",
]
