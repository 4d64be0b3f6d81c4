"""What a trigger runs, in order. A list that is sent replaces the one before it, so others' entries go along."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..steps import Change, Json, Step
from ..tenant import Tenant
from ..wanted import WantedAction

WRITES = ("update:actions",)


def binding_steps(tenant: Tenant, trigger: str, action: WantedAction | None, found: Json | None) -> Iterator[Step]:
    """`found`: the Action as the tenant has it now. Only what `--apply` would touch is read."""
    if action is None:
        return
    own, foreign = parted(bindings(tenant, trigger), found)
    for binding in foreign:
        yield Step(part=trigger, what=f"binding {name_of(binding)!r} of {trigger}", change=Change.FOREIGN)
    yield own_step(tenant, trigger, action, own, foreign)


def own_step(tenant: Tenant, trigger: str, action: WantedAction, own: list[Json], foreign: list[Json]) -> Step:
    make = partial(Step, part=trigger, what=f"binding {action.name!r} of {trigger}", scope=WRITES)
    if len(own) == 1:
        return make(change=Change.UNCHANGED)
    if own:
        spare = partial(without, tenant, trigger, own[1:])
        return make(change=Change.CHANGE, details=(f"bound once instead of {len(own)} times",), do=spare)
    after = f"last, after {name_of(foreign[-1])!r}" if foreign else "the only one"
    return make(change=Change.CREATE, details=(after,), do=partial(bind, tenant, trigger, action.name))


def unbinding(tenant: Tenant, trigger: str, found: Json) -> Step | None:
    own, _ = parted(bindings(tenant, trigger), found)
    if not own:
        return None
    do = partial(without, tenant, trigger, own)
    what = f"binding {found['name']!r} of {trigger}"
    return Step(part=trigger, what=what, change=Change.REMOVE, scope=WRITES, do=do)


def bindings(tenant: Tenant, trigger: str) -> list[Json]:
    return tenant.all(f"actions/triggers/{trigger}/bindings", "bindings")


def parted(among: list[Json], found: Json | None) -> tuple[list[Json], list[Json]]:
    """The bindings of our Action, and all others."""
    own = [binding for binding in among if found and (binding.get("action") or {}).get("id") == found["id"]]
    return own, [binding for binding in among if binding not in own]


def bind(tenant: Tenant, trigger: str, name: str) -> None:
    """Last: what others have bound runs first, as before."""
    write(tenant, trigger, [*map(kept, bindings(tenant, trigger)), reference("action_name", name, name)])


def without(tenant: Tenant, trigger: str, own: list[Json]) -> None:
    write(tenant, trigger, [kept(binding) for binding in bindings(tenant, trigger) if binding not in own])


def write(tenant: Tenant, trigger: str, wanted: list[Json]) -> None:
    tenant.patch(f"actions/triggers/{trigger}/bindings", {"bindings": wanted})


def kept(binding: Json) -> Json:
    """By its own id, which is another one after every change: if somebody else was faster, Auth0 refuses this one."""
    return reference("binding_id", str(binding["id"]), name_of(binding))


def reference(kind: str, value: str, display_name: str) -> Json:
    return {"ref": {"type": kind, "value": value}, "display_name": display_name}


def name_of(binding: Json) -> str:
    return str(binding.get("display_name") or (binding.get("action") or {}).get("name") or binding["id"])
