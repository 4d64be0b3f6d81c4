"""What a run through Universal Login leaves in the logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.clock import clock
from demo_site.tenant.logs.writing import write

if TYPE_CHECKING:
    from demo_site.tenant.oidc.errors import OAuthError
    from demo_site.tenant.records import Json, Session, Transaction, User
    from demo_site.tenant.state import State

WRONG = "Wrong email or password."


def succeeded(state: State, transaction: Transaction, session: Session) -> None:
    """``ssa`` only where prompt=none forbade to ask; any other sign-in, also by an SSO session, is an ``s``."""
    user, client = state.users[session.user_id], state.clients.get(transaction.client_id)
    if "none" in transaction.prompt:
        details = {"session_id": session.id, "prompts": [], **_times(transaction)}
        write(state, "ssa", user=user, client=client, details=details, session_connection=session.connection)
        return
    details = {
        "prompts": _prompts(transaction, session, user),
        **_times(transaction),
        "session_id": session.id,
        "stats": {"loginsCount": user.profile.get("logins_count", 0)},
        "actions": {"executions": list(transaction.executions)},
    }
    write(state, "s", user=user, client=client, connection=session.connection, details=details)


def failed(state: State, transaction: Transaction, error: OAuthError) -> None:
    """The error that goes to the application's callback."""
    client, user = state.clients.get(transaction.client_id), state.users.get(transaction.user_id or "")
    if "none" in transaction.prompt:
        write(state, "fsa", error.description, user=user, client=client, audience="", scope=transaction.scope.split())
        return
    details: Json = {
        "error": {"message": error.description, "oauthError": error.error, "type": "oauth-authorization"},
        "actions": {"executions": list(transaction.executions)},
    }
    connection = _connection_of(transaction, user)
    write(state, "f", error.description, user=user, client=client, connection=connection, details=details)


def wrong(state: State, connection: str | None, client_id: str, name: str, user: User | None) -> None:
    """A password that is not the user's, or a name that is nobody's: told apart only here."""
    client, details = state.clients.get(client_id), {"error": {"message": WRONG}}
    if user is None:
        write(state, "fu", WRONG, client=client, connection=connection, details=details, user_name=name)
    else:
        write(state, "fp", WRONG, user=user, client=client, connection=connection, details=details)


def _connection_of(transaction: Transaction, user: User | None) -> str | None:
    identity = user.identity_named(transaction.identity or "") if user else None
    return str(identity["connection"]) if identity else transaction.connection


def _prompts(transaction: Transaction, session: Session, user: User) -> list[Json]:
    """The pages of this run; none where an SSO session answered (Auth0: prompt details in tenant logs)."""
    if transaction.identity is None:
        return []
    database = session.identity.startswith("auth0|")
    pages: list[Json] = [
        {
            "name": "prompt-authenticate" if database else "federated-authenticate",
            "connection": session.connection,
            "strategy": session.identity.partition("|")[0],
            "identity": session.identity.partition("|")[2],
            "stats": {"loginsCount": user.profile.get("logins_count", 0)},
            **_times(transaction),
        },
        {"name": "login", "flow": "universal-login", "user_id": user.user_id, **_times(transaction)},
    ]
    if transaction.mfa:
        pages.append({"name": "mfa", "flow": "universal-mfa", "performed_amr": ["mfa"], **_times(transaction)})
    return pages


def _times(transaction: Transaction) -> Json:
    """Milliseconds."""
    begun, done = int(transaction.created_at * 1000), int(clock.now() * 1000)
    return {"initiatedAt": begun, "completedAt": done, "elapsedTime": done - begun}
