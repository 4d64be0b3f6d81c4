"""The tenant's log stream to this site."""

from __future__ import annotations

from ...conf import conf
from ..steps import Change
from .findings import Check, Verdict, error, note, ok, warning
from .patient import Json, Patient, address

NEEDED = "user.success"
"""The category that changes of passwords are written in (Auth0: log stream filters)."""


def streams(patient: Patient) -> list[Json]:
    """Those that lead to this site."""
    wanted = address("hook_logs")
    found = patient.read("read:log_streams", "log-streams") or []
    return [one for one in found if wanted and (one.get("sink") or {}).get("httpEndpoint") == wanted]


def present(patient: Patient) -> Verdict | None:
    if not address("hook_logs"):
        return None
    found = streams(patient)
    if conf.LOG_STREAM_TOKEN and not found:
        return warning(
            "LOG_STREAM_TOKEN is set, and no log stream of the tenant leads to this site",
            f"Run auth0_deploy, or add a custom webhook to {address('hook_logs')}.",
        )
    if found and not conf.LOG_STREAM_TOKEN:
        return error(
            "a log stream leads to this site, which has no LOG_STREAM_TOKEN: everything is refused, and Auth0 "
            "suspends the stream",
            "Set LOG_STREAM_TOKEN to the stream's Authorization value.",
        )
    return ok("the tenant's log is streamed to this site") if found else note("no log is streamed to this site")


def status(patient: Patient) -> Verdict | None:
    found = streams(patient)
    stopped = [one for one in found if one.get("status") != "active"]
    if stopped:
        return error(
            f"the log stream {stopped[0].get('name')!r} is {stopped[0].get('status')}",
            "See why this site refused it (webhooks.logs), then activate it again: it sends what it kept.",
        )
    return ok("the log stream is active") if found else None


def filters(patient: Patient) -> Verdict | None:
    found = streams(patient)
    narrow = [one for one in found if one.get("filters") and NEEDED not in names(one["filters"])]
    if narrow:
        return warning(
            f"the log stream {narrow[0].get('name')!r} leaves out changes of passwords",
            f"Add the category {NEEDED} to its filters, or remove them.",
        )
    return ok("the log stream has changes of passwords in it") if found else None


def token(patient: Patient) -> Verdict | None:
    """Auth0 shows it as it was typed, at least to some: the plan compares it then."""
    if not conf.LOG_STREAM_TOKEN or not streams(patient):
        return None
    if any("token: new value" in step.details for step in patient.plan("log-stream") if step.change is Change.CHANGE):
        return error("the log stream sends another token than this site's first", "Run auth0_deploy --apply.")
    return ok("the log stream sends this site's token, as far as Auth0 shows it")


def names(chosen: list[Json]) -> set[str]:
    return {one.get("name", "") for one in chosen}


CHECKS = (
    Check(id="log_stream.present", asks="the log stream", judge=present),
    Check(id="log_stream.status", asks="whether the log stream is active", judge=status),
    Check(id="log_stream.token", asks="the log stream's token", judge=token),
    Check(id="log_stream.filters", asks="what the log stream leaves out", judge=filters),
)
