"""/u/login: identifier and password on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_http_methods

from demo_site.tenant import organizations, passwords
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.records import Connection, Json, identity_id
from demo_site.tenant.universal_login import progress, transactions
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Transaction, User
    from demo_site.tenant.state import State

WRONG = "Wrong email or password"


@require_http_methods(["GET", "POST"])
@with_state
def login(request: HttpRequest, state: State) -> HttpResponse:
    transaction = transactions.resume(request, state)
    if request.method == "GET":
        return _page(request, state, transaction, transaction.login_hint)
    email, password = request.POST.get("username", ""), request.POST.get("password", "")
    connection = database_of(state, transaction)
    user = state.database_user(connection.name, email) if connection else None
    identity = user.identity_in(connection.name) if user and connection else None
    if user is None or identity is None or not _is_right(user, identity, password):
        return _page(request, state, transaction, email, error=WRONG)
    return progress.authenticated(request, state, transaction, user, identity)


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


def _is_right(user: User, identity: Json, password: str) -> bool:
    hashes = user.password_hashes.get(identity_id(identity), [])
    return bool(hashes) and passwords.matches(password, hashes[0])


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
