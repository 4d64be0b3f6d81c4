"""/actions/actions: drafts, and what is deployed of them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant.actions import catalog
from demo_site.tenant.clock import clock
from demo_site.tenant.management import action_fields, action_views, query
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, no_content
from demo_site.tenant.management.payload import json_object, required
from demo_site.tenant.records import Action, ActionVersion

if TYPE_CHECKING:
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

PER_PAGE, MOST_PER_PAGE = 20, 100
MOST_ACTIONS = 100
MOST_VERSIONS = 50
LIST_PARAMETERS = ("triggerId", "actionName", "deployed", "installed", "page", "per_page")
NOT_BUILT = "A draft must be in the 'built' state before it can be deployed."
BOUND = "Unable to delete an action bound to a trigger."


@endpoint("GET", "read:actions")
def read_all(request: HttpRequest, state: State) -> JsonResponse:
    query.check_names(request, LIST_PARAMETERS)
    found = [item for item in state.actions.values() if _is_wanted(request, state, item)]
    return paged(request, "actions", [action_views.action(state, item) for item in found])


@endpoint("POST", "create:actions")
def create(request: HttpRequest, state: State) -> JsonResponse:
    body = json_object(request, action_fields.CREATE)
    required(body, "name", "supported_triggers")
    action_fields.check(body)
    if len(state.actions) >= MOST_ACTIONS:
        raise ApiError(403, f"The tenant has {MOST_ACTIONS} actions, which is the limit")
    now = clock.now()
    item = Action(str(uuid.uuid4()), body["name"], body["supported_triggers"], created_at=now, changed_at=now)
    state.actions[item.id] = item
    _write(item, body)
    if body.get("deploy"):
        _deploy(state, item, item.content, now + catalog.BUILT_AFTER_S)
    return JsonResponse(action_views.action(state, item), status=201)


@endpoint("GET", "read:actions")
def read(_request: HttpRequest, state: State, action_id: str) -> JsonResponse:
    return JsonResponse(action_views.action(state, found(state, action_id)))


@endpoint("PATCH", "update:actions")
def update(request: HttpRequest, state: State, action_id: str) -> JsonResponse:
    """What is not named stays; a list that is named replaces the old one. It is built anew."""
    item = found(state, action_id)
    body = json_object(request, action_fields.UPDATE)
    action_fields.check(body)
    item.name, item.changed_at = body.get("name", item.name), clock.now()
    _write(item, body)
    return JsonResponse(action_views.action(state, item))


@endpoint("DELETE", "delete:actions")
def delete(request: HttpRequest, state: State, action_id: str) -> HttpResponse:
    found(state, action_id)
    bound = [key for key, item in state.bindings.items() if item.action_id == action_id]
    if bound and not query.flag(request, "force"):
        raise ApiError(409, BOUND)
    for key in bound:
        del state.bindings[key]
    for version in catalog.versions_of(state, action_id):
        del state.action_versions[version.id]
    del state.actions[action_id]
    return no_content()


@endpoint("POST", "create:actions")
def deploy(_request: HttpRequest, state: State, action_id: str) -> JsonResponse:
    """Answered before it is in force: ``deployed`` is false, and a later GET says true."""
    item = found(state, action_id)
    if catalog.status_of(item) != catalog.BUILT:
        raise ApiError(400, NOT_BUILT)
    version = _deploy(state, item, item.content, clock.now())
    return JsonResponse(action_views.version_with_action(state, version, deployed=False))


@endpoint("GET", "read:actions")
def read_versions(request: HttpRequest, state: State, action_id: str) -> JsonResponse:
    found(state, action_id)
    live = catalog.deployed(state, action_id)
    newest_first = reversed(catalog.versions_of(state, action_id))
    shown = [action_views.version_with_action(state, item, deployed=item is live) for item in newest_first]
    return paged(request, "versions", shown)


@endpoint("GET", "read:actions")
def read_version(_request: HttpRequest, state: State, action_id: str, version_id: str) -> JsonResponse:
    item = _version(state, action_id, version_id)
    deployed = item is catalog.deployed(state, action_id)
    return JsonResponse(action_views.version_with_action(state, item, deployed=deployed))


@endpoint("POST", "create:actions")
def roll_back(_request: HttpRequest, state: State, action_id: str, version_id: str) -> JsonResponse:
    """A new version like an earlier one; the draft stays as it is."""
    earlier = _version(state, action_id, version_id)
    item = state.actions[action_id]
    content = {name: getattr(earlier, name) for name in item.content}
    version = _deploy(state, item, content, clock.now())
    return JsonResponse(action_views.version_with_action(state, version, deployed=False))


def found(state: State, action_id: str) -> Action:
    item = state.actions.get(action_id)
    if item is None:
        raise ApiError(404, "Action not found")
    return item


def paged(request: HttpRequest, name: str, items: list[Any]) -> JsonResponse:
    """In an object with the total, asked for or not."""
    size = query.number(request, "per_page", default=PER_PAGE, least=1, most=MOST_PER_PAGE)
    page = query.number(request, "page", default=0)
    shown = items[page * size : (page + 1) * size]
    return JsonResponse({name: shown, "total": len(items), "page": page, "per_page": size})


def _is_wanted(request: HttpRequest, state: State, item: Action) -> bool:
    trigger, name = request.GET.get("triggerId", item.trigger), request.GET.get("actionName", item.name)
    if (trigger, name) != (item.trigger, item.name) or query.flag(request, "installed"):
        return False
    if "deployed" not in request.GET:
        return True
    return query.flag(request, "deployed") == (catalog.deployed(state, item.id) is not None)


def _write(item: Action, body: Json) -> None:
    for name in item.content:
        if name in body:
            setattr(item, name, body[name])
    moment = action_views.nanoseconds(item.changed_at)
    item.secrets = [{"updated_at": moment, **secret} for secret in item.secrets]


def _deploy(state: State, item: Action, content: Json, now: float) -> ActionVersion:
    earlier = catalog.versions_of(state, item.id)
    for version in earlier[: len(earlier) + 1 - MOST_VERSIONS]:
        del state.action_versions[version.id]
    number = earlier[-1].number + 1 if earlier else 1
    version = ActionVersion(str(uuid.uuid4()), item.id, number, now, **content)
    state.action_versions[version.id] = version
    return version


def _version(state: State, action_id: str, version_id: str) -> ActionVersion:
    item = state.action_versions.get(version_id)
    if item is None or item.action_id != action_id:
        raise ApiError(404, "Version not found")
    return item
