"""/continue: where a browser comes back to from the place that an Action sent it to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_http_methods

from demo_site.tenant.clock import clock
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.universal_login import cookies, progress, reset_actions, transactions
from demo_site.tenant.universal_login.change import open_ticket
from demo_site.tenant.views import in_steps

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Run
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps

UNKNOWN = "This sign-in is not known here any more. Go back to the application and begin again."


@require_http_methods(["GET", "POST"])
@in_steps
def go_on(request: HttpRequest, state: State) -> Steps[HttpResponse]:
    """Found by ``state``, and that only once. What another site posts comes without our (Lax) cookies."""
    run = _run(request, state)
    transaction = state.transactions.get(run.subject)
    if transaction is not None:
        transactions.check_alive(request, state, transaction)
        return (yield from progress.go_on(request, state, transaction, run))
    if clock.now() >= run.created_at + transactions.LIFETIME_S:
        raise PageError(400, "invalid_request", UNKNOWN)
    return (yield from reset_actions.go_on(request, state, open_ticket(state, run.subject), run))


def _run(request: HttpRequest, state: State) -> Run:
    wanted = request.POST.get("state") or request.GET.get("state", "")
    run = next((run for run in state.runs.values() if wanted and run.state == wanted), None)
    browser = cookies.read(request, transactions.COOKIE)
    foreign = run is not None and browser != run.browser and (browser != "" or request.method == "GET")
    if run is None or foreign or run.user_id not in state.users:
        raise PageError(400, "invalid_request", UNKNOWN)
    run.state = ""
    return run
