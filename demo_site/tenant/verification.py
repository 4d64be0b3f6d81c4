"""Proving that a mailbox belongs to a user: a link by mail or from the Management API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant import mailbox
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Json, User, Verification, identity_id

if TYPE_CHECKING:
    from demo_site.tenant.state import State

DEFAULT_LIFETIME_S = 432_000  # five days
TEMPLATE = "verify_email"


def mint(state: State, user: User, identity: Json, *, client_id: str | None, lifetime_s: int = 0) -> Verification:
    lifetime = lifetime_s or DEFAULT_LIFETIME_S
    found = Verification(opaque(), user.user_id, identity_id(identity), clock.now() + lifetime, client_id)
    state.verifications[found.id] = found
    return found


def url_of(verification: Verification, base_url: str) -> str:
    """Recorded: go-auth0's TestTicketManager_VerifyEmail."""
    return f"{base_url}/u/email-verification?ticket={verification.id}#"


def send(state: State, user: User, identity: Json, base_url: str, *, client_id: str | None) -> bool:
    """To the address of this identity, if it has one; a template that is switched off sends nothing."""
    address, customised = user.address_of(identity), state.email_templates.get(TEMPLATE)
    if not address or (customised and customised.body.get("enabled") is False):
        return False
    lifetime = mailbox.link_lifetime_s(state, TEMPLATE)
    found = mint(state, user, identity, client_id=client_id, lifetime_s=lifetime)
    client = state.clients.get(client_id or "")
    application = client.name if client else "your account"
    mailbox.deliver(
        state, address, TEMPLATE, "Verify your email", link=url_of(found, base_url), application=application
    )
    return True


def use(state: State, verification: Verification) -> str | None:
    """The address that is verified now; none if the link is not good any more."""
    user = state.users.get(verification.user_id)
    identity = user.identity_named(verification.identity) if user else None
    if user is None or identity is None or clock.now() >= verification.expires_at or verification.status != "open":
        return None
    verification.status = "used"
    identity.get("profileData", user.profile)["email_verified"] = True
    user.profile["updated_at"] = iso(clock.now())
    return user.address_of(identity)
