"""Log ids as recorded (go-auth0's TestLogManager): 56 digits that grow with the moment of indexing."""

from __future__ import annotations

from datetime import UTC, datetime


def log_id(indexed_at: float, number: int) -> str:
    """``number`` keeps those of one microsecond apart."""
    moment = datetime.fromtimestamp(indexed_at, UTC)
    return f"900{moment:%Y%m%d%H%M%S%f}{1:015d}{223_372_036_854_775_807 + number:018d}"
