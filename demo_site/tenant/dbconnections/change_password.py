"""POST /dbconnections/change_password: mail a link, and answer the same whoever it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from demo_site.tenant import hosts, reset_mails
from demo_site.tenant.dbconnections.errors import PlainError, missing, requires_verification, too_many_requests
from demo_site.tenant.logs import reset_requests
from demo_site.tenant.oidc.client_authentication import parameters
from demo_site.tenant.oidc.errors import invalid_request
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.records import Client, Connection
    from demo_site.tenant.state import State

SENT = "We've just sent you an email to reset your password."
REQUIRED = ("client_id", "connection")


@require_POST
@with_state
def change_password(request: HttpRequest, state: State) -> HttpResponse:
    params = parameters(request)
    client, connection = _checked(params, state)
    count = reset_mails.counted("api", params.get("email") or params["username"])
    if count is None or count.passed:
        response = _answer(params, client, connection, state, hosts.links_at(request, state))
    else:
        response = too_many_requests().response()
    for name, value in (count.headers() if count else {}).items():
        response.headers[name] = value
    return response


def _answer(
    params: dict[str, str], client: Client, connection: Connection, state: State, base_url: str
) -> HttpResponse:
    """No JSON, although sent as HTML (recorded: go-auth0's TestDatabaseChangePassword)."""
    if state.plan.wants_captcha_for_reset:
        return requires_verification().response()
    if params.get("email"):
        user = state.database_user(connection.name, params["email"])
    else:
        user = state.user_by_username(connection.name, params["username"])
    if user:
        reset_mails.send(state, user, connection, client, base_url, organization=params.get("organization"))
    else:
        reset_requests.failed(state, params.get("email") or params["username"], connection, client)
    return HttpResponse(SENT)


def _checked(params: dict[str, str], state: State) -> tuple[Client, Connection]:
    """Which client and connection; nothing in here depends on the user."""
    if "password" in params:
        raise PlainError("password is not allowed")
    for name in (*REQUIRED, *(() if params.get("username") else ("email",))):
        if not params.get(name):
            raise missing(name)
    client = state.clients.get(params["client_id"])
    if client is None:
        raise invalid_request(f"Unknown client: {params['client_id']}")
    connection = state.connections.get(params["connection"])
    if connection is None or not connection.is_database:
        raise PlainError("connection not found")
    _check_allowed(params, client, connection, state)
    return client, connection


def _check_allowed(params: dict[str, str], client: Client, connection: Connection, state: State) -> None:
    if not connection.is_enabled_for(client.client_id):
        raise invalid_request("the connection was disabled")
    off = connection.options.get("disable_self_service_change_password")
    if off and state.plan.disabled_self_service_refuses_api:
        raise invalid_request("self-service change password is disabled")
    organization = params.get("organization")
    if organization and organization not in state.organizations:
        raise invalid_request(f"parameter organization is invalid: {organization}")
