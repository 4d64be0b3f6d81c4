"""What a tenant says of itself to everybody (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

from typing import Any

from ..conf import Domain
from ..exceptions import UnexpectedAnswerError
from .client import Client
from .clock import TenantClock
from .deadline import deadline
from .errors import Call, translated
from .pace import InProcessPace

DISCOVER = Call(name="GET /.well-known/openid-configuration")


def discover(domain: Domain) -> dict[str, Any]:
    """Raises `GatewayError`. `backchannel_logout_supported` is there where the plan has it (Enterprise)."""
    pace = InProcessPace()
    client = Client(domain, TenantClock(), str, lambda: pace)
    with deadline(), translated(DISCOVER):
        response = client.get("/.well-known/openid-configuration")
        found = response.json() if response.is_success else None
    if response.is_success and isinstance(found, dict):
        return found
    if response.is_success:
        raise UnexpectedAnswerError(f"{DISCOVER.name}: no object in the answer")
    raise DISCOVER.answered(response.status_code, response.headers, None)
