"""Actions of others that stand in the way of ours, by what their code says."""

from __future__ import annotations

import re

from ..sources import POST_CHALLENGE, POST_LOGIN
from ..wanted import action_name
from .findings import Check, Verdict, ok, warning
from .patient import Json, Patient

ENDS = re.compile(r"\.access\.deny\(|\.redirect\.sendUserTo\(|\.prompt\.render\(")
"""What ends or diverts a sign-in before ours is asked."""

DENIES = re.compile(r"\.access\.deny\(")
UNVERIFIED = re.compile(r"email[-_ ]?verif", re.IGNORECASE)


def bound(patient: Patient, trigger: str) -> list[tuple[str, str]]:
    """The name and the code of each Action that runs, in order; no code where Auth0 shows none (marketplace)."""
    bindings = patient.listed("read:actions", f"actions/triggers/{trigger}/bindings", "bindings")
    actions = {one["id"]: one for one in patient.listed("read:actions", "actions/actions", "actions")}
    return [name_and_code(one, actions.get((one.get("action") or {}).get("id"), {})) for one in bindings]


def name_and_code(binding: Json, action: Json) -> tuple[str, str]:
    brief = binding.get("action") or {}
    version = action.get("deployed_version") or brief.get("deployed_version") or {}
    name = brief.get("name") or binding.get("display_name")
    return str(name), str(version.get("code") or action.get("code") or "")


def before_ours(patient: Patient) -> Verdict | None:
    """A sign-in that another Action denies is not ours to force; one that it diverts comes back past ours."""
    found, name = bound(patient, POST_LOGIN), action_name(POST_LOGIN)
    names = [one for one, _ in found]
    if name not in names:
        return None
    ending = [one for one, code in found[: names.index(name)] if ENDS.search(code)]
    if ending:
        return warning(
            f"{', '.join(ending)} runs before ours, and may deny or divert a sign-in",
            "Put ours first in the trigger, unless that is meant; then try it with a flagged user.",
        )
    return ok("nothing stands before our Action that could end a sign-in")


def verified_only(patient: Patient) -> Verdict | None:
    """Auth0's template `email-verified` denies who has not confirmed the address yet: so everybody invited."""
    found = [one for one in bound(patient, POST_CHALLENGE) if one[0] != action_name(POST_CHALLENGE)]
    denying = [name for name, code in found if UNVERIFIED.search(code or name) and denies(code)]
    if denying:
        return warning(
            f"{', '.join(denying)} denies a new password to whose address is not confirmed: invited people are stuck",
            "Take it out of password-reset-post-challenge: the link from the mail confirms the address.",
        )
    return ok("nothing keeps invited people from their first password")


def denies(code: str) -> bool:
    return not code or bool(DENIES.search(code))


CHECKS = (
    Check(id="actions.before_ours", asks="Actions that run before ours", judge=before_ours),
    Check(id="actions.verified_only", asks="Actions that stop invited people", judge=verified_only),
)
