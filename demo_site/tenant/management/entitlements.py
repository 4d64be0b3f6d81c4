"""What only some plans may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.management.errors import ApiError

if TYPE_CHECKING:
    from demo_site.tenant.state import State


def require_enterprise(state: State, feature: str = "session management") -> None:
    """The words are recorded for bot detection (terraform-provider-auth0)."""
    if not state.plan.is_enterprise:
        raise ApiError(403, f"Please upgrade your subscription to use {feature}", "insufficient_entitlement")
