"""/u/email-verification: the hosted page that a verification link opens. Opening it verifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from demo_site.tenant import hosts, logs, verification
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.records import identity_id
from demo_site.tenant.universal_login.login_route import deviates, login_route
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Client, Verification
    from demo_site.tenant.state import State

VERIFIED = "Your email was verified. You can continue using the application."
GONE = "This link has expired, or has been used already."


@require_GET
@with_state
def verify(request: HttpRequest, state: State) -> HttpResponse:
    found = state.verifications.get(request.GET.get("ticket", ""))
    email = verification.use(state, found) if found else None
    if found is None or email is None:
        raise PageError(400, "Invalid link", GONE)
    client = state.clients.get(found.client_id or "")
    _log(state, found, email, client)
    route = login_route(client, hosts.issuer(request, state)) if client else None
    context = {"email": email, "route": route, "deviates": bool(route) and deviates(client)}
    return page(request, "verified.html", context, client=client)


def _log(state: State, used: Verification, email: str, client: Client | None) -> None:
    """As captured by Elastic's integration."""
    user = state.users[used.user_id]
    (connection,) = [item["connection"] for item in user.identities if identity_id(item) == used.identity]
    query = {
        "email": email,
        "user_id": user.user_id,
        "tenant": "local",
        "client_id": used.client_id,
        "connection": connection,
        "idp_user_id": None,
        "resultUrl": None,
        "includeEmailInRedirect": False,
    }
    body = {"ticket": used.id, "tenant": "local"}
    details = {"title": "Email Verification", "email": email, "body": body, "query": query}
    logs.write(state, "sv", VERIFIED, user=user, client=client, connection=connection, details=details)
