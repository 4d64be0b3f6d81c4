"""For tests, ours and yours: a gateway without a network, and pytest fixtures around it.

In your `conftest.py`: `from auth0_password.testing import auth0_gateway, change_password_of, flag_user`. Then:

    def test_bob_is_held_back(client, bob, flag_user, change_password_of):
        flag_user(bob, reason="breach")
        client.force_login(bob)
        assert client.get("/books/").status_code == 303
        change_password_of(bob)  # this ends the session, as it does at a running site
        client.force_login(bob)
        assert client.get("/books/").status_code == 200
"""

from .fixtures import ChangePassword, FlagUser, auth0_gateway, change_password_of, flag_user
from .gateway import Call, InMemoryGateway

__all__ = [
    "Call",
    "ChangePassword",
    "FlagUser",
    "InMemoryGateway",
    "auth0_gateway",
    "change_password_of",
    "flag_user",
]
