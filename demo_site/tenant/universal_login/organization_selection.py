"""/u/organization-selection: an application for members only asks which organization somebody belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_http_methods

from demo_site.tenant import organizations
from demo_site.tenant.oidc import callback
from demo_site.tenant.oidc.errors import OAuthError
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.universal_login import progress, transactions
from demo_site.tenant.views import in_steps

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps

UNKNOWN = "The organization you entered is invalid"


@require_http_methods(["GET", "POST"])
@in_steps
def select(request: HttpRequest, state: State) -> Steps[HttpResponse]:
    transaction = transactions.resume(request, state)
    client = state.clients[transaction.client_id]
    name = request.POST.get("organizationName", "")
    chosen = organizations.by_name(state, name)
    if chosen is None:
        error = UNKNOWN if request.method == "POST" else ""
        context = {"state": transaction.id, "name": name, "error": error}
        return page(request, "organization_selection.html", context, status=400 if error else 200, client=client)
    transaction.organization = chosen.id
    try:
        organizations.check(state, transaction, client)
    except OAuthError as refused:
        return callback.failed(transaction, refused)
    return (yield from progress.begin(request, state, transaction))
