"""One attempt to sign in with a password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo_site.tenant.records import Connection


@dataclass(frozen=True)
class Attempt:
    """``ip`` is the end user's as far as it is known; links in mails about it begin with ``base_url``."""

    connection: Connection
    identifier: str
    password: str
    client_id: str
    ip: str
    base_url: str

    @property
    def name(self) -> str:
        return self.identifier.strip().lower()
