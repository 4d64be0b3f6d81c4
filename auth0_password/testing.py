"""For tests, ours and yours: a gateway without a network, and a pytest fixture that puts it in place.

from auth0_password.testing import auth0_gateway  # in conftest.py

def test_bob_is_held_back(auth0_gateway, client, bob):
    auth0_gateway.add("auth0|bob", email="bob@example.com")
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from .conf import conf
from .exceptions import GatewayError, UnexpectedAnswerError, UnknownOutcomeError, UnknownUserError
from .gateway import ChangeEmail, ConnectionOptions, Identity, Ticket, UserProfile, set_gateway


class InMemoryGateway:
    """Answers as the real gateway does, from a dictionary. Its clock is ours, `clock_offset` ahead.

    `failing` is raised by every call; an `UnknownOutcomeError` only by those that change something, once they did.
    """

    def __init__(self) -> None:
        self.users: dict[str, UserProfile] = {}
        self.tickets: list[Ticket] = []
        self.mails: list[str] = []
        self.connections: dict[str, ConnectionOptions] = {}
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

    def create_change_ticket(self, profile: UserProfile, identity: Identity, *, organization: str = "") -> Ticket:
        self._maybe_fail()
        ticket = Ticket(url=f"{conf.DOMAIN.url}/u/reset-verify?ticket={len(self.tickets):032}#")
        self.tickets.append(ticket)
        self._maybe_fail(happened=True)
        return ticket

    def update_app_metadata(self, subject: str, changes: Mapping[str, object]) -> UserProfile:
        profile = self.read_user(subject)
        merged = {**profile.app_metadata, **changes}
        kept = {key: value for key, value in merged.items() if value is not None}
        self.users[subject] = replace(profile, app_metadata=kept)
        self._maybe_fail(happened=True)
        return self.users[subject]

    def send_change_email(self, email: str, *, connection: str, organization: str = "") -> ChangeEmail:
        """Also for an address that nobody has: Auth0 does not tell."""
        self._maybe_fail()
        self.mails.append(email)
        self._maybe_fail(happened=True)
        return ChangeEmail()

    def read_connection(self, name: str) -> ConnectionOptions:
        """One of `connections`, else the site's own, of which nothing is known."""
        self._maybe_fail()
        if name not in self.connections and name != conf.CONNECTION:
            raise UnexpectedAnswerError("GET /api/v2/connections: no database connection of that name in the answer")
        return self.connections.get(name, ConnectionOptions(name=name))

    def _maybe_fail(self, *, happened: bool = False) -> None:
        if self.failing is not None and isinstance(self.failing, UnknownOutcomeError) == happened:
            raise self.failing


@pytest.fixture
def auth0_gateway() -> Iterator[InMemoryGateway]:
    """The gateway of this test: empty, until users are added to it."""
    gateway = InMemoryGateway()
    set_gateway(gateway)
    yield gateway
    set_gateway(None)
