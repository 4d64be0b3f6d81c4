"""Actions, their versions and what is bound: what is built, what is deployed, what a trigger runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.clock import clock

if TYPE_CHECKING:
    from demo_site.tenant.records import Action, ActionVersion, Binding
    from demo_site.tenant.state import State

# By the tenant's clock; Auth0 takes as long as this, or some seconds.
BUILDING_AFTER_S, BUILT_AFTER_S = 0.1, 0.25
DEPLOYED_AFTER_S = 0.25
PENDING, BUILDING, BUILT, FAILED = "pending", "building", "built", "failed"


def status_of(action: Action) -> str:
    """npm packages cannot be had here; code is not looked at, as at Auth0."""
    age = clock.now() - action.changed_at
    if age < BUILDING_AFTER_S:
        return PENDING
    if age < BUILT_AFTER_S:
        return BUILDING
    return FAILED if action.dependencies else BUILT


def versions_of(state: State, action_id: str) -> list[ActionVersion]:
    return [item for item in state.action_versions.values() if item.action_id == action_id]


def is_live(version: ActionVersion) -> bool:
    return clock.now() >= version.created_at + DEPLOYED_AFTER_S


def deployed(state: State, action_id: str) -> ActionVersion | None:
    """The newest version that has come into force."""
    return next((item for item in reversed(versions_of(state, action_id)) if is_live(item)), None)


def is_all_deployed(state: State, action: Action) -> bool:
    version = deployed(state, action.id)
    return version is not None and all(getattr(version, name) == value for name, value in action.content.items())


def bindings_of(state: State, trigger: str) -> list[Binding]:
    return [item for item in state.bindings.values() if item.trigger_id == trigger]


def bound(state: State, trigger: str) -> list[ActionVersion]:
    """What the trigger runs now, in order."""
    if not state.bindings:
        return []
    found = (deployed(state, item.action_id) for item in bindings_of(state, trigger))
    return [version for version in found if version is not None]
