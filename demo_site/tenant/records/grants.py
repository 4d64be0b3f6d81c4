"""What applications were granted on behalf of users, and the secrets that stand for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo_site.tenant.records.notation import Json


@dataclass(kw_only=True)
class Granted:
    """What all of a user's tokens are made from."""

    client_id: str
    user_id: str
    scope: str
    # The connection that the user signed in with.
    connection: str = ""
    # The SSO session that it belongs to; the password grant begins none.
    session_id: str | None = None
    audience: str | None = None
    nonce: str | None = None
    auth_time: int | None = None
    organization: str | None = None
    # Further claims of the ID token (how the user signed in, to which organization) and of an API's access token.
    claims: Json = field(default_factory=dict)
    access_claims: Json = field(default_factory=dict)
    # How the user proved who it is, as Actions see it, and when by a second factor.
    methods: list[Json] = field(default_factory=list)
    mfa_at: float | None = None


@dataclass(kw_only=True)
class Code(Granted):
    redirect_uri: str
    expires_at: float
    code_challenge: str | None = None


@dataclass(kw_only=True)
class MfaToken(Granted):
    """The right password, waiting for the second factor."""

    expires_at: float
    # Factors given so far; an Action may want several.
    passed: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class RefreshToken(Granted):
    """One token of a family; ``id`` is the family's, which the Management API knows."""

    id: str
    created_at: float
    rotating: bool
    expires_at: float | None
    idle_expires_at: float | None
    # Its place in the family.
    number: int = 0
    last_exchanged_at: float | None = None
    device: Json = field(default_factory=dict)
    # When a newer one took its place.
    replaced_at: float | None = None
    # Ended by the Management API, from then on.
    ends_at: float | None = None


@dataclass
class AccessToken:
    """An opaque access token, good for /userinfo."""

    user_id: str
    scope: str
    expires_at: float


@dataclass
class ResourceServer:
    """An API that access tokens are for. ``user_policy``: which applications may ask for one on behalf of users."""

    identifier: str
    name: str
    scopes: list[str] = field(default_factory=list)
    allow_offline_access: bool = False
    user_policy: str = "allow_all"


@dataclass
class Enrolment:
    """A new password under way in the My Account API, known to its user by an ``auth_session``."""

    user_id: str
    identity: str
    connection: str
    expires_at: float
