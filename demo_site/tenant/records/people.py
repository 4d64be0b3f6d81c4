"""Users with their identities, and the organizations that they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo_site.tenant.records.notation import Json


@dataclass
class User:
    """``profile`` is the user as the Management API shows it: keys are absent rather than null."""

    profile: Json
    # Per identity ("auth0|…"), newest first: the first hash is the password, the others its history.
    password_hashes: dict[str, list[str]] = field(default_factory=dict)
    # Of the authenticator app that is enrolled as the second factor, in base 32.
    otp_secret: str | None = None
    # In place of the second factor, once.
    recovery_code: str | None = None
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
class Organization:
    """``members`` are user ids, ``connections`` names; ``invitations``: ticket id -> the invitee's address."""

    id: str
    name: str
    display_name: str
    members: list[str] = field(default_factory=list)
    connections: list[str] = field(default_factory=list)
    invitations: dict[str, str] = field(default_factory=dict)
    # What else the Management API was told: of itself, of its connections by name, of its invitations by ticket id.
    settings: Json = field(default_factory=dict)
    connection_settings: dict[str, Json] = field(default_factory=dict)
    invitation_details: dict[str, Json] = field(default_factory=dict)
