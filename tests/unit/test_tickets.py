from dataclasses import replace

import pytest

from auth0_password.exceptions import (
    AccountBlockedError,
    GatewayUnavailableError,
    MailOnlyError,
    NoPasswordHereError,
    ProofMissingError,
)
from auth0_password.gateway import Identity
from auth0_password.models import PasswordState, UsedToken
from auth0_password.services import issue_ticket, require_reset
from auth0_password.services.sessions import Stamp
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db


@pytest.fixture
def proof(bob, auth0_gateway, later) -> Stamp:
    """Bob signed in two minutes ago."""
    now = int(auth0_gateway.now().timestamp())
    stamp = Stamp.of_sign_in({"sub": BOB, "iat": now, "auth_time": now}, None)
    later(minutes=2)
    return stamp


def refused(gateway, error, user, **proof):
    with pytest.raises(error):
        issue_ticket(user, **proof)
    assert gateway.tickets == []
    assert not UsedToken.objects.exists()


def test_a_fresh_sign_in_gets_one_link(bob, proof, auth0_gateway):
    ticket = issue_ticket(bob, proof=proof)
    assert auth0_gateway.tickets == [ticket]
    assert ticket.url not in repr(ticket)
    assert PasswordState.objects.get(user=bob).check_due_at is not None
    with pytest.raises(ProofMissingError):
        issue_ticket(bob, proof=proof)
    assert len(auth0_gateway.tickets) == 1


def test_an_old_one_gets_none(bob, proof, auth0_gateway, later):
    later(minutes=4)
    refused(auth0_gateway, ProofMissingError, bob, proof=proof)


def test_one_that_does_not_say_when(bob, proof, auth0_gateway):
    refused(auth0_gateway, ProofMissingError, bob, proof=replace(proof, auth_age=None))
    refused(auth0_gateway, ProofMissingError, bob, proof=None)


def test_one_of_another_subject(bob, proof, auth0_gateway):
    refused(auth0_gateway, ProofMissingError, bob, proof=replace(proof, sub="auth0|alice"))


def test_one_that_is_older_than_a_change_which_only_the_read_shows(bob, proof, auth0_gateway):
    auth0_gateway.change_password(BOB)
    refused(auth0_gateway, ProofMissingError, bob, proof=proof)


def test_after_a_breach_no_sign_in_is_enough(bob, grace, proof, auth0_gateway):
    require_reset(bob, reason="breach", by=grace)
    require_reset(bob, reason="administrator", by=grace)
    refused(auth0_gateway, MailOnlyError, bob, proof=proof)


def test_with_linked_identities_it_is_not_known_which_was_used(bob, proof, auth0_gateway):
    google = Identity(provider="google-oauth2", connection="google-oauth2", user_id="1")
    profile = auth0_gateway.users[BOB]
    auth0_gateway.users[BOB] = replace(profile, identities=(*profile.identities, google))
    refused(auth0_gateway, MailOnlyError, bob, proof=proof)


def test_a_blocked_account(bob, proof, auth0_gateway):
    auth0_gateway.users[BOB] = replace(auth0_gateway.users[BOB], blocked=True)
    refused(auth0_gateway, AccountBlockedError, bob, proof=proof)


def test_an_account_that_lost_its_password(bob, proof, auth0_gateway):
    auth0_gateway.add(BOB, connection="somewhere-else")
    google = Identity(provider="google-oauth2", connection="google-oauth2", user_id="1")
    auth0_gateway.users[BOB] = replace(auth0_gateway.users[BOB], identities=(google,))
    refused(auth0_gateway, NoPasswordHereError, bob, proof=proof)


def test_auth0_down_leaves_the_proof_unused(bob, proof, auth0_gateway, monkeypatch):
    def down(*_, **__):
        raise GatewayUnavailableError("down")

    with monkeypatch.context() as patch:
        patch.setattr(auth0_gateway, "create_change_ticket", down)
        refused(auth0_gateway, GatewayUnavailableError, bob, proof=proof)
    assert issue_ticket(bob, proof=proof)


def test_a_sign_in_at_another_backend_proves_nothing(bob, auth0_gateway):
    refused(auth0_gateway, ProofMissingError, bob, proof=Stamp.of_other_backend())
