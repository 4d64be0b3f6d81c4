"""The gateway without a network is checked against the real one at the local tenant: same cases, same answers."""

from __future__ import annotations

import pytest
from django.utils import timezone

from auth0_password.exceptions import UnknownUserError
from auth0_password.gateway import get_gateway, set_gateway
from auth0_password.testing import InMemoryGateway

ALICE, BOB, CAROL = (
    "auth0|64f0c0ffee000000000a11ce",
    "auth0|64f0c0ffee00000000000b0b",
    "google-oauth2|108204268033311374519",
)


@pytest.fixture(params=["tenant", "memory"])
def gateway(request):
    if request.param == "tenant":
        tenant = request.getfixturevalue("tenant")
        yield get_gateway()
        assert tenant.requests()
        return
    memory = InMemoryGateway()
    memory.add(BOB, email="bob@example.com", email_verified=True, app_metadata={"needsPasswordReset": True})
    memory.add(ALICE, email="alice@example.com", last_password_reset=memory.now())
    memory.add(CAROL, email="carol@example.com")
    set_gateway(memory)
    yield memory
    set_gateway(None)


def test_a_user_of_the_database(gateway):
    bob = gateway.read_user(BOB)
    identity = bob.database_identity("Username-Password-Authentication")
    assert (bob.subject, bob.email, bob.email_verified, bob.blocked) == (BOB, "bob@example.com", True, False)
    assert (identity.provider, identity.subject) == ("auth0", BOB)
    assert bob.needs_password_reset
    assert bob.password_reset_required_at is None
    assert bob.last_password_reset is None
    assert bob.database_identity("renamed") == identity


def test_times_are_aware_and_in_utc(gateway):
    alice = gateway.read_user(ALICE)
    assert alice.last_password_reset.utcoffset().total_seconds() == 0
    assert alice.read_at.utcoffset().total_seconds() == 0
    assert abs((timezone.now() - alice.read_at).total_seconds()) < 30
    assert abs(alice.clock_offset.total_seconds()) < 3


def test_a_user_of_somewhere_else(gateway):
    carol = gateway.read_user(CAROL)
    assert carol.database_identity("Username-Password-Authentication") is None
    assert [identity.provider for identity in carol.identities] == ["google-oauth2"]


def test_nobody(gateway):
    with pytest.raises(UnknownUserError) as caught:
        gateway.read_user("auth0|nobody")
    assert caught.value.status == 404


def test_a_link(gateway):
    bob = gateway.read_user(BOB)
    ticket = gateway.create_change_ticket(bob, bob.database_identity("Username-Password-Authentication"))
    assert "ticket=" in ticket.url
    assert ticket.url not in repr(ticket)
