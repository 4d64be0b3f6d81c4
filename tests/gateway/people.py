"""Bob, as the gateway shows him, and what is done for him."""

from datetime import UTC, datetime

from auth0_password.gateway import Identity, UserProfile
from tests.gateway.wire import MAIL_PATH

BOB = "auth0|bob"
IDENTITY = Identity(provider="auth0", connection="Username-Password-Authentication", user_id="bob")
PROFILE = UserProfile(subject=BOB, read_at=datetime(2026, 11, 20, 9, tzinfo=UTC), identities=(IDENTITY,))
USER = {
    "user_id": BOB,
    "email": "bob@example.com",
    "identities": [{"provider": "auth0", "connection": "Username-Password-Authentication", "user_id": "bob"}],
}


VERBS = {
    "read_user": ("GET /api/v2/users/", lambda gateway: gateway.read_user(BOB)),
    "read_connection": (
        "GET /api/v2/connections",
        lambda gateway: gateway.read_connection("Username-Password-Authentication"),
    ),
    "update_app_metadata": (
        "PATCH /api/v2/users/",
        lambda gateway: gateway.update_app_metadata(BOB, {"needsPasswordReset": False}),
    ),
    "create_change_ticket": (
        "POST /api/v2/tickets/",
        lambda gateway: gateway.create_change_ticket(PROFILE, IDENTITY),
    ),
    "send_change_email": (
        f"POST {MAIL_PATH}",
        lambda gateway: gateway.send_change_email("bob@example.com", connection="Username-Password-Authentication"),
    ),
}
"""Every verb: where it calls, and how it is called."""
