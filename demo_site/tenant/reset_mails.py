"""Messages that lead to a new password: asked for on the hosted page or at /dbconnections/change_password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant import mailbox, tickets
from demo_site.tenant.logs import reset_requests
from demo_site.tenant.opaque import digits
from demo_site.tenant.rate_limits import rate_limits

if TYPE_CHECKING:
    from demo_site.tenant.rate_limits import Count
    from demo_site.tenant.records import Client, Connection, User
    from demo_site.tenant.state import State


def counted(asked_at: str, address: str) -> Count | None:
    """The bucket is one caller's for one address, known or not.

    On this machine servers and people have the same IP address: where they ask keeps them apart instead.
    """
    return rate_limits.take("change_password", f"{asked_at} {address.strip().lower()}")


def send(  # noqa: PLR0913 - what a message is made of
    state: State,
    user: User,
    connection: Connection,
    client: Client | None,
    base_url: str,
    *,
    organization: str | None = None,
) -> None:
    """To the address of the identity whose password it is, also where that identity is a linked one."""
    identity = user.identity_in(connection.name)
    address = user.address_of(identity) if identity else None
    if identity is None or not address:
        return
    terms = tickets.Terms(
        client_id=client.client_id if client else None,
        lifetime_s=mailbox.link_lifetime_s(state, connection.reset_template),
        mark_email_as_verified=state.plan.change_mail_verifies_email,
        code=digits() if connection.resets_by_code else None,
        organization=organization,
    )
    ticket = tickets.mint(state, user, identity, terms)
    link = tickets.url_of(state, ticket, base_url)
    mailbox.send_change_password(state, address.lower(), link, client.name if client else "your account", ticket.code)
    reset_requests.succeeded(state, user, connection, client, link)
