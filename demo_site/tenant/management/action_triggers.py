"""/actions/triggers with their bindings, /actions/executions, and that there are no /actions/modules."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.http import HttpRequest, JsonResponse

from demo_site.tenant.actions import catalog, executions, triggers
from demo_site.tenant.clock import clock
from demo_site.tenant.management import action_views
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.actions import paged
from demo_site.tenant.management.errors import ApiError, invalid_body
from demo_site.tenant.management.payload import checked, json_object, required
from demo_site.tenant.records import Binding

if TYPE_CHECKING:
    from demo_site.tenant.records import Action, Json
    from demo_site.tenant.state import State

BINDING = {"ref": dict, "display_name": str, "secrets": list}
REF = {"type": str, "value": str}
NOT_DEPLOYED = "Trying to create a binding for an action that has not been deployed yet"


@endpoint("GET", "read:actions")
def read_all(_request: HttpRequest, _state: State) -> JsonResponse:
    return JsonResponse({"triggers": triggers.listed()})


@endpoint("GET", "read:actions")
def read_bindings(request: HttpRequest, state: State, trigger_id: str) -> JsonResponse:
    _check(trigger_id)
    return paged(request, "bindings", _shown(state, trigger_id))


@endpoint("PATCH", "update:actions")
def update_bindings(request: HttpRequest, state: State, trigger_id: str) -> JsonResponse:
    """The whole ordered list, every time; all or nothing."""
    _check(trigger_id)
    body = json_object(request, {"bindings": list})
    required(body, "bindings")
    most = triggers.MOST_BOUND_TO.get(trigger_id, triggers.MOST_BOUND)
    if len(body["bindings"]) > most:
        raise invalid_body(f"'Array is too long ({len(body['bindings'])}), maximum {most}' on property bindings")
    fresh = [_binding(state, trigger_id, item, index) for index, item in enumerate(body["bindings"])]
    others = {key: item for key, item in state.bindings.items() if item.trigger_id != trigger_id}
    state.bindings = others | {item.id: item for item in fresh}
    return JsonResponse({"bindings": _shown(state, trigger_id)})


@endpoint("GET", "read:actions")
def read_modules(request: HttpRequest, _state: State) -> JsonResponse:
    """Auth0's deploy CLI asks first; there are none here."""
    return paged(request, "modules", [])


@endpoint("GET", "read:actions")
def read_execution(_request: HttpRequest, state: State, execution_id: str) -> JsonResponse:
    execution = state.executions.get(execution_id)
    if execution is None or clock.now() > execution.created_at + executions.KEPT_S:
        raise ApiError(404, "The execution does not exist.")
    return JsonResponse(executions.shown(execution))


def _check(trigger_id: str) -> None:
    if trigger_id not in triggers.CURRENT:
        raise ApiError(404, "The trigger does not exist.")


def _shown(state: State, trigger_id: str) -> list[Json]:
    return [action_views.binding(state, item) for item in catalog.bindings_of(state, trigger_id)]


def _binding(state: State, trigger_id: str, wanted: Json, index: int) -> Binding:
    """Ids change with every PATCH."""
    path = f"bindings.{index}"
    checked(wanted, BINDING, path)
    required(wanted, "ref", path=path)
    checked(wanted["ref"], REF, f"{path}.ref")
    required(wanted["ref"], "type", "value", path=f"{path}.ref")
    action = _action(state, wanted["ref"])
    if action is None:
        raise ApiError(400, "The action of a binding does not exist")
    if action.trigger != trigger_id:
        raise ApiError(400, f"The action {action.name} does not support the trigger {trigger_id}")
    if catalog.deployed(state, action.id) is None:
        raise ApiError(400, NOT_DEPLOYED)
    name = wanted.get("display_name") or action.name
    return Binding(str(uuid.uuid4()), trigger_id, action.id, name, clock.now())


def _action(state: State, ref: Json) -> Action | None:
    if ref["type"] == "action_name":
        return next((item for item in state.actions.values() if item.name == ref["value"]), None)
    if ref["type"] == "action_id":
        return state.actions.get(ref["value"])
    if ref["type"] == "binding_id":
        bound = state.bindings.get(ref["value"])
        return state.actions.get(bound.action_id) if bound else None
    raise invalid_body("'No enum match for: type' on property bindings.ref.type")
