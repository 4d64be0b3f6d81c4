"""How Actions, their versions and bindings are shown (recorded: terraform-provider-auth0). Secrets without values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from demo_site.tenant.actions import catalog

if TYPE_CHECKING:
    from demo_site.tenant.records import Action, ActionVersion, Binding, Json
    from demo_site.tenant.state import State


def nanoseconds(moment: float) -> str:
    """Here, and nowhere else in the Management API."""
    whole, part = divmod(round(moment * 1_000_000), 1_000_000)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{part * 1_000:09d}Z"


def action(state: State, item: Action) -> Json:
    return {
        **_head(item),
        "code": item.code,
        "dependencies": item.dependencies,
        "runtime": item.runtime,
        "status": catalog.status_of(item),
        "secrets": _secrets(item.secrets),
        **_deployed(state, item),
        "all_changes_deployed": catalog.is_all_deployed(state, item),
    }


def version(item: ActionVersion, *, deployed: bool) -> Json:
    shown = {
        "code": item.code,
        "dependencies": item.dependencies,
        "id": item.id,
        "deployed": deployed,
        "number": item.number,
        "secrets": _secrets(item.secrets),
        "status": catalog.BUILT,
        "created_at": nanoseconds(item.created_at),
        "updated_at": nanoseconds(item.created_at),
        "runtime": item.runtime,
        "supported_triggers": item.supported_triggers,
    }
    return shown | ({"built_at": nanoseconds(item.created_at)} if catalog.is_live(item) else {})


def version_with_action(state: State, item: ActionVersion, *, deployed: bool) -> Json:
    owner = state.actions[item.action_id]
    brief = _head(owner) | {"all_changes_deployed": catalog.is_all_deployed(state, owner)}
    return version(item, deployed=deployed) | {"action": brief}


def binding(state: State, item: Binding) -> Json:
    owner = state.actions[item.action_id]
    brief = _head(owner) | _deployed(state, owner)
    return {
        "id": item.id,
        "trigger_id": item.trigger_id,
        "action": brief | {"all_changes_deployed": catalog.is_all_deployed(state, owner)},
        "created_at": nanoseconds(item.created_at),
        "updated_at": nanoseconds(item.created_at),
        "display_name": item.display_name,
    }


def _head(item: Action) -> Json:
    return {
        "id": item.id,
        "name": item.name,
        "supported_triggers": item.supported_triggers,
        "created_at": nanoseconds(item.created_at),
        "updated_at": nanoseconds(item.changed_at),
    }


def _deployed(state: State, item: Action) -> Json:
    """``current_version`` spells the status in capitals."""
    found = catalog.deployed(state, item.id)
    if found is None:
        return {}
    moment = nanoseconds(found.created_at)
    current = {
        "id": found.id,
        "code": found.code,
        "runtime": found.runtime,
        "status": catalog.BUILT.upper(),
        "number": found.number,
        "build_time": moment,
        "created_at": moment,
        "updated_at": moment,
    }
    return {"current_version": current, "deployed_version": version(found, deployed=True)}


def _secrets(secrets: list[Json]) -> list[Json]:
    return [{"name": item["name"], "updated_at": item["updated_at"]} for item in secrets]
