"""A run of one trigger: its Actions in order, until one of them ends it or makes it wait for a person."""

from __future__ import annotations

import time
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

from demo_site.tenant import logs
from demo_site.tenant.actions import catalog, effects, executions
from demo_site.tenant.actions.ends import CONTINUED, DENIED, DONE, FAILED, FORM, GOES_ON, REDIRECT, End
from demo_site.tenant.actions.triggers import HANDLERS
from demo_site.tenant.actions.workers import workers
from demo_site.tenant.clock import clock
from demo_site.tenant.records import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo_site.tenant.records import ActionVersion, Json
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps

MILLISECONDS = 1_000
ABANDONED_S = 86_400


def begin(  # noqa: PLR0913 - for what, for whom, and where
    state: State, trigger: str, *, user_id: str, identity: str, subject: str = "", browser: str = ""
) -> Run | None:
    """A run of what is bound now; none if nothing is. What the browser left undone for the same subject is over."""
    versions = catalog.bound(state, trigger)
    if not versions:
        return None
    _forget_abandoned(state, subject, browser)
    run = Run(
        id=str(uuid.uuid4()),
        trigger_id=trigger,
        subject=subject,
        browser=browser,
        user_id=user_id,
        identity=identity,
        versions=[version.id for version in versions],
        names=[state.actions[version.action_id].name for version in versions],
        created_at=clock.now(),
    )
    executions.begin(state, run)
    return run


def play(state: State, run: Run, event: Callable[[], Json], *, can_redirect: bool = True) -> Steps[End]:
    """From where it is. The time limit is for all Actions up to the next wait, in real seconds."""
    state.runs.pop(run.id, None)
    ends_at = time.monotonic() + state.plan.action_deadline_s
    end = GOES_ON
    while end is GOES_ON and run.position < len(run.versions):
        version = state.action_versions.get(run.versions[run.position])
        if version is not None:
            job = _job(state, run, version, event()) | {"can_redirect": can_redirect}
            began, left = clock.now(), max(0.0, ends_at - time.monotonic())
            answer = yield partial(workers.run, job, left)
            end = _taken(state, run, answer, began)
        run.prompt = {}
        if end.kind not in CONTINUED:
            run.position, run.continued = run.position + 1, False
    if end is GOES_ON:
        end = effects.last_challenge(state, run)
    _close(state, run, end)
    return end


def _job(state: State, run: Run, version: ActionVersion, event: Json) -> Json:
    execute, go_on = HANDLERS[run.trigger_id]
    secrets = {item["name"]: item["value"] for item in version.secrets}
    return {
        "version": version.id,
        "code": version.code,
        "trigger": run.trigger_id,
        "handler": go_on if run.continued else execute,
        "event": {**event, "secrets": secrets} | ({"prompt": run.prompt} if run.prompt else {}),
        "cache": state.action_caches.get(run.trigger_id, {}),
        "now": clock.now() * MILLISECONDS,
        "continued": run.continued,
        "primary_user": run.primary_user,
    }


def _taken(state: State, run: Run, answer: Json, began: float) -> End:
    """What one Action brought about."""
    executions.note(state, run, answer, began)
    error: Any = answer.get("error")
    if error:
        return End(FAILED, error["message"])
    return effects.take(state, run, answer["effects"])


def _close(state: State, run: Run, end: End) -> None:
    """What waits is kept; at the end and before a redirect the user's metadata is written."""
    if end.waits:
        state.runs[run.id] = run
    if end.kind in (DONE, DENIED, REDIRECT) or (end.kind == FORM and state.plan.metadata_written_before_form):
        effects.write_metadata(state, run)
    if end.kind == FAILED:
        details = {"actions": {"executions": [run.id]}}
        logs.write(state, "actions_execution_failed", end.words, user=state.users.get(run.user_id), details=details)
    executions.close(state, run, end.kind)


def _forget_abandoned(state: State, subject: str, browser: str) -> None:
    oldest = clock.now() - ABANDONED_S
    for run in list(state.runs.values()):
        if run.created_at < oldest or (subject and (run.subject, run.browser) == (subject, browser)):
            del state.runs[run.id]
