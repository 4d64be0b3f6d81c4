"""Our Actions and the form in the tenant: as `auth0_deploy` would plan them, and what a plan does not say."""

from __future__ import annotations

from functools import partial

from ...conf import conf
from ..parts.actions import LATER, RUNTIME, new_secrets
from ..parts.bindings import parted
from ..parts.vault import UnusedApplication
from ..sources import POST_CHALLENGE, POST_CHANGE_PASSWORD, POST_LOGIN, TRIGGERS, config_of, source_of, version_of
from ..steps import Change, Step
from ..wanted import APPLICATION, action_name, wanted
from .findings import Check, Level, Verdict, error, note, ok, warning
from .patient import Json, Patient

DEPLOY = "Run auth0_deploy --plan, then --apply."
TOLD_ELSEWHERE = ("secret ", "runtime:")
"""How the lines of a plan begin that have a check of their own here."""


def found(patient: Patient, trigger: str) -> Json:
    """Our Action of a trigger; empty where the tenant has none."""
    named = patient.listed("read:actions", "actions/actions", "actions")
    return next((one for one in named if one.get("name") == action_name(trigger)), {})


def ours(patient: Patient) -> list[Json]:
    return [item for trigger in TRIGGERS if (item := found(patient, trigger))]


def code(trigger: str, patient: Patient) -> Verdict | None:
    """Whether it is there, of this version, and as it was put there."""
    planned = next((step for step in patient.plan(trigger) if step.what.startswith("Action ")), None)
    name = action_name(trigger)
    if planned is None:
        return unasked(patient, trigger)
    if planned.change is Change.CREATE:
        return missing(trigger)
    if planned.change is Change.REFUSED:
        return error(f"the tenant has an Action named {name} that is not of this package", "Rename that one.")
    return differing(patient, trigger, planned)


def unasked(patient: Patient, trigger: str) -> Verdict | None:
    """Where `auth0_deploy` leaves it alone, somebody else may have put it there; `FORCE_AT` needs it all the same."""
    if found(patient, trigger):
        return note(f"{action_name(trigger)} is left alone by auth0_deploy: {wanted().unasked[trigger]}")
    return missing(trigger) if trigger == POST_LOGIN and conf.FORCE_AT != "site" else None


def missing(trigger: str) -> Verdict:
    what = f"{action_name(trigger)} is not in the tenant"
    if trigger == POST_LOGIN and conf.FORCE_AT == "site":
        return note(f"{what}: the site forces the change by itself", "Run auth0_deploy should you want it.")
    if trigger == POST_LOGIN:
        return error(f"{what}, and FORCE_AT is {conf.FORCE_AT}: only this site holds flagged users back", DEPLOY)
    if trigger == POST_CHALLENGE and conf.RESET_VERIFIER:
        return error(f"{what}: nobody is asked what RESET_VERIFIER wants to know", DEPLOY)
    return warning(what, DEPLOY)


def differing(patient: Patient, trigger: str, planned: Step) -> Verdict | None:
    """What has a check of its own is not told twice: how it was built, its mode, the form that it shows."""
    item, name = found(patient, trigger), action_name(trigger)
    has, brought = version_of(deployed_code(item)), version_of(source_of(trigger))
    without_form = any(LATER in line for line in planned.details)
    if item.get("status") == "failed" or has_other_mode(trigger, item) or without_form:
        return None
    if has is not None and brought is not None and has < brought:
        return warning(f"{name} is of version {has}, and this package brings version {brought}", DEPLOY)
    lines = [line for line in planned.details if not line.startswith(TOLD_ELSEWHERE)]
    if planned.change is Change.UNCHANGED or not lines:
        return ok(f"{name} is deployed, version {has}")
    return warning(
        f"{name} is not as these settings want it: they were changed since, or it was changed by hand", DEPLOY
    )


def bound(trigger: str, patient: Patient) -> Verdict | None:
    """Of what is there, and is meant to run."""
    name, item = action_name(trigger), found(patient, trigger)
    if not item or (trigger not in wanted().actions and trigger not in conf.DEPLOY.skip):
        return None
    own, _ = parted(patient.listed("read:actions", f"actions/triggers/{trigger}/bindings", "bindings"), item)
    if not own:
        severe = trigger == POST_LOGIN and conf.FORCE_AT != "site"
        return (error if severe else warning)(f"{name} is not bound to its trigger: it never runs", DEPLOY)
    if len(own) > 1:
        return error(f"{name} is bound {len(own)} times, and runs as often", DEPLOY)
    return ok(f"{name} is bound")


def builds(patient: Patient) -> Verdict | None:
    failed = [item for item in ours(patient) if item.get("status") == "failed"]
    if failed:
        return error(
            f"Auth0 could not build {failed[0]['name']}", "See its errors in the dashboard, then auth0_deploy."
        )
    return ok("Auth0 has built our Actions") if ours(patient) else None


