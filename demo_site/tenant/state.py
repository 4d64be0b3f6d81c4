"""The tenant's whole state, in tables of records, and its way to and from JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, is_dataclass
from typing import TYPE_CHECKING, Any

from demo_site.tenant.plan import Plan
from demo_site.tenant.records import (
    AccessToken,
    Action,
    ActionVersion,
    AttackProtection,
    Binding,
    Client,
    Code,
    Connection,
    Document,
    Enrolment,
    Execution,
    Job,
    Json,
    Log,
    LoginFailures,
    LogStream,
    Mail,
    MfaToken,
    Organization,
    Push,
    PushSettings,
    RefreshToken,
    ResourceServer,
    Run,
    Session,
    Ticket,
    Transaction,
    Unblocking,
    User,
    Verification,
)
from demo_site.tenant.user_table import Users

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
    "mfa_tokens": MfaToken,
    "refresh_tokens": RefreshToken,
    "resource_servers": ResourceServer,
    "login_failures": LoginFailures,
    "unblockings": Unblocking,
    "enrolments": Enrolment,
    "tickets": Ticket,
    "mails": Mail,
    "organizations": Organization,
    "verifications": Verification,
    "jobs": Job,
    "email_templates": Document,
    "forms": Document,
    "flows": Document,
    "vault_connections": Document,
    "logs": Log,
    "log_streams": LogStream,
    "event_streams": Document,
    "pushes": Push,
    "actions": Action,
    "action_versions": ActionVersion,
    "bindings": Binding,
    "executions": Execution,
    "runs": Run,
}


@dataclass
class State:
    """Tables are keyed by what they are looked up with; sessions by their cookie."""

    connections: dict[str, Connection] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    users: Users = field(default_factory=Users)
    transactions: dict[str, Transaction] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)
    mfa_tokens: dict[str, MfaToken] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    resource_servers: dict[str, ResourceServer] = field(default_factory=dict)
    login_failures: dict[str, LoginFailures] = field(default_factory=dict)
    unblockings: dict[str, Unblocking] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    mails: dict[str, Mail] = field(default_factory=dict)
    organizations: dict[str, Organization] = field(default_factory=dict)
    verifications: dict[str, Verification] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    email_templates: dict[str, Document] = field(default_factory=dict)
    forms: dict[str, Document] = field(default_factory=dict)
    flows: dict[str, Document] = field(default_factory=dict)
    vault_connections: dict[str, Document] = field(default_factory=dict)
    # As the Management API shows them: the tenant's settings, and its mail provider if it has one of its own.
    tenant_settings: Json = field(default_factory=dict)
    email_provider: Json | None = None
    logs: dict[str, Log] = field(default_factory=dict)
    log_streams: dict[str, LogStream] = field(default_factory=dict)
    event_streams: dict[str, Document] = field(default_factory=dict)
    pushes: dict[str, Push] = field(default_factory=dict)
    actions: dict[str, Action] = field(default_factory=dict)
    action_versions: dict[str, ActionVersion] = field(default_factory=dict)
    bindings: dict[str, Binding] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    # Trigger -> key -> value and expires_at in milliseconds.
    action_caches: dict[str, Json] = field(default_factory=dict)
    push_settings: PushSettings = field(default_factory=PushSettings)
    # How many logs were ever written.
    log_count: int = 0
    attack_protection: AttackProtection = field(default_factory=AttackProtection)
    plan: Plan = field(default_factory=Plan)
    # HOST or HOST:PORT.
    custom_domain: str | None = None
    # The stand-in identity provider's own sessions: cookie -> user_id.
    upstream_sessions: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> Json:
        """Nothing is copied: for writing down at once."""
        tables = {name: {key: vars(row) for key, row in getattr(self, name).items()} for name in TABLES}
        return {name: _plain(value) for name, value in vars(self).items()} | tables

    def settle(self, now: float) -> None:
        """The end of a change; the search index lags behind it."""
        self.users.settle(now, now - self.plan.search_index_delay_s)

    @classmethod
    def from_json(cls, data: Json) -> State:
        tables: Json = {
            name: {key: record(**row) for key, row in data.get(name, {}).items()} for name, record in TABLES.items()
        }
        tables["users"] = Users(tables["users"])
        return cls(
            **tables,
            push_settings=PushSettings(**data.get("push_settings", {})),
            log_count=data.get("log_count", 0),
            attack_protection=AttackProtection(**data.get("attack_protection", {})),
            plan=Plan(**data.get("plan", {})),
            custom_domain=data.get("custom_domain"),
            tenant_settings=data.get("tenant_settings", {}),
            email_provider=data.get("email_provider"),
            action_caches=data.get("action_caches", {}),
            upstream_sessions=dict(data["upstream_sessions"]),
        )

    def users_with_email(self, email: str) -> list[User]:
        """Case-sensitive, as /users-by-email is; database addresses are stored in lower case."""
        return self.users.known_as("email", email)

    def database_user(self, connection: str, email: str) -> User | None:
        """A user whose identity in this database connection has the address, in any case."""
        return next(iter(self.users.known_as("address", connection, email.strip().lower())), None)

    def user_by_username(self, connection: str, username: str) -> User | None:
        return next(iter(self.users.known_as("username", connection, username)), None)

    def users_of(self, connection: str) -> Iterator[User]:
        return (user for user in self.users.values() if user.identity_in(connection))

    def connection_by_id(self, connection_id: str) -> Connection | None:
        return next((item for item in self.connections.values() if item.id == connection_id), None)


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
