"""Auth0's clock, measured from the `Date` header of the Management API's answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# A Date header is cut to its second and travels for a while: smaller differences are noise, not a clock.
NOISE = timedelta(seconds=2)


class TenantClock:
    """Keeps how far Auth0's clock is from ours. Unknown counts as in step."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """Auth0's time, aware UTC."""
        return datetime.now(UTC) + self.offset

    def measure(self, date_header: str | None) -> None:
        """Learn from one answer; a header that is missing or unreadable changes nothing."""
        try:
            theirs = parsedate_to_datetime(date_header or "")
        except ValueError:
            return
        if theirs.tzinfo is None:
            return
        # The header names the second that was running: its middle is the best guess.
        difference = theirs + timedelta(milliseconds=500) - datetime.now(UTC)
        self.offset = difference if abs(difference) > NOISE else timedelta(0)
