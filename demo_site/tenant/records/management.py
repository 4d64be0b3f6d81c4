"""What only the Management API makes: jobs, documents that it stores as they are, links that prove a mailbox."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo_site.tenant.records.notation import Json


@dataclass
class Verification:
    """A link that verifies one identity's address. ``status``: open or used."""

    id: str
    user_id: str
    identity: str
    expires_at: float
    client_id: str | None = None
    status: str = "open"


@dataclass
class Job:
    """``shown`` is the job as the Management API shows it; ``work`` is what is left to do, none once it is done."""

    id: str
    created_at: float
    due_at: float
    shown: Json
    work: Json | None = None
    # Of an import, as GET /jobs/{id}/errors shows them.
    errors: list[Json] = field(default_factory=list)
    # Of an export: the file, and the links to it with the time each ends.
    content: str = ""
    links: dict[str, float] = field(default_factory=dict)


@dataclass
class Document:
    """A form, a flow, a vault connection, an e-mail template: stored as it came, shown without its ``secret`` part."""

    id: str
    body: Json
    created_at: float
    updated_at: float
    secret: Json = field(default_factory=dict)
