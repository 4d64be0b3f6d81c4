"""Who asked for a message that leads to a new password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.logs.writing import write

if TYPE_CHECKING:
    from demo_site.tenant.records import Client, Connection, Json, User
    from demo_site.tenant.state import State

# As documented; only here is it told that nobody has the address.
UNKNOWN = "User does not exist."


def succeeded(state: State, user: User, connection: Connection, client: Client | None, link: str) -> None:
    """``resetUrl`` is the link of the mail: whoever reads the logs could use it."""
    body = _body(user.email or "", connection, client) | {"markEmailAsVerified": state.plan.change_mail_verifies_email}
    details = {"body": body | {"includeEmailInRedirect": False, "resultUrl": ""}, "resetUrl": link}
    write(state, "scpr", user=user, client=client, connection=connection.name, details=details)


def failed(state: State, address: str, connection: Connection, client: Client | None) -> None:
    details = {"body": _body(address, connection, client)}
    write(state, "fcpr", UNKNOWN, client=client, connection=connection.name, details=details, user_name=address)


def _body(address: str, connection: Connection, client: Client | None) -> Json:
    return {
        "client_id": client.client_id if client else None,
        "connection": connection.name,
        "email": address,
        "debug": False,
        "verify": True,
        "requiredCaptcha": False,
        "tenant": "local",
    }
