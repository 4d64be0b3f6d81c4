"""What attack protection remembers: failed sign-ins, by whom and from where."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo_site.tenant.records.notation import Json


@dataclass
class LoginFailures:
    """In a row, for one identifier of one connection; ``ip`` is none where all addresses count together."""

    connection: str
    identifier: str
    ip: str | None
    count: int
    last_at: float


@dataclass
class Unblocking:
    """A link in a mail that lifts the blocks of one identifier."""

    connection: str
    identifier: str


@dataclass
class AttackProtection:
    """The three settings as far as they were changed, and what is counted beside the failures in a row."""

    brute_force_protection: Json = field(default_factory=dict)
    breached_password_detection: Json = field(default_factory=dict)
    suspicious_ip_throttling: Json = field(default_factory=dict)
    # Per address: failed sign-ins not made good yet, and when that was.
    spent: dict[str, list[float]] = field(default_factory=dict)
    # Mails about attacks: kind and address or user -> when the last one was sent.
    mailed: dict[str, float] = field(default_factory=dict)
