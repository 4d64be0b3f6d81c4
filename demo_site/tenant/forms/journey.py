"""From node to node: through routers and flows to the next step, or to the form's end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo_site.tenant.forms import answers, conditions, flows
from demo_site.tenant.forms.failures import NONE, FlowError, FormError, Mistakes

if TYPE_CHECKING:
    from django.http import QueryDict

    from demo_site.tenant.forms.visit import Visit
    from demo_site.tenant.records import Json

ENDING = "$ending"
# More than any form has: whoever gets there goes round in circles.
MOST_NODES = 100
NEXT, PREVIOUS, JUMP = "NEXT_BUTTON", "PREVIOUS_BUTTON", "JUMP_BUTTON"


def begin(visit: Visit) -> None:
    """What an Action gives is taken where the form has a field for it."""
    form, given = visit.run.form, visit.run.form["given"]
    for item in visit.start().get("hidden_fields") or []:
        form["fields"][item.get("key", "")] = visit.scope().text(item.get("value"))
    known = {*visit.hidden_fields(), *(item["id"] for item in _all_fields(visit))}
    form["fields"] |= {name: value for name, value in given.items() if name in known}
    mistakes = _go(visit, visit.start().get("next_node"))
    if mistakes and not visit.trail:
        raise FormError(mistakes.reason or mistakes.words)


def submit(visit: Visit, step: str, sent: QueryDict) -> Mistakes:
    """A page from before, by the browser's way back, counts from there; one that was never reached does not."""
    if step not in visit.trail:
        return NONE
    del visit.trail[visit.trail.index(step) + 1 :]
    answers.take_hidden(visit, sent)
    components = visit.components(step)
    pressed = _pressed(components, sent.get("button", ""))
    if pressed["type"] == PREVIOUS:
        del visit.trail[max(1, len(visit.trail) - 1) :]
        return NONE
    if pressed["type"] == JUMP:
        return _go(visit, pressed["config"].get("next_node"))
    return answers.take(visit, components, sent) or _go(visit, visit.node(step)["config"].get("next_node"))


def _pressed(components: list[Json], button: str) -> Json:
    """Without any, by the Enter key, it is the one that goes on."""
    for item in components:
        if item["id"] == button and item["type"] in (PREVIOUS, JUMP):
            return item
    return {"type": NEXT}


def _go(visit: Visit, target: Any) -> Mistakes:
    """An error in a flow leaves the person at the step before it."""
    try:
        _walk(visit, target)
    except FlowError as error:
        return Mistakes(error.words, error.reason)
    return NONE


def _walk(visit: Visit, target: Any) -> None:
    for _ in range(MOST_NODES):
        if target == ENDING:
            visit.run.form["over"] = True
            return
        node = visit.node(str(target))
        if node["type"] == "STEP":
            _arrive(visit.trail, node["id"])
            return
        if node["type"] == "FLOW":
            flows.run(visit, node["config"].get("flow_id"))
        target = _routed(visit, node["config"]) if node["type"] == "ROUTER" else node["config"].get("next_node")
    raise FormError("The form goes round in circles.")


def _arrive(trail: list[str], step: str) -> None:
    if step in trail:
        del trail[trail.index(step) :]
    trail.append(step)


def _routed(visit: Visit, config: Json) -> Any:
    """The first rule that holds, else the default case."""
    for rule in config.get("rules") or []:
        if conditions.holds(rule.get("condition"), visit.flow_scope(), visit.state.plan.form_operators):
            return rule.get("next_node")
    return config.get("fallback")


def _all_fields(visit: Visit) -> list[Json]:
    steps = [node["id"] for node in visit.form.get("nodes") or [] if node["type"] == "STEP"]
    return [item for step in steps for item in visit.components(step) if item["category"] == "FIELD"]
