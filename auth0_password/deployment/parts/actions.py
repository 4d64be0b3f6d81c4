"""The three Actions: created, built, deployed, then bound last of their trigger; others' bindings stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from ...exceptions import DeploymentError
from ..sources import TRIGGERS, config_of, version_of
from ..steps import Change, Json, Step, printable, text_diff
from ..tenant import Tenant
from ..wanted import FORM, Wanted, WantedAction, action_name
from .bindings import binding_steps, unbinding

RUNTIME = "node22"
LATER = "(known after apply)"
LONGEST_REASON = 500
WRITES = ("create:actions", "update:actions")


class Actions:
    names = tuple(TRIGGERS)
    reads = ("read:actions",)

    def steps(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        """All are deployed before the first is bound."""
        for action in wanted.actions.values():
            yield code_step(tenant, action)
        for trigger, action in wanted.actions.items():
            yield from binding_steps(tenant, trigger, action, found_action(tenant, action.name))
        for trigger in TRIGGERS:
            yield from no_longer_steps(tenant, trigger, wanted)

    def removal(self, tenant: Tenant, wanted: Wanted) -> Iterator[Step]:
        """All are unbound before the first is deleted. Also those that the settings do not ask for any more."""
        found = {trigger: found_action(tenant, action_name(trigger)) for trigger in TRIGGERS}
        for trigger, item in found.items():
            step = unbinding(tenant, trigger, item) if item and is_ours(item) else None
            if step:
                yield step
        for trigger, item in found.items():
            if item:
                yield deletion(tenant, trigger, item)


def no_longer_steps(tenant: Tenant, trigger: str, wanted: Wanted) -> Iterator[Step]:
    """What an earlier run has bound runs no longer, once the settings ask for it no more; `skip` leaves it alone."""
    if wanted.asks_for(trigger) or trigger in wanted.skipped:
        return
    found = found_action(tenant, action_name(trigger))
    step = unbinding(tenant, trigger, found) if found and is_ours(found) else None
    if step:
        yield replace(step, details=(wanted.unasked[trigger],))


def deletion(tenant: Tenant, trigger: str, found: Json) -> Step:
    make = partial(Step, part=trigger, what=f"Action {found['name']!r}")
    if not is_ours(found):
        return make(change=Change.FOREIGN, details=("it has this name, and is not of this package",))
    do = partial(tenant.delete, f"actions/actions/{found['id']}")
    return make(change=Change.REMOVE, scope=("delete:actions",), do=do)


def code_step(tenant: Tenant, action: WantedAction) -> Step:
    make = partial(Step, part=action.trigger, what=f"Action {action.name!r}", scope=WRITES)
    found = found_action(tenant, action.name)
    form = tenant.one_named(FORM, tenant.all("forms", "forms"), "forms") if action.form else None
    code = action.code(form_id=str(form["id"]) if form else LATER)
    if found is None:
        new = (f"{action.trigger} {action.trigger_version}, {RUNTIME}, {len(code.encode())} bytes", *values(action))
        return make(change=Change.CREATE, details=new, do=partial(create, tenant, action, code))
    if why := refusal(found, code):
        return make(change=Change.REFUSED, details=(why,))
    details = differences(found, action, code)
    if not details and found.get("status") == "failed":
        details = ("its build has failed: it is built again",)
    if details:
        return make(change=Change.CHANGE, details=details, do=partial(update, tenant, found, action, code))
    if not is_deployed(found):
        do = partial(deploy, tenant, str(found["id"]), action.name)
        return make(change=Change.CHANGE, details=("the draft is deployed",), do=do)
    return make(change=Change.UNCHANGED)


def refusal(found: Json, code: str) -> str:
    """Why it must not be overwritten; empty where it may be."""
    if not is_ours(found):
        return "it has this name, and is not of this package: rename it"
    is_newer = (version_of(str(found.get("code") or "")) or 0) > (version_of(code) or 0)
    return "a newer release of this package has deployed it: deploy with that one" if is_newer else ""


def values(action: WantedAction) -> tuple[str, ...]:
    return tuple(f"secret {name}: new value" for name in action.secrets)


def found_action(tenant: Tenant, name: str) -> Json | None:
    found = tenant.all("actions/actions", "actions")
    return tenant.one_named(name, found, "Actions")


def is_ours(found: Json) -> bool:
    """Its draft or what is deployed of it has our header."""
    deployed = (found.get("deployed_version") or {}).get("code") or ""
    return any(version_of(str(code)) is not None for code in (found.get("code") or "", deployed))


def differences(found: Json, action: WantedAction, code: str) -> tuple[str, ...]:
    """In lines; none where the draft is as it should be."""
    before = str(found.get("code") or "")
    lines = [*text_diff(without_fingerprints(before), without_fingerprints(code))]
    lines += [f"secret {name}: new value" for name in sorted(new_secrets(found, action))]
    lines += [f"secret {name}: taken away" for name in sorted(secret_names(found) - action.secrets.keys())]
    if before != code and not lines:
        lines.append("the order or the spaces of its values")
    if found.get("runtime") not in (None, RUNTIME):
        lines.append(f"runtime: {found['runtime']} -> {RUNTIME}")
    if found.get("dependencies"):
        lines.append("dependencies: taken away")
    return tuple(lines)


def without_fingerprints(code: str) -> str:
    """What tells a new secret from an old one is shown as such, not as a line of code."""
    for value in fingerprints(code).values():
        code = code.replace(f'"{value}"', '"…"')
    return code


def fingerprints(code: str) -> dict[str, str]:
    found = (config_of(code) or {}).get("secrets")
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def secret_names(found: Json) -> set[str]:
    return {str(secret["name"]) for secret in found.get("secrets") or []}


def new_secrets(found: Json, action: WantedAction) -> set[str]:
    """Those that the tenant does not have, or has with another value as the fingerprint in the code shows."""
    before, after = fingerprints(str(found.get("code") or "")), fingerprints(action.code())
    return {name for name in action.secrets if name not in secret_names(found) or before.get(name) != after[name]}


def create(tenant: Tenant, action: WantedAction, code: str) -> None:
    check_form(action, code)
    body = {
        "name": action.name,
        "supported_triggers": [{"id": action.trigger, "version": action.trigger_version}],
        "code": code,
        "runtime": RUNTIME,
        "dependencies": [],
        "secrets": secrets_of(action),
    }
    deploy(tenant, tenant.made("actions/actions", body, "id")["id"], action.name)


def update(tenant: Tenant, found: Json, action: WantedAction, code: str) -> None:
    """A list of secrets replaces the one before it: either all of them are sent, or none."""
    check_form(action, code)
    body: Json = {"code": code, "runtime": RUNTIME, "dependencies": []}
    if new_secrets(found, action) or secret_names(found) != action.secrets.keys():
        body["secrets"] = secrets_of(action)
    tenant.patch(f"actions/actions/{found['id']}", body)
    deploy(tenant, str(found["id"]), action.name)


def check_form(action: WantedAction, code: str) -> None:
    """The form comes first; without one nobody who must choose a new password could sign in."""
    if action.form and LATER in code:
        raise DeploymentError(f"the Action {action.name!r} needs the form {FORM!r}, which the tenant does not have")


def secrets_of(action: WantedAction) -> list[Json]:
    return [{"name": name, "value": value} for name, value in action.secrets.items()]


def deploy(tenant: Tenant, action_id: str, name: str) -> None:
    """Build, deploy, and see it in force: what is not deployed cannot be bound."""

    def now() -> Json:
        return tenant.get(f"actions/actions/{action_id}") or {}

    def is_built() -> bool:
        found = now()
        if found.get("status") == "failed":
            raise DeploymentError(f"Auth0 could not build the Action {name!r}: {reasons(found)}")
        return found.get("status") == "built"

    tenant.wait_until(is_built, f"building the Action {name!r}")
    tenant.post(f"actions/actions/{action_id}/deploy")
    tenant.wait_until(lambda: is_deployed(now()), f"deploying the Action {name!r}")


def is_deployed(found: Json) -> bool:
    """`all_changes_deployed` may come a moment before the version it speaks of is in force."""
    version = found.get("deployed_version") or {}
    return bool(version.get("deployed") and found.get("all_changes_deployed", True)) and (
        version.get("code", found.get("code")) == found.get("code")
    )


def reasons(found: Json) -> str:
    errors = [str(error.get("msg") or error.get("id") or "") for error in found.get("errors") or []]
    return printable("; ".join(filter(None, errors)))[:LONGEST_REASON] or "it does not say why"
