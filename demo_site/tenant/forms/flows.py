"""Flows: actions one after the other, with conditions, until one says that something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo_site.tenant.forms import conditions, management
from demo_site.tenant.forms.failures import FlowError

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo_site.tenant.forms.variables import Scope
    from demo_site.tenant.forms.visit import Visit
    from demo_site.tenant.records import Json


def run(visit: Visit, flow_id: Any) -> None:
    """Raises ``FlowError``; what was done before it stays done."""
    flow = visit.state.flows.get(str(flow_id))
    if flow is None:
        raise FlowError(f"there is no flow {flow_id}")
    _play(visit, flow.body.get("actions") or [], visit.flow_scope())


def _play(visit: Visit, actions: list[Json], scope: Scope) -> None:
    """The branches of a condition see what came before it."""
    for action in actions:
        kind, name = (str(action.get("type")), str(action.get("action"))), str(action.get("id"))
        params = action.get("params") or {}
        if kind == ("FLOW", "BOOLEAN_CONDITION"):
            result = conditions.holds(params.get("if"), scope, visit.state.plan.form_operators)
            scope.actions[name] = {"result": result}
            _play(visit, params.get("then" if result else "else") or [], scope)
        elif kind in CALLS:
            scope.actions[name] = _called(visit, action, scope.filled(params))
        elif kind in STEPS:
            STEPS[kind](visit, scope.filled(params))
        else:
            raise FlowError(f"{' '.join(kind)} is not played by the local tenant")


def _called(visit: Visit, action: Json, params: Json) -> Json:
    """A refusal ends the flow, unless the action is allowed to fail."""
    output = CALLS[action["type"], action["action"]](visit, params)
    if not output["success"] and not action.get("allow_failure"):
        raise FlowError(f"{action.get('id')} was answered {output['status']}: {output['body'].get('message')}")
    return output


def _tell(_visit: Visit, params: Json) -> None:
    raise FlowError(words=str(params.get("message", "")))


def _store(visit: Visit, params: Json) -> None:
    visit.vars.update(params.get("vars") or {})


CALLS: dict[tuple[str, str], Callable[[Visit, Json], Json]] = {
    ("AUTH0", "UPDATE_USER"): management.update_user,
    ("AUTH0", "GET_USER"): management.get_user,
}
STEPS: dict[tuple[str, str], Callable[[Visit, Json], None]] = {
    ("FLOW", "ERROR_MESSAGE"): _tell,
    ("FLOW", "STORE_VARS"): _store,
    ("FLOW", "DO_NOTHING"): lambda _visit, _params: None,
}
