"""Do what a plan says, one thing at a time, and look again before the next: so it may be cut off anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus

from ..exceptions import DeploymentError, GatewayError, SetUpRefusedError, UnknownOutcomeError
from .plan import Plan, make_plan, make_removal, require
from .steps import Change, Part, Step
from .tenant import Tenant, may_pass
from .wanted import Wanted

Tell = Callable[[Step], None]

FAILURES, REFUSALS, LOOKS = 8, 3, 5
"""In a row, of one part, before it is given up: without an answer; with one that says no; with one that shows the
same as before."""

NOT_ON_PLAN = {"insufficient_entitlement", "feature_not_enabled"}
ANOTHER_STATE = {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}
"""How Auth0 answers where somebody else has changed the tenant since it was read."""


def apply(tenant: Tenant, wanted: Wanted, tell: Tell) -> list[Step]:
    """Make the tenant as it is wanted; `tell` hears of each step when it is done. Returns them.

    Raises `DeploymentError` and `GatewayError`; what was done until then stays, and the next run goes on from there.
    """
    return carry_out(tenant, make_plan(tenant, wanted), lambda part: part.steps(tenant, wanted), tell)


def remove(tenant: Tenant, wanted: Wanted, tell: Tell) -> list[Step]:
    """Take back what is ours, the last thing first; else like `apply`. `tell` hears at last of what is left."""
    plan = make_removal(tenant, wanted)
    done = carry_out(tenant, plan, lambda part: part.removal(tenant, wanted), tell)
    for step in plan.steps:
        if step.do is None:
            tell(step)
    return done


def carry_out(tenant: Tenant, plan: Plan, steps_of: Callable[[Part], Iterator[Step]], tell: Tell) -> list[Step]:
    """Nothing is begun that cannot be ended: refusals and missing scopes are told first."""
    if plan.refused:
        raise DeploymentError("; ".join(f"{step.what}: {' '.join(step.details)}" for step in plan.refused))
    require(tenant, plan.scopes)
    done: list[Step] = []
    for part in plan.parts if plan.pending else ():
        done += Work(tenant, part, steps_of, tell).do()
    return done


class Work:
    """One part, step by step, until nothing of it is pending."""

    def __init__(self, tenant: Tenant, part: Part, steps_of: Callable[[Part], Iterator[Step]], tell: Tell) -> None:
        self.tenant, self.part, self.steps_of, self._tell = tenant, part, steps_of, tell
        self.done: list[Step] = []
        self.failures = self.refusals = self.looks = 0
        self.doubtful: Step | None = None

    def do(self) -> list[Step]:
        """What was read for the plan is read again: somebody may have changed it since."""
        self.tenant.forget()
        while self.goes_on():
            pass
        return self.done

    def goes_on(self) -> bool:
        """Do one step, or try to; False where none is left."""
        step = None
        try:
            step = self.next()
            if step and step.do and not self.is_repeated(step):
                step.do()
                self.tell(step)
        except GatewayError as error:
            return self.goes_on_after(error, step)
        return step is not None

    def next(self) -> Step | None:
        """The first that is pending, by what is read now. What was doubtful and is not pending any more, was done."""
        step = next((step for step in self.steps_of(self.part) if step.do), None)
        if self.doubtful and self.doubtful != step:
            self.tell(self.doubtful)
        self.doubtful = None
        return step

    def is_repeated(self, step: Step) -> bool:
        """Whether it is what was done just now: then Auth0 does not show it yet, and twice would be one too many."""
        if not self.done or self.done[-1] != step:
            self.looks = 0
            return False
        self.looks += 1
        if self.looks >= LOOKS:
            raise DeploymentError(f"{step.what}: it was written, and Auth0 shows it as before")
        self.pause(self.looks)
        return True

    def goes_on_after(self, error: GatewayError, step: Step | None) -> bool:
        """Where it may be another answer next time: look again. Raises the error where it will not."""
        if isinstance(error, SetUpRefusedError) and step and error.code in NOT_ON_PLAN:
            self.tell(replace(step, change=Change.NOT_ON_PLAN, details=(error.said,), do=None))
            return False
        self.failures += may_pass(error)
        self.refusals += not may_pass(error)
        another_state = error.status in ANOTHER_STATE and self.refusals <= REFUSALS
        if not (another_state or (may_pass(error) and self.failures <= FAILURES)):
            raise error
        self.doubtful = step if isinstance(error, UnknownOutcomeError) else None
        self.pause(self.failures + self.refusals)
        return True

    def pause(self, number: int) -> None:
        self.tenant.forget()
        self.tenant.sleep(float(min(number, 8)))

    def tell(self, step: Step) -> None:
        self.failures = self.refusals = 0
        self.done.append(step)
        self._tell(step)
