"""Auth0's clock, measured from the `Date` header of the Management API's answers."""

from __future__ import annotations

import logging
from datetime import MAXYEAR, datetime, timedelta
from email.utils import parsedate_to_datetime

SECOND = timedelta(seconds=1)

LARGEST = timedelta(minutes=10)
"""More than this is a wrong clock or header. Believed, it could make an old change look like the answer to a new
demand; sign-ins are refused long before."""

logger = logging.getLogger("auth0_password")


class TenantClock:
    """Keeps how far Auth0's clock may be ahead of ours, at most. Unknown counts as in step.

    At most: then a change that is converted is never dated later than it was, and cannot answer what came after it.
    """

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def measure(self, date_header: str | None, sent_at: datetime) -> None:
        """Learn from one answer, asked for at `sent_at` (our clock); a header that makes no sense changes nothing.

        A Date is cut to its second, and was written some time after we asked.
        """
        theirs = http_date(date_header)
        if theirs is None:
            return
        offset = theirs + SECOND - sent_at
        if abs(offset) <= LARGEST:
            self.offset = offset
        else:
            logger.warning("a clock is wrong: Auth0's Date header is %d s ahead of ours", offset.total_seconds())


def http_date(value: str | None) -> datetime | None:
    """A moment as headers write it (RFC 9110 §5.6.7). None for anything else, and for the ends of the calendar."""
    try:
        moment = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None and 1 < moment.year < MAXYEAR else None
