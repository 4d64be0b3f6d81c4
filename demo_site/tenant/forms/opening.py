"""api.prompt.render: from here on the run of the Actions waits for a form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo_site.tenant.actions.ends import FAILED, SHOWS_FORM, End

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, Run
    from demo_site.tenant.state import State

UNKNOWN = "The form does not exist"
WITH_REDIRECT = "An Action cannot redirect and render a form"


def opened(state: State, run: Run, asked: Json) -> End:
    """``asked``: what the Action wants. Forms are known by their ids, which names are not."""
    if "redirect" in asked:
        return End(FAILED, WITH_REDIRECT)
    wanted = asked["render"]
    if str(wanted.get("id")) not in state.forms:
        return End(FAILED, UNKNOWN)
    run.continued = True
    run.form = {
        "id": wanted["id"],
        "given": _object(wanted["fields"]),
        "fields": {},
        "vars": _object(wanted["vars"]),
        "trail": [],
        "over": False,
    }
    return SHOWS_FORM


def _object(given: Any) -> Json:
    return given if isinstance(given, dict) else {}


def waiting(state: State, subject: str, browser: str) -> Run | None:
    """The browser's run that waits for a form."""
    found = (run for run in state.runs.values() if (run.subject, run.browser) == (subject, browser))
    return next((run for run in found if run.form), None)
