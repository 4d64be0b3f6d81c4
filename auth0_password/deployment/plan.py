"""How the tenant stands to what this site wants there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..exceptions import DeploymentError
from .parts import PARTS
from .steps import Change, Part, Step
from .tenant import WHERE, Tenant
from .wanted import Wanted


@dataclass(frozen=True)
class Plan:
    """Steps in the order in which they would be done, and the parts that they are of."""

    steps: tuple[Step, ...]
    parts: tuple[Part, ...]

    @property
    def pending(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.do)

    @property
    def refused(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.change is Change.REFUSED)

    @property
    def scopes(self) -> frozenset[str]:
        """What it takes to do it."""
        return frozenset(scope for step in self.pending for scope in step.scope)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(step.change for step in self.steps)
        return {change.value: found[change] for change in Change if found[change]}

    def summary(self) -> str:
        return "Plan: " + (", ".join(COUNTED[Change(word)].format(number) for word, number in self.counts.items()))

    def as_json(self) -> dict[str, Any]:
        return {"steps": [as_json(step) for step in self.steps], "counts": self.counts, "pending": len(self.pending)}


COUNTED = {
    Change.CREATE: "{} to create",
    Change.CHANGE: "{} to change",
    Change.REMOVE: "{} to remove",
    Change.REFUSED: "{} refused",
    Change.UNCHANGED: "{} unchanged",
    Change.FOREIGN: "{} foreign left alone",
    Change.LEFT: "{} left as they are",
    Change.UNASKED: "{} not asked for",
    Change.NOT_ON_PLAN: "{} not on this plan",
}


def as_json(step: Step) -> dict[str, Any]:
    return {"part": step.part, "what": step.what, "change": step.change.value, "details": list(step.details)}


def make_plan(tenant: Tenant, wanted: Wanted) -> Plan:
    """What `--apply` would do. Raises `GatewayError`, and `DeploymentError` where a scope is missing."""
    parts = [part for part in PARTS if is_looked_at(part, tenant, wanted)]
    require(tenant, {scope for part in parts for scope in part.reads})
    unasked = [
        Step(part=name, what=name, change=Change.UNASKED, details=(why,)) for name, why in wanted.unasked.items()
    ]
    return Plan((*(step for part in parts for step in part.steps(tenant, wanted)), *unasked), tuple(parts))


def is_looked_at(part: Part, tenant: Tenant, wanted: Wanted) -> bool:
    return any(map(wanted.asks_for, part.names)) if part.names else not lacking(tenant, part.reads)


def make_removal(tenant: Tenant, wanted: Wanted) -> Plan:
    """What `--remove` would do, whatever the settings ask for now. What the client may not see is left, and named."""
    parts = [part for part in PARTS[::-1] if not lacking(tenant, part.reads)]
    unseen = [
        Step(part=name, what=name, change=Change.LEFT, details=(f"not seen without {', '.join(scopes)}",))
        for part in PARTS
        for name in part.names
        if (scopes := lacking(tenant, part.reads))
    ]
    return Plan((*(step for part in parts for step in part.removal(tenant, wanted)), *unseen), tuple(parts))


def require(tenant: Tenant, wanted: Iterable[str]) -> None:
    missing = lacking(tenant, wanted)
    if missing:
        raise DeploymentError(f"the deployment client lacks {', '.join(missing)}: grant it there ({WHERE})")


def lacking(tenant: Tenant, wanted: Iterable[str]) -> list[str]:
    """Scopes that the deployment client does not have, so far as its token says what it has."""
    scopes = tenant.scopes()
    return sorted(set(wanted) - scopes) if scopes else []
