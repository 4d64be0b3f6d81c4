"""/actions: which Actions run where, and what became of their last runs."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from demo_site.tenant.actions import catalog, executions
from demo_site.tenant.actions.triggers import HANDLERS
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Execution, Json
    from demo_site.tenant.state import State

SHOWN = 50


@require_GET
@with_state
def actions(request: HttpRequest, state: State) -> HttpResponse:
    newest = islice(reversed(state.executions.values()), SHOWN)
    context = {
        "triggers": [shown for shown in (_trigger(state, name) for name in HANDLERS) if shown["actions"]],
        "unbound": [item.name for item in state.actions.values() if not _is_bound(state, item.id)],
        "executions": [_shown(item) for item in newest],
    }
    return page(request, "actions.html", context)


def _trigger(state: State, name: str) -> Json:
    bound = catalog.bindings_of(state, name)
    return {"name": name, "actions": [state.actions[item.action_id].name for item in bound]}


def _is_bound(state: State, action_id: str) -> bool:
    return any(item.action_id == action_id for item in state.bindings.values())


def _shown(execution: Execution) -> Json:
    failed = any("error" in result for result in execution.results)
    return executions.shown(execution) | {"failed": failed}
