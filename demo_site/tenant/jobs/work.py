"""When a job is done, and how long it is remembered: by the tenant's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.clock import clock, iso
from demo_site.tenant.jobs import exports, imports
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Job
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

KEPT_S = 86_400
KINDS = {"users_import": imports.perform, "users_export": exports.perform}


def begin(state: State, kind: str, shown: Json, work: Json | None = None) -> Job:
    """The id comes last, as recorded."""
    now = clock.now()
    job_id = f"job_{opaque(16)}"
    shown = {"type": kind, "status": "pending", **shown, "created_at": iso(now), "id": job_id}
    job = Job(job_id, now, now + state.plan.job_delay_s, shown, work or {})
    state.jobs[job_id] = job
    return job


def perform_due(state: State) -> None:
    """Do what the clock has made due, and forget what is a day old."""
    if not state.jobs:
        return
    now = clock.now()
    for job in [item for item in state.jobs.values() if item.work is not None and item.due_at <= now]:
        work, job.work = job.work or {}, None
        job.shown["status"] = "completed"
        if job.shown["type"] in KINDS:
            KINDS[job.shown["type"]](state, job, work)
        job.shown["id"] = job.shown.pop("id")
    for job_id in [job_id for job_id, job in state.jobs.items() if job.created_at + KEPT_S <= now]:
        del state.jobs[job_id]


def active_imports(state: State) -> int:
    return sum(job.work is not None and job.shown["type"] == "users_import" for job in state.jobs.values())


store.chores.append(perform_due)
