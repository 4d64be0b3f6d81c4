"""/u/reset-password/request: ask for the address, send the link, say the same to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_http_methods

from demo_site.tenant import hosts, reset_mails
from demo_site.tenant.logs import reset_requests
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.universal_login import transactions
from demo_site.tenant.universal_login.login import database_of
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Client, Transaction
    from demo_site.tenant.state import State

MISSING = "Enter your e-mail address"
TOO_MANY = "Too many messages were asked for. Wait a minute and try again."


@require_http_methods(["GET", "POST"])
@with_state
def request_reset(request: HttpRequest, state: State) -> HttpResponse:
    transaction = transactions.resume(request, state)
    connection = database_of(state, transaction)
    if connection is None or connection.options.get("disable_self_service_change_password"):
        raise PageError(404, "not_found", "Passwords cannot be reset here.")
    client = state.clients.get(transaction.client_id)
    if request.method == "GET":
        return _form(request, transaction, client, transaction.login_hint)
    email = request.POST.get("email", "").strip()
    if "@" not in email:
        return _form(request, transaction, client, email, error=MISSING)
    count = reset_mails.counted("page", email)
    if count and not count.passed:
        raise PageError(429, "too_many_requests", TOO_MANY)
    user = state.database_user(connection.name, email)
    if user:  # nothing is sent to an unknown address, and nothing shows it
        base_url, organization = hosts.links_at(request, state), transaction.organization
        reset_mails.send(state, user, connection, client, base_url, organization=organization)
    else:
        reset_requests.failed(state, email, connection, client)
    context = {"state": transaction.id, "email": email}
    return page(request, "forgot_sent.html", context, client=client)


def _form(
    request: HttpRequest, transaction: Transaction, client: Client | None, email: str, error: str = ""
) -> HttpResponse:
    context = {"state": transaction.id, "email": email, "error": error}
    return page(request, "forgot.html", context, status=400 if error else 200, client=client)
