"""/u/consent: is this the application you meant? Asked where nothing else was, and nobody can tell who listens.

Auth0: measures against application impersonation. Addresses of this machine and schemes of one's own cannot be
verified; names below localhost count as verifiable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.views.decorators.http import require_http_methods

from demo_site.tenant.oidc import callback
from demo_site.tenant.oidc.errors import access_denied
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.universal_login import progress, transactions
from demo_site.tenant.views import in_steps

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps

DECLINED = "User did not authorize the request"


@require_http_methods(["GET", "POST"])
@in_steps
def confirm(request: HttpRequest, state: State) -> Steps[HttpResponse]:
    transaction = transactions.resume(request, state)
    if request.method == "GET":
        client = state.clients[transaction.client_id]
        user = state.users.get(transaction.user_id or "")
        host = urlsplit(transaction.redirect_uri).netloc
        context = {"state": transaction.id, "user": user, "host": host}
        return page(request, "confirm_application.html", context, client=client)
    if request.POST.get("action") != "accept":
        return callback.failed(transaction, access_denied(DECLINED))
    return (yield from progress.begin(request, state, transaction))
