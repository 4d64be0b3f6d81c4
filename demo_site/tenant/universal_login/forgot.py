"""/u/reset-password/request: ask for the address, send the link, say the same to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_http_methods

from demo_site.tenant import mailbox, tickets
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
    send_link(state, connection.name, email, client)
    context = {"state": transaction.id, "email": email}
    return page(request, "forgot_sent.html", context, client=client)


def send_link(state: State, connection: str, email: str, client: Client | None) -> None:
    """Nothing is sent to an unknown address, and nothing shows it. Using a mailed link proves the mailbox."""
    user = state.database_user(connection, email)
    identity = user.identity_in(connection) if user else None
    if user is None or identity is None:
        return
    client_id = client.client_id if client else None
    ticket = tickets.mint(state, user, identity, client_id=client_id, mark_email_as_verified=True)
    application = client.name if client else "your account"
    mailbox.send_change_password(state, email.lower(), tickets.url_of(ticket), application)


def _form(
    request: HttpRequest, transaction: Transaction, client: Client | None, email: str, error: str = ""
) -> HttpResponse:
    context = {"state": transaction.id, "email": email, "error": error}
    return page(request, "forgot.html", context, status=400 if error else 200, client=client)
