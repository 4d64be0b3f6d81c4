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
    # None: every client.
    enabled_clients: list[str] | None = None

    @property
    def is_database(self) -> bool:
        return self.strategy == "auth0"

    @property
    def resets_by_code(self) -> bool:
        """The e-mail attribute is verified by one-time password, not by link."""
        email: Json = self.options.get("attributes", {}).get("email", {})
        return email.get("verification_method") == "otp"

    def is_enabled_for(self, client_id: str) -> bool:
        return self.enabled_clients is None or client_id in self.enabled_clients


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
    organization_usage: str = "deny"
    organization_require_behavior: str = "no_prompt"


@dataclass
class User:
    """``profile`` is the user as the Management API shows it: keys are absent rather than null."""

    profile: Json
    # Per identity ("auth0|…"), newest first: the first hash is the password, the others its history.
    password_hashes: dict[str, list[str]] = field(default_factory=dict)
    # Of the authenticator app that is enrolled as the second factor, in base 32.
    otp_secret: str | None = None
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

    def identity_named(self, full_id: str) -> Json | None:
        return next((item for item in self.identities if identity_id(item) == full_id), None)

    def address_of(self, identity: Json) -> str | None:
        """A linked identity carries its own address in profileData."""
        address: str | None = identity.get("profileData", {}).get("email", self.email)
        return address


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
    acr_values: list[str] = field(default_factory=list)
    organization: str | None = None
    invitation: str | None = None
    # Whose code is asked for, and the identity that has just signed in; none if an SSO session is stepped up.
    user_id: str | None = None
    identity: str | None = None
    mfa: bool = False
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
    mfa: bool = False


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
    # Further claims: how the user signed in, and to which organization.
    claims: Json = field(default_factory=dict)


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
    organization: str | None = None
    # The browser that has given the one-time code the ticket asks for.
    challenged: str | None = None
    # From a message of the template reset_email_by_code; the page wants it too.
    code: str | None = None
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


@dataclass
class Organization:
    """``members`` are user ids, ``connections`` names; ``invitations``: ticket id -> the invitee's address."""

    id: str
    name: str
    display_name: str
    members: list[str] = field(default_factory=list)
    connections: list[str] = field(default_factory=list)
    invitations: dict[str, str] = field(default_factory=dict)
