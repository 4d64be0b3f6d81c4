"""One-time codes of an authenticator app (RFC 6238), by the tenant's clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pyotp

from demo_site.tenant.clock import clock


def current(secret: str) -> str:
    return pyotp.TOTP(secret).at(int(clock.now()))


def matches(secret: str, code: str) -> bool:
    """One step early or late is close enough; people may type the space that apps show."""
    now = datetime.fromtimestamp(clock.now(), UTC)
    return pyotp.TOTP(secret).verify("".join(code.split()), for_time=now, valid_window=1)
