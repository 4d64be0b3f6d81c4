"""GET /authorize: answer from the tenant's own session, or send the browser to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from demo_site.tenant import hosts
from demo_site.tenant.oidc import callback
from demo_site.tenant.oidc import request as wanted
from demo_site.tenant.oidc.errors import OAuthError
from demo_site.tenant.universal_login import progress, transactions
from demo_site.tenant.views import in_steps

if TYPE_CHECKING:
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps


@require_GET
@in_steps
def authorize(request: HttpRequest, state: State) -> Steps[HttpResponse]:
    client = wanted.client_of(request.GET, state)
    redirect_uri = wanted.check_callback(client, request.GET.get("redirect_uri", ""), state.plan)
    browser = transactions.browser_of(request)
    transaction = wanted.transaction_of(request.GET, client, redirect_uri, browser)
    transaction.issuer = hosts.issuer(request, state)
    try:
        wanted.check(transaction, request.GET, client, state)
        return (yield from progress.begin(request, state, transaction))
    except OAuthError as error:
        return callback.failed(transaction, error)
