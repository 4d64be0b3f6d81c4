"""Which logs can be found by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.clock import clock

if TYPE_CHECKING:
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State


def indexed(state: State) -> list[Json]:
    """Those that are indexed and still kept, in the order of their ids."""
    now = clock.now()
    oldest = now - state.plan.log_retention_s
    return [log.record for _, log in sorted(state.logs.items()) if oldest < log.indexed_at <= now]
