"""Vault connections of Auth0's own kind: a machine-to-machine application's credentials, and what they may do."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from demo_site.tenant import hosts
from demo_site.tenant.forms.failures import FlowError
from demo_site.tenant.management.errors import ApiError
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from demo_site.tenant.records import Client, Json
    from demo_site.tenant.state import State


def client_of(state: State, connection_id: Any) -> Client:
    """Whoever calls the Management API by this connection; a token it does not get is a 401, as a call's."""
    connection = state.vault_connections.get(str(connection_id))
    if connection is None or connection.body.get("app_id") != "AUTH0":
        raise FlowError(f"there is no vault connection {connection_id} for Auth0")
    setup = connection.secret
    if setup.get("type") != "OAUTH_APP" or not _is_here(state, setup):
        raise FlowError(f"the vault connection {connection_id} is not set up for this tenant")
    client = state.clients.get(str(setup.get("client_id")))
    secret = str(setup.get("client_secret")).encode()
    if client is None or not hmac.compare_digest(secret, client.client_secret.encode()):
        raise ApiError(401, "Unauthorized")
    if "client_credentials" not in client.grant_types:
        raise ApiError(403, "Grant type 'client_credentials' not allowed for the client.")
    return client


def _is_here(state: State, setup: Json) -> bool:
    """``domain`` is this tenant, and ``audience``, where it is named, the Management API."""
    if setup.get("audience") not in (None, "", store.management_audience):
        return False
    try:
        return bool(hosts.named(str(setup.get("domain", "")), state))
    except hosts.UnknownHostError:
        return False
