"""Runs through Universal Login, and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo_site.tenant.records.notation import Json


@dataclass
class Transaction:
    """One run through Universal Login, known to the browser by its opaque ``state``."""

    id: str
    browser: str
    client_id: str
    redirect_uri: str
    scope: str
    created_at: float
    audience: str | None = None
    # Of the host that it runs at.
    issuer: str = ""
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
    # All parameters of /authorize, for Actions; the executions that they came to.
    query: Json = field(default_factory=dict)
    executions: list[str] = field(default_factory=list)

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
    # How the user proved who it is, as Actions see it: name and timestamp.
    methods: list[Json] = field(default_factory=list)
    # When by a second factor.
    mfa_at: float | None = None
    # Applications that got a code in it; the browser that began it, and the one seen last.
    clients: list[str] = field(default_factory=list)
    device: Json = field(default_factory=dict)
    # Ended by the Management API, from then on.
    ends_at: float | None = None
    # By the host that it began at; logout tokens name it.
    issuer: str = ""
