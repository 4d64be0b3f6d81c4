"""Auth0's clock, measured from the `Date` header of the Management API's answers."""

from __future__ import annotations

from datetime import MAXYEAR, datetime, timedelta
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
        theirs = http_date(date_header)
        if theirs is not None:
            self.offset = theirs + SECOND - sent_at


def http_date(value: str | None) -> datetime | None:
    """A moment as headers write it (RFC 9110 §5.6.7). None for anything else, and for the ends of the calendar."""
    try:
        moment = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None and 1 < moment.year < MAXYEAR else None