def runtimes(patient: Patient) -> Verdict | None:
    old = [item for item in ours(patient) if item.get("runtime") not in (None, RUNTIME)]
    if old:
        return warning(f"{old[0]['name']} runs on {old[0]['runtime']}", f"It is written for {RUNTIME}. {DEPLOY}")
    return ok(f"our Actions run on {RUNTIME}") if ours(patient) else None


def secrets(patient: Patient) -> Verdict | None:
    """Values cannot be read; the code has a fingerprint of each."""
    new: list[str] = []
    for trigger, action in wanted().actions.items():
        item = found(patient, trigger)
        names = {str(one["name"]) for one in item.get("secrets") or []}
        gone = sorted(name for name in action.secrets if item and name not in names)
        if gone:
            return error(f"{item['name']} lacks its secret {gone[0]}: what it sends is refused here", DEPLOY)
        new += sorted(new_secrets(item, action)) if item else []
    if new:
        return warning(f"the tenant has another {new[0]} than this site signs with first", DEPLOY)
    return ok("our Actions have their secrets") if ours(patient) else None


def force_at(patient: Patient) -> Verdict | None:
    """Where flagged users are stopped, the site and the Action have to agree."""
    item = found(patient, POST_LOGIN)
    mode = mode_of(item)
    if mode is None:
        return None
    if mode != conf.FORCE_AT:
        return error(
            f"FORCE_AT is {conf.FORCE_AT}, and the tenant's Action does {mode}: users are offered ways that do not "
            "work for them, or none is stopped",
            f"{DEPLOY} Or set FORCE_AT to {mode!r}.",
        )
    return ok(f"site and Action agree: {mode}")


def handover(patient: Patient) -> Verdict | None:
    """Where FORCE_AT needs the Action, that it is missing is told already."""
    if not conf.HANDOVER_SECRET or conf.FORCE_AT != "site" or found(patient, POST_LOGIN):
        return None
    return warning("HANDOVER_SECRET is set, and no Action hands anybody over", DEPLOY)


def second_factor(patient: Patient) -> Verdict | None:
    """Auth0 asks for a policy's second factor after the Actions, so a hand-over comes without one."""
    asking = found(patient, POST_CHALLENGE)
    is_told_already = not asking and POST_CHALLENGE in wanted().actions
    if not conf.HANDOVER_SECRET or not found(patient, POST_LOGIN) or is_told_already:
        return None
    if (config_of(deployed_code(asking)) or {}).get("challenge") is not True:
        return warning(
            "whoever is handed over has shown a password alone, and no Action asks for a second factor then",
            f"Switch DEPLOY['challenge'] on, unless nobody has a second factor. {DEPLOY}",
        )
    return ok("whoever is handed over is asked for their second factor before the new password")


def form(patient: Patient) -> Verdict | None:
    planned = patient.plan("form")
    pending = [step for step in planned if step.change in (Change.CREATE, Change.CHANGE, Change.REFUSED)]
    if pending:
        level = Level.ERROR if pending[0].change is not Change.CHANGE else Level.WARNING
        return Verdict(level, f"{pending[0].what} is not as FORCE_AT needs it ({pending[0].change.value})", DEPLOY)
    return ok("the form for a new password is there") if planned else None


def form_left(patient: Patient) -> Verdict | None:
    """One secret more that sets anybody's password, and nothing needs it."""
    if wanted().asks_for("form") or "form" in conf.DEPLOY.skip or not patient.steps(UnusedApplication()):
        return None
    return warning(f"the application {APPLICATION} may still set passwords, and FORCE_AT is not form", DEPLOY)


def deployed_code(item: Json) -> str:
    return str((item.get("deployed_version") or {}).get("code") or "")


def mode_of(item: Json) -> str | None:
    """The mode that is in force, of an Action of ours."""
    value = (config_of(deployed_code(item)) or {}).get("mode")
    return value if isinstance(value, str) else None


def has_other_mode(trigger: str, item: Json) -> bool:
    return trigger == POST_LOGIN and mode_of(item) not in (None, conf.FORCE_AT)


def checks_of(trigger: str) -> tuple[Check, Check]:
    name = f"actions.{trigger.replace('-', '_')}"
    return (
        Check(id=name, asks=action_name(trigger), judge=partial(code, trigger)),
        Check(id=f"{name}_binding", asks=f"whether {action_name(trigger)} is bound", judge=partial(bound, trigger)),
    )


CHECKS = (
    *checks_of(POST_LOGIN),
    *checks_of(POST_CHANGE_PASSWORD),
    *checks_of(POST_CHALLENGE),
    Check(id="actions.force_at", asks="FORCE_AT and the Action's mode", judge=force_at),
    Check(id="actions.handover", asks="HANDOVER_SECRET", judge=handover),
    Check(id="actions.second_factor", asks="the second factor after a hand-over", judge=second_factor),
    Check(id="actions.form", asks="the form for a new password", judge=form),
    Check(id="actions.form_left", asks="what is left of a form", judge=form_left),
    Check(id="actions.build", asks="how our Actions were built", judge=builds),
    Check(id="actions.runtime", asks="what our Actions run on", judge=runtimes),
    Check(id="actions.secrets", asks="our Actions' secrets", judge=secrets),
)
