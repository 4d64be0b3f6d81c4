"""Suspicious IP throttling: failed sign-ins, and sign-ups, from one address, whoever they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant import logs
from demo_site.tenant.attack_protection import settings
from demo_site.tenant.clock import clock
from demo_site.tenant.oidc.errors import OAuthError

if TYPE_CHECKING:
    from demo_site.tenant.state import State

LOGIN, SIGNUP = "pre-login", "pre-user-registration"
MS = 1_000
SUSPICIOUS = (
    "We have detected suspicious login behavior and further attempts will be blocked."
    " Please contact the administrator."
)


def check(state: State, ip: str, stage: str) -> None:
    wanted = settings.of(state, settings.SUSPICIOUS_IP)
    limit = wanted["stage"][stage]
    if not settings.blocks(wanted) or settings.is_allowed(wanted, ip):
        return
    if _spent(state, ip, stage, limit["rate"]) + 1 > limit["max_attempts"]:
        logs.write(state, "limit_mu", SUSPICIOUS, details={"stage": stage})
        raise OAuthError("too_many_attempts", SUSPICIOUS, 429)


def count(state: State, ip: str, stage: str) -> None:
    """A failed sign-in, or any sign-up; what is granted over time makes it good."""
    rate = settings.of(state, settings.SUSPICIOUS_IP)["stage"][stage]["rate"]
    state.attack_protection.spent[f"{stage} {ip}"] = [_spent(state, ip, stage, rate) + 1, clock.now()]


def _spent(state: State, ip: str, stage: str, rate_ms: float) -> float:
    spent, at = state.attack_protection.spent.get(f"{stage} {ip}", (0.0, clock.now()))
    return max(0.0, spent - max(0.0, clock.now() - at) * MS / rate_ms)
