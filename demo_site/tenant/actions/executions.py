"""The record of every run: which Actions ran, when, what they wrote to the console, what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.actions.ends import DENIED, DONE, FAILED
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.records import Execution

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, Run
    from demo_site.tenant.state import State

KEPT_S = 10 * 86_400
# More than anybody looks at, and little enough for the state file.
MOST_KEPT = 1_000
ENDED = (DONE, DENIED, FAILED)


def begin(state: State, run: Run) -> None:
    _forget_old(state)
    now = clock.now()
    state.executions[run.id] = Execution(run.id, run.trigger_id, created_at=now, updated_at=now)


def note(state: State, run: Run, answer: Json, began: float) -> None:
    """One Action's result. Its console output is kept as Auth0 keeps it: 256 characters."""
    execution = state.executions.get(run.id)
    if execution is None:
        return
    result: Json = {"action_name": run.names[run.position], "response": {"logs": answer["output"]}}
    if answer.get("error"):
        result["error"] = {"id": answer["error"]["name"], "msg": answer["error"]["message"]}
    execution.results.append(result | {"started_at": iso(began), "ended_at": iso(clock.now())})


def close(state: State, run: Run, kind: str) -> None:
    execution = state.executions.get(run.id)
    if execution is not None:
        execution.status, execution.updated_at = "final" if kind in ENDED else "suspended", clock.now()


def shown(execution: Execution) -> Json:
    return {
        "id": execution.id,
        "trigger_id": execution.trigger_id,
        "status": execution.status,
        "results": execution.results,
        "created_at": iso(execution.created_at),
        "updated_at": iso(execution.updated_at),
    }


def _forget_old(state: State) -> None:
    """The first is the oldest."""
    oldest = clock.now() - KEPT_S
    for key in list(state.executions):
        if len(state.executions) < MOST_KEPT and state.executions[key].created_at > oldest:
            return
        del state.executions[key]
