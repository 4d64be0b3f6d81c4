"""Auth0's clock, measured from the `Date` header of the Management API's answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

SECOND = timedelta(seconds=1)


class TenantClock:
    """Keeps how far Auth0's clock may be ahead of ours, at most. Unknown counts as in step.

    At most: then a change that is converted is never dated later than it was, and cannot answer what came after it.
    """

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def measure(self, date_header: str | None, sent_at: datetime) -> None:
        """Learn from one answer, asked for at `sent_at` (our clock); an unreadable header changes nothing.

        A Date is cut to its second, and was written some time after we asked.
        """
        try:
            theirs = parsedate_to_datetime(date_header or "")
        except ValueError:
            return
        if theirs.tzinfo is not None:
            self.offset = theirs + SECOND - sent_at
