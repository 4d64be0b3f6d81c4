"""The tenant's whole state, in tables of records, and its way to and from JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from demo_site.tenant.plan import Plan
from demo_site.tenant.records import (
    AccessToken,
    Client,
    Code,
    Connection,
    Json,
    Mail,
    Organization,
    Session,
    Ticket,
    Transaction,
    User,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES: dict[str, Any] = {
    "connections": Connection,
    "clients": Client,
    "users": User,
    "transactions": Transaction,
    "sessions": Session,
    "codes": Code,
    "access_tokens": AccessToken,
    "tickets": Ticket,
    "mails": Mail,
    "organizations": Organization,
}


@dataclass
class State:
    """Tables are keyed by what they are looked up with; sessions by their cookie."""

    connections: dict[str, Connection] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    transactions: dict[str, Transaction] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    mails: dict[str, Mail] = field(default_factory=dict)
    organizations: dict[str, Organization] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    # HOST or HOST:PORT.
    custom_domain: str | None = None
    # The stand-in identity provider's own sessions: cookie -> user_id.
    upstream_sessions: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> State:
        tables = {
            name: {key: record(**row) for key, row in data.get(name, {}).items()} for name, record in TABLES.items()
        }
        return cls(
            **tables,
            plan=Plan(**data.get("plan", {})),
            custom_domain=data.get("custom_domain"),
            upstream_sessions=dict(data["upstream_sessions"]),
        )

    def users_with_email(self, email: str) -> list[User]:
        """Case-sensitive, as /users-by-email is; database addresses are stored in lower case."""
        return [user for user in self.users.values() if user.email == email]

    def database_user(self, connection: str, email: str) -> User | None:
        """A user whose identity in this database connection has the address, in any case."""
        wanted = email.strip().lower()
        found = (user for user in self.users.values() if _address_in(user, connection) == wanted)
        return next(found, None)

    def user_by_username(self, connection: str, username: str) -> User | None:
        return next((user for user in self.users_of(connection) if user.profile.get("username") == username), None)

    def users_of(self, connection: str) -> Iterator[User]:
        return (user for user in self.users.values() if user.identity_in(connection))

    def connection_by_id(self, connection_id: str) -> Connection | None:
        return next((item for item in self.connections.values() if item.id == connection_id), None)


def _address_in(user: User, connection: str) -> str | None:
    identity = user.identity_in(connection)
    address = user.address_of(identity) if identity else None
    return address.lower() if address else None
