"""Mails, and the links that they or the Management API hand out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Ticket:
    """A link that changes one identity's password. ``status``: open, used or voided."""

    id: str
    user_id: str
    identity: str
    connection: str
    expires_at: float
    client_id: str | None = None
    mark_email_as_verified: bool = False
    organization: str | None = None
    # The browser that has given the one-time code the ticket asks for.
    challenged: str | None = None
    # From a message of the template reset_email_by_code; the page wants it too.
    code: str | None = None
    status: str = "open"
    # The browser that has passed the Actions before the new password, and where they send it afterwards.
    passed_by: str | None = None
    result_url: str = ""


@dataclass
class Mail:
    id: str
    to: str
    subject: str
    text: str
    html: str
    links: list[str]
    at: str
