"""For tests, ours and yours: a gateway without a network, and a pytest fixture that puts it in place.

from auth0_password.testing import auth0_gateway  # in conftest.py

def test_bob_is_held_back(auth0_gateway, client, bob):
    auth0_gateway.add("auth0|bob", email="bob@example.com")
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from .conf import conf
from .exceptions import GatewayError, UnknownUserError
from .gateway import Identity, Ticket, UserProfile, set_gateway


class InMemoryGateway:
    """Answers as the real gateway does, from a dictionary. Its clock is ours, `clock_offset` ahead."""

    def __init__(self) -> None:
        self.users: dict[str, UserProfile] = {}
        self.tickets: list[Ticket] = []
        self.failing: GatewayError | None = None
        self.clock_offset = timedelta(0)

    def add(self, subject: str, *, connection: str = "", **fields: Any) -> UserProfile:
        """Make a user at the tenant, of the site's database connection unless another is named."""
        provider, user_id = subject.split("|", 1)
        home = connection or (conf.CONNECTION if provider == "auth0" else provider)
        identity = Identity(provider=provider, connection=home, user_id=user_id)
        self.users[subject] = UserProfile(
            **{"subject": subject, "read_at": timezone.now(), "identities": (identity,), **fields}
        )
        return self.users[subject]

    def change_password(self, subject: str) -> datetime:
        """Somebody chose a new password at the tenant, now."""
        self.users[subject] = replace(self.users[subject], last_password_reset=self.now())
        return self.now()

    def now(self) -> datetime:
        return timezone.now() + self.clock_offset

    def read_user(self, subject: str) -> UserProfile:
        self._maybe_fail()
        if subject not in self.users:
            raise UnknownUserError("GET /api/v2/users/{id}: Auth0 answered with status 404", status=404)
        return replace(self.users[subject], read_at=timezone.now(), clock_offset=self.clock_offset)

    def create_change_ticket(self, profile: UserProfile, identity: Identity) -> Ticket:
        self._maybe_fail()
        ticket = Ticket(url=f"{conf.DOMAIN.url}/u/reset-verify?ticket={len(self.tickets):032}#")
        self.tickets.append(ticket)
        return ticket

    def _maybe_fail(self) -> None:
        if self.failing is not None:
            raise self.failing


@pytest.fixture
def auth0_gateway() -> Iterator[InMemoryGateway]:
    """The gateway of this test: empty, until users are added to it."""
    gateway = InMemoryGateway()
    set_gateway(gateway)
    yield gateway
    set_gateway(None)
