"""What several rooms of tests set up at the tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

from tests.support.tenant import demo_seed
from tests.tenant.application import SITE

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant


def steer(tenant: LocalTenant, path: str, body: Any) -> requests.Response:
    return requests.post(f"{tenant.base_url}/_control/{path}", json=body, timeout=5)


def seed_with_scopes(*scopes: str, **options: Any) -> dict[str, Any]:
    """The demonstration's seed; the server has these scopes, the database connection these options."""
    seed = demo_seed(SITE)
    seed["clients"][1]["scopes"] = list(scopes)
    seed["connections"][0]["options"] |= options
    return seed
