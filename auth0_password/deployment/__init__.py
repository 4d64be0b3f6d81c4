"""Into a tenant: what this site wants there, a plan of what differs, and making it so."""

from .apply import apply, remove
from .plan import Plan, as_json, make_plan, make_removal
from .steps import Change, Step
from .tenant import Tenant
from .wanted import Wanted, WantedAction, wanted

__all__ = [
    "Change",
    "Plan",
    "Step",
    "Tenant",
    "Wanted",
    "WantedAction",
    "apply",
    "as_json",
    "make_plan",
    "make_removal",
    "remove",
    "wanted",
]
