"""The client that may set up the tenant. It is known to a command's environment only, and no setting of a site."""

from __future__ import annotations

import os
from collections.abc import Callable

from ..gateway.tenant_api import TenantApi
from .base import wrong_use

DEPLOY_ID, DEPLOY_SECRET = "AUTH0_DEPLOY_CLIENT_ID", "AUTH0_DEPLOY_CLIENT_SECRET"


def deployment_api(*, sleep: Callable[[float], None]) -> TenantApi:
    """Raises `CommandError` where the environment does not name it."""
    missing = [name for name in (DEPLOY_ID, DEPLOY_SECRET) if not os.environ.get(name)]
    if missing:
        raise wrong_use(f"set {' and '.join(missing)} in the environment: the client that deploys")
    return TenantApi(os.environ[DEPLOY_ID], os.environ[DEPLOY_SECRET], sleep=sleep)


def is_named() -> bool:
    """Whether the environment names any of it."""
    return any(map(os.environ.get, (DEPLOY_ID, DEPLOY_SECRET)))
