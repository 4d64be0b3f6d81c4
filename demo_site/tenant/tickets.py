"""Password change tickets: minted by the Management API or a mail, used once on the hosted page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo_site.tenant import password_changes, passwords, policy
from demo_site.tenant.attack_protection import breached_passwords, brute_force
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.opaque import opaque
from demo_site.tenant.plan import HOSTED
from demo_site.tenant.records import Json, Ticket, User, identity_id
from demo_site.tenant.universal_login import transactions

if TYPE_CHECKING:
    from demo_site.tenant.policy import Refusal
    from demo_site.tenant.state import State

DEFAULT_LIFETIME_S = 432_000  # five days


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What whoever asks for a ticket says of it."""

    client_id: str | None
    mark_email_as_verified: bool
    lifetime_s: int = 0
    code: str | None = None
    organization: str | None = None


def mint(state: State, user: User, identity: Json, terms: Terms) -> Ticket:
    """A newer ticket or mail voids every older link of the user (community.auth0.com/t/150437)."""
    void_links(state, user)
    ticket = Ticket(
        id=opaque(),
        user_id=user.user_id,
        identity=identity_id(identity),
        connection=identity["connection"],
        expires_at=clock.now() + (terms.lifetime_s or DEFAULT_LIFETIME_S),
        client_id=terms.client_id,
        mark_email_as_verified=terms.mark_email_as_verified,
        code=terms.code,
        organization=terms.organization,
    )
    state.tickets[ticket.id] = ticket
    return ticket


def void_links(state: State, user: User) -> None:
    for ticket in state.tickets.values():
        if ticket.user_id == user.user_id and ticket.status == "open":
            ticket.status = "voided"


def path_of(state: State, ticket: Ticket) -> str:
    return f"{state.plan.ticket_path}?ticket={ticket.id}"


def url_of(state: State, ticket: Ticket, base_url: str) -> str:
    """The trailing # is Auth0's: template parameters would go after it."""
    return f"{base_url}{path_of(state, ticket)}#"


def is_expired(ticket: Ticket) -> bool:
    return clock.now() >= ticket.expires_at


def use(state: State, ticket: Ticket, password: str) -> Refusal | None:
    """Change the password the ticket is for; a refused one leaves the ticket as it was."""
    user = state.users[ticket.user_id]
    refused = breached_passwords.refusal_at_change(state, password) or set_password(
        state, user, ticket.identity, ticket.connection, password, ticket=ticket
    )
    if refused:
        password_changes.refused(state, user, ticket, refused.message)
        return refused
    ticket.status = "used"
    if ticket.mark_email_as_verified:
        _verify_address(user, ticket.identity)
    return None


def _verify_address(user: User, identity: str) -> None:
    """A linked identity has an address of its own."""
    parts = [item.get("profileData", user.profile) for item in user.identities if identity_id(item) == identity]
    for part in parts:
        if part.get("email"):
            part["email_verified"] = True


def set_password(  # noqa: PLR0913 - whose password, and how
    state: State,
    user: User,
    identity: str,
    connection: str,
    password: str,
    *,
    cause: str = HOSTED,
    ticket: Ticket | None = None,
) -> Refusal | None:
    """Check the policy, then change: hash, last_password_reset, and what follows a change."""
    options = state.connections[connection].options
    earlier = user.password_hashes.get(identity, [])
    refused = policy.refusal(options, password, user.profile, earlier)
    if refused:
        return refused
    user.password_hashes[identity] = [passwords.hashed(password), *earlier][: max(1, policy.history_size(options))]
    _date(user, options)
    brute_force.forgive(state, user, connection)
    if cause in state.plan.login_in_progress_fails_after:
        transactions.end_of_user(state, user.user_id)
    password_changes.happened(state, user, identity, connection, cause=cause, ticket=ticket)
    return None


def _date(user: User, options: Json) -> None:
    now = iso(clock.now())
    user.profile["updated_at"] = now
    # The tenant does not see when a database of one's own keeps the password.
    if not options.get("enabledDatabaseCustomization") or options.get("import_mode"):
        user.profile["last_password_reset"] = now
