"""What follows a changed password, by the way it was changed: a log, the end of sessions, Actions that run later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant import logs
from demo_site.tenant.actions import post_change_password
from demo_site.tenant.pushes.queue import enqueue
from demo_site.tenant.universal_login import sessions

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, Ticket, User
    from demo_site.tenant.state import State

# Both texts are unverified.
CHANGED = "You can now login to the application with the new password."
TITLE = "Change Password"


def happened(  # noqa: PLR0913 - whose password, and how
    state: State, user: User, identity: str, connection: str, *, cause: str, ticket: Ticket | None = None
) -> None:
    plan = state.plan
    if cause in plan.scp_after:
        client = state.clients.get(ticket.client_id or "") if ticket else None
        details = {"title": TITLE, "email": user.email, "body": _body(ticket), "query": _query(user, ticket)}
        logs.write(state, "scp", CHANGED, user=user, client=client, connection=connection, details=details)
    sessions.end_of_identity(state, identity, announce=cause in plan.password_changed_logout_after)
    if cause in plan.post_change_action_after and post_change_password.is_bound(state):
        enqueue(state, post_change_password.PUSH, post_change_password.payload(state, user, connection))


def refused(state: State, user: User, ticket: Ticket, reason: str) -> None:
    """On the hosted page. The ticket in it is still good: a live link in the log."""
    client = state.clients.get(ticket.client_id or "")
    details = {"description": reason, "body": _body(ticket), "query": _query(user, ticket)}
    logs.write(state, "fcp", reason, user=user, client=client, connection=ticket.connection, details=details)


def _body(ticket: Ticket | None) -> Json:
    """The form of the hosted page, passwords masked as in the recordings."""
    if ticket is None:
        return {}
    return {"_csrf": "*****", "confirmNewPassword": "*****", "newPassword": "*****", "ticket": ticket.id}


def _query(user: User, ticket: Ticket | None) -> Json:
    return {
        "client_id": ticket.client_id if ticket else None,
        "connection": ticket.connection if ticket else None,
        "email": user.email,
        "includeEmailInRedirect": False,
        "markEmailAsVerified": ticket.mark_email_as_verified if ticket else False,
        "newPassword": None,
        "resultUrl": None,
        "tenant": "local",
        "user_id": user.user_id,
        "username": user.profile.get("username"),
    }
