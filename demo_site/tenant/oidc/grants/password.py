"""``password`` and ``http://auth0.com/oauth/grant-type/password-realm``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse

from demo_site.tenant import hosts, logins
from demo_site.tenant.attack_protection.attempts import Attempt
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.oidc import audiences, refresh_tokens, tokens
from demo_site.tenant.oidc.errors import OAuthError, invalid_request
from demo_site.tenant.oidc.grants import after_login
from demo_site.tenant.records import Granted

if TYPE_CHECKING:
    from demo_site.tenant.oidc.grants.asking import Asking
    from demo_site.tenant.records import Connection, Json
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps

PROTOCOL = "oauth2-password"
# What is granted where nothing is asked for (recorded: go-auth0's TestOAuthLoginWithPassword).
DEFAULT_SCOPE = "openid profile email address phone"


class NoDirectoryError(OAuthError):
    """A 500 that is meant, and so is not for the tenant's own error log."""

    def __init__(self) -> None:
        super().__init__("server_error", "Authorization server not configured with default connection.", 500)

    def response(self) -> JsonResponse:
        response = super().response()
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response


def exchange(asking: Asking, state: State) -> Steps[Json]:
    """In the tenant's default directory; ``realm`` is for the other grant type."""
    name = state.tenant_settings.get("default_directory")
    if not name:
        raise NoDirectoryError
    return (yield from _sign_in(asking, state, name))


def exchange_with_realm(asking: Asking, state: State) -> Steps[Json]:
    return (yield from _sign_in(asking, state, asking.required("realm")))


def _sign_in(asking: Asking, state: State, realm: str) -> Steps[Json]:
    """A login like any other, but without an SSO session: counted before the Actions see it."""
    username, password = asking.required("username"), asking.required("password")
    connection = _connection(asking, state, realm)
    audience = _audience(asking, state)
    base_url = hosts.links_at(asking.request, state)
    attempt = Attempt(connection, username, password, asking.client.client_id, asking.ip, base_url)
    user = logins.verified(state, attempt)
    logins.count(user, asking.ip)
    granted = Granted(
        client_id=asking.client.client_id,
        user_id=user.user_id,
        scope=asking.params.get("scope") or DEFAULT_SCOPE,
        audience=audience,
        connection=connection.name,
        access_claims={"gty": "password"},
        methods=[{"name": "pwd", "timestamp": iso(clock.now())}],
    )
    yield from after_login.begin(asking, state, granted, PROTOCOL)
    answer = tokens.for_user(state, granted, asking.issuer) | refresh_tokens.first(state, granted, asking)
    if not asking.params.get("scope"):
        answer.pop("id_token", None)
    return answer


def _audience(asking: Asking, state: State) -> str | None:
    audience = audiences.named(state, asking.params.get("audience"))
    audiences.check(state, asking.client, audience, asking.issuer)
    return None if audience == audiences.userinfo(asking.issuer) else audience


def _connection(asking: Asking, state: State, realm: str) -> Connection:
    connection = state.connections.get(realm)
    if connection is None or not connection.is_database:
        raise invalid_request("the connection was not found")
    if not connection.is_enabled_for(asking.client.client_id):
        raise invalid_request("the connection was disabled")
    return connection
