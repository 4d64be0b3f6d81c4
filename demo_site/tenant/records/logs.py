"""Tenant logs, and the streams that carry them away."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo_site.tenant.records.notation import Json

ACTIVE, PAUSED, SUSPENDED = "active", "paused", "suspended"


@dataclass
class Log:
    """``record`` is what GET /logs shows of it, from the moment ``indexed_at`` on."""

    record: Json
    indexed_at: float


@dataclass
class LogStream:
    """``given`` has the fields that were sent, by their names in the Management API; the sink among them."""

    id: str
    given: Json
    status: str = ACTIVE
    # Since when every try has failed.
    failing_since: float | None = None

    @property
    def sink(self) -> Json:
        sink: Json = self.given["sink"]
        return sink

    @property
    def categories(self) -> set[str]:
        """Only logs of these categories are delivered; empty means all."""
        return {item["name"] for item in self.given.get("filters") or []}


@dataclass
class Push:
    """Something that the tenant does by itself, a moment later: send a log, a logout token, run an Action."""

    id: str
    kind: str
    payload: Json
    due_at: float
    copies: int = 1
    tries: int = 0


@dataclass
class PushSettings:
    """``drop`` and ``duplicate``: how many of the next pushes, true for all. ``kinds``: of which; empty means all."""

    reorder: bool = False
    duplicate: bool | int = False
    drop: bool | int = False
    delay_s: float = 0.0
    # Nothing leaves by itself.
    hold: bool = False
    timeout_s: float = 5.0
    kinds: list[str] = field(default_factory=list)
