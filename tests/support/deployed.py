"""Deploy what the site wants to its local tenant, as `auth0_deploy --apply` does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from auth0_password import gateway
from auth0_password.deployment import Step, Tenant, apply, wanted
from auth0_password.deployment.scopes import DEPLOYMENT, FORM
from auth0_password.gateway.tenant_api import TenantApi
from tests.support.tenant import demo_seed

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

CLIENT_ID, CLIENT_SECRET = "a-client-that-deploys", "local-only-secret-of-the-client-that-deploys"
SCOPES = [scope for scopes in DEPLOYMENT.values() for scope in scopes]
SECRETS = {
    "ACTION_SECRET": "whsec_bG9jYWwtb25seS1hY3Rpb24tc2VjcmV0LW9mLXRoZS10ZXN0cw==",
    "HANDOVER_SECRET": "local-only-handover-secret-of-the-tests",
    "VERIFIER_SECRET": "local-only-verifier-secret-of-the-tests",
}
LOG_STREAM_TOKEN = "local-only-log-stream-token-of-the-tests"
QUIET = {"skip": ["log-stream", "back-channel-logout"]}
"""Of changes only the Action tells, unless a test wants more of it."""


def deploying_client(seed: dict[str, Any], scopes: list[str] | None = None) -> dict[str, Any]:
    """The seed with one more client, which may set up the tenant."""
    client = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "name": "deploys",
        "grant_types": ["client_credentials"],
        "scopes": SCOPES if scopes is None else scopes,
    }
    seed["clients"] = [one for one in seed["clients"] if one["client_id"] != CLIENT_ID] + [client]
    return seed


def tenant_api(tenant: LocalTenant, *, secret: str = CLIENT_SECRET) -> TenantApi:
    """By the client that deploys. What waits moves the tenant's clock on, and takes no time."""
    return TenantApi(CLIENT_ID, secret, sleep=moving(tenant))


def moving(tenant: LocalTenant) -> Callable[[float], None]:
    """What is built and deployed a quarter of a second later must not put the two clocks minutes apart."""

    def sleep(seconds: float) -> None:
        tenant.advance(seconds if seconds > 1 else 0.3)

    return sleep


def form_may(tenant: LocalTenant, *scopes: str) -> None:
    """Somebody has changed what the application behind the form may do."""
    api = tenant_api(tenant)
    [grant] = [one for one in api.list("client-grants", "client_grants") if set(one["scope"]) == set(FORM)]
    api.patch(f"client-grants/{grant['id']}", {"scope": [*scopes]})


def target(tenant: LocalTenant) -> Tenant:
    return Tenant(tenant_api(tenant), moving(tenant))


@pytest.fixture
def deployed(site: str, tenant: LocalTenant, settings: Any) -> Callable[..., list[Step]]:
    """`deployed(FORCE_AT="deny", …)`: change these of our settings, set up the tenant for them, and say what was done.

    The tenant begins anew from the demonstration's seed, which `seed=edit` may change first; called again, what is in
    the tenant stays. Secrets that Actions need are there unless they are taken away (`HANDOVER_SECRET=[]`).
    """
    seeded: list[bool] = []

    def change(*, seed: Callable[[dict[str, Any]], object] | None = None, **changes: Any) -> list[Step]:
        first = {} if seeded else {"SITE_URL": site, "DEPLOY": QUIET, **SECRETS}
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, **first, **changes}
        if not seeded or seed:
            fresh = deploying_client(demo_seed(site))
            if seed:
                seed(fresh)
            tenant.seed(fresh)
        seeded.append(True)
        done = apply(target(tenant), wanted(), lambda _step: None)
        gateway.set_gateway(None)
        return done

    return change
