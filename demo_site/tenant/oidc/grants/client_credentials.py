"""``client_credentials``: a token for the Management API, or for another that has granted the client scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.oidc import audiences, tokens
from demo_site.tenant.oidc.errors import access_denied
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from demo_site.tenant.oidc.grants.asking import Asking
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps


def exchange(asking: Asking, state: State) -> Steps[Json]:
    yield from ()
    audience = audiences.named(state, asking.params.get("audience"))
    if not audience:
        raise access_denied("No audience parameter was provided, and no default audience has been configured")
    client = asking.client
    scopes = client.scopes if audience == store.management_audience else client.api_grants.get(audience)
    if scopes is None:
        msg = f'Client is not authorized to access "{audience}".'
        raise access_denied(msg)
    wanted = asking.params.get("scope", "").split()
    granted = [scope for scope in scopes if not wanted or scope in wanted]
    return tokens.for_client(client, audience, granted, asking.issuer)
