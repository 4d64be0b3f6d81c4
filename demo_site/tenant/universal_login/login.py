"""/u/login: identifier and password on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_http_methods

from demo_site.tenant import hosts, logins, organizations
from demo_site.tenant.attack_protection.attempts import Attempt
from demo_site.tenant.logs import origin
from demo_site.tenant.oidc.errors import OAuthError
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.universal_login import progress, transactions
from demo_site.tenant.views import in_steps

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Connection, Transaction
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps

WRONG = "Wrong email or password"
# Where the page says it otherwise than the token endpoint.
LEAKED = (
    "We have detected a potential security issue with this account. To protect your account, we have prevented this"
    " login. Please reset your password to proceed."
)


@require_http_methods(["GET", "POST"])
@in_steps
def login(request: HttpRequest, state: State) -> Steps[HttpResponse]:
    transaction = transactions.resume(request, state)
    if request.method == "GET":
        return _page(request, state, transaction, transaction.login_hint)
    email, password = request.POST.get("username", ""), request.POST.get("password", "")
    connection = database_of(state, transaction)
    if connection is None:
        return _page(request, state, transaction, email, error=WRONG)
    attempt = Attempt(
        connection, email, password, transaction.client_id, origin.current().ip, hosts.links_at(request, state)
    )
    try:
        user = logins.verified(state, attempt)
    except OAuthError as refused:
        words = LEAKED if refused.error == "password_leaked" else refused.description.removesuffix(".")
        return _page(request, state, transaction, email, error=words)
    identity = user.identity_in(connection.name) or {}
    return (yield from progress.authenticated(request, state, transaction, user, identity))


def database_of(state: State, transaction: Transaction) -> Connection | None:
    """The database connection asked for, else the first there is."""
    databases = [item for item in _offered(state, transaction) if item.is_database]
    return next((item for item in databases if item.name == transaction.connection), next(iter(databases), None))


def _offered(state: State, transaction: Transaction) -> list[Connection]:
    """An organization has connections of its own choice."""
    organization = organizations.of(state, transaction)
    return [
        item for item in state.connections.values() if organization is None or item.name in organization.connections
    ]


def _page(request: HttpRequest, state: State, transaction: Transaction, email: str, error: str = "") -> HttpResponse:
    database = database_of(state, transaction)
    named = transaction.connection is not None
    context = {
        "state": transaction.id,
        "email": email,
        "error": error,
        "organization": organizations.of(state, transaction),
        "database": database,
        "socials": [] if named else [item for item in _offered(state, transaction) if not item.is_database],
        "forgot": database and not database.options.get("disable_self_service_change_password"),
    }
    client = state.clients.get(transaction.client_id)
    return page(request, "login.html", context, status=400 if error else 200, client=client)
