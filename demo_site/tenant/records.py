"""What a tenant remembers: plain records that can be written to the state file as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Connection:
    id: str
    name: str
    strategy: str
    options: Json = field(default_factory=dict)

    @property
    def is_database(self) -> bool:
        return self.strategy == "auth0"


@dataclass
class Client:
    client_id: str
    client_secret: str
    name: str
    callbacks: list[str] = field(default_factory=list)
    allowed_logout_urls: list[str] = field(default_factory=list)
    initiate_login_uri: str | None = None
    grant_types: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)


@dataclass
class User:
    """``profile`` is the user as the Management API shows it: keys are absent rather than null."""

    profile: Json
    # Per identity ("auth0|…"), newest first: the first hash is the password, the others its history.
    password_hashes: dict[str, list[str]] = field(default_factory=dict)
    site: Json = field(default_factory=dict)
    story: str = ""

    @property
    def user_id(self) -> str:
        return str(self.profile["user_id"])

    @property
    def email(self) -> str | None:
        return self.profile.get("email")

    @property
    def identities(self) -> list[Json]:
        return list(self.profile["identities"])

    @property
    def blocked(self) -> bool:
        return bool(self.profile.get("blocked"))

    def identity_in(self, connection: str) -> Json | None:
        return next((item for item in self.identities if item["connection"] == connection), None)


def identity_id(identity: Json) -> str:
    return f"{identity['provider']}|{identity['user_id']}"


@dataclass
class Transaction:
    """One run through Universal Login, known to the browser by its opaque ``state``."""

    id: str
    browser: str
    client_id: str
    redirect_uri: str
    scope: str
    created_at: float
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    prompt: list[str] = field(default_factory=list)
    max_age: int | None = None
    login_hint: str = ""
    connection: str | None = None
    done: bool = False

    @property
    def wants_auth_time(self) -> bool:
        """OpenID Connect Core §2: required with max_age; Auth0 adds prompt=login."""
        return self.max_age is not None or "login" in self.prompt


@dataclass
class Session:
    """A tenant-wide (SSO) session. ``id`` is the ``sid`` claim; the cookie is another secret."""

    id: str
    user_id: str
    identity: str
    connection: str
    auth_time: float
    created_at: float
    last_seen: float


@dataclass
class Code:
    client_id: str
    redirect_uri: str
    user_id: str
    session_id: str
    scope: str
    expires_at: float
    nonce: str | None = None
    code_challenge: str | None = None
    auth_time: int | None = None


@dataclass
class AccessToken:
    """An opaque access token, good for /userinfo."""

    user_id: str
    scope: str
    expires_at: float


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
    status: str = "open"


@dataclass
class Mail:
    id: str
    to: str
    subject: str
    text: str
    html: str
    links: list[str]
    at: str
