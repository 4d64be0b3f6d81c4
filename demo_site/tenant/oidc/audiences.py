"""APIs that a user's access token can be for, and which scopes it then has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from demo_site.tenant.oidc.errors import access_denied
from demo_site.tenant.records import ResourceServer

if TYPE_CHECKING:
    from demo_site.tenant.records import Client
    from demo_site.tenant.state import State

OPENID_SCOPES = ("openid", "profile", "email", "address", "phone", "offline_access")
# The My Account API has an audience per host, and one client grant for all of them.
MY_ACCOUNT = "/me/"
ME_SCOPES = [f"{verb}:me:authentication_methods" for verb in ("create", "read", "update", "delete")]
REQUIRE_CLIENT_GRANT = "require_client_grant"


def userinfo(issuer: str) -> str:
    return f"{issuer}userinfo"


def my_account(issuer: str) -> str:
    """The My Account API of the host used: ``https://{domain}/me/``."""
    return issuer.removesuffix("/") + MY_ACCOUNT


def named(state: State, audience: str | None) -> str | None:
    """The API asked for, else the tenant's default one."""
    return audience or state.tenant_settings.get("default_audience") or None


def check(state: State, client: Client, audience: str | None, issuer: str) -> None:
    """Raises where there is no such API, or where the application needs a client grant for it and has none."""
    if audience in (None, "", userinfo(issuer)):
        return
    api = _api(state, audience or "", issuer)
    if api is None:
        msg = f"Service not found: {audience}"
        raise access_denied(msg)
    if api.user_policy == REQUIRE_CLIENT_GRANT and _client_grant(client, api) is None:
        msg = f'Client "{client.client_id}" is not authorized to access resource server "{audience}".'
        raise access_denied(msg)


class Asked(Protocol):
    """What an application asked for, at /authorize or at the token endpoint."""

    @property
    def client_id(self) -> str: ...
    @property
    def audience(self) -> str | None: ...
    @property
    def scope(self) -> str: ...
    @property
    def issuer(self) -> str: ...


def granted_scope(state: State, asked: Asked, left: str) -> str:
    """Of what Actions left of the scopes asked for: OpenID Connect's own, the API's that the client may have, and
    whatever the Actions themselves added."""
    client = state.clients[asked.client_id]
    api = _api(state, asked.audience, asked.issuer) if asked.audience else None
    allowed = {*OPENID_SCOPES, *_scopes(client, api)}
    if not keeps_offline(client, api):
        allowed.discard("offline_access")
    refused = set(asked.scope.split()) - allowed
    return " ".join(name for name in dict.fromkeys(left.split()) if name not in refused)


def _scopes(client: Client, api: ResourceServer | None) -> list[str]:
    if api is None:
        return []
    return (_client_grant(client, api) or []) if api.user_policy == REQUIRE_CLIENT_GRANT else api.scopes


def keeps_offline(client: Client, api: ResourceServer | None) -> bool:
    """A refresh token takes the client's grant type and, for an API, that it allows offline access."""
    return "refresh_token" in client.grant_types and (api is None or api.allow_offline_access)


def _api(state: State, audience: str, issuer: str) -> ResourceServer | None:
    if audience == my_account(issuer):
        name = "Auth0 My Account API"
        api = ResourceServer(MY_ACCOUNT, name, ME_SCOPES, allow_offline_access=True, user_policy=REQUIRE_CLIENT_GRANT)
        return api if state.plan.my_account_api else None
    return state.resource_servers.get(audience)


def _client_grant(client: Client, api: ResourceServer) -> list[str] | None:
    """The scopes of the client grant for users' access to the API."""
    return client.user_grants.get(api.identifier)
