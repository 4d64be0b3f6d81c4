"""The gateway without a network is checked against the real one at the local tenant: same cases, same answers."""

from __future__ import annotations

import pytest
from django.utils import timezone

from auth0_password.exceptions import NotGenuineError, UnexpectedAnswerError, UnknownOutcomeError, UnknownUserError
from auth0_password.gateway import ConnectionOptions, LogPage, get_gateway, set_gateway
from auth0_password.testing import InMemoryGateway
from tests.support.tenant import demo_seed

DATABASE = "Username-Password-Authentication"
ALICE, BOB, CAROL = (
    "auth0|64f0c0ffee000000000a11ce",
    "auth0|64f0c0ffee00000000000b0b",
    "google-oauth2|108204268033311374519",
)


@pytest.fixture(params=["tenant", "memory"])
def gateway(request):
    if request.param == "tenant":
        tenant = request.getfixturevalue("tenant")
        tenant.seed(seed_with_scopes("update:users_app_metadata", "read:logs"))
        tenant.plan(job_delay_s=0)
        yield get_gateway()
        assert tenant.requests()
        return
    memory = InMemoryGateway()
    memory.add(BOB, email="bob@example.com", email_verified=True, app_metadata={"needsPasswordReset": True})
    memory.add(ALICE, email="alice@example.com", last_password_reset=memory.now())
    memory.add(CAROL, email="carol@example.com")
    memory.connections[DATABASE] = ConnectionOptions(
        name=DATABASE, policy="good", min_length=10, history=3, no_personal_info=True, self_service_change=True
    )
    set_gateway(memory)
    yield memory
    set_gateway(None)


def seed_with_scopes(*scopes):
    """The demonstration's seed, where the site's server may do these as well."""
    seed = demo_seed()
    for client in seed["clients"]:
        if "scopes" in client:
            client["scopes"] = sorted({*client["scopes"], *scopes})
    return seed


def test_a_user_of_the_database(gateway):
    bob = gateway.read_user(BOB)
    identity = bob.database_identity(DATABASE)
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
    assert carol.database_identity(DATABASE) is None
    assert [identity.provider for identity in carol.identities] == ["google-oauth2"]


@pytest.mark.parametrize(
    "verb",
    [
        lambda gateway: gateway.read_user("auth0|nobody"),
        lambda gateway: gateway.update_app_metadata("auth0|nobody", {"needsPasswordReset": True}),
    ],
)
def test_nobody(gateway, verb):
    with pytest.raises(UnknownUserError) as caught:
        verb(gateway)
    assert caught.value.status == 404


def test_a_link(gateway):
    bob = gateway.read_user(BOB)
    ticket = gateway.create_change_ticket(bob, bob.database_identity(DATABASE))
    assert "ticket=" in ticket.url
    assert ticket.url not in repr(ticket)


def test_metadata_is_merged_at_its_first_level(gateway):
    gateway.update_app_metadata(BOB, {"site": {"a": 1, "b": 2}, "passwordResetRequiredAt": "2026-11-20T09:00:00Z"})
    bob = gateway.update_app_metadata(BOB, {"site": {"c": 3}})
    assert bob.subject == BOB
    assert bob.app_metadata == {
        "needsPasswordReset": True,
        "passwordResetRequiredAt": "2026-11-20T09:00:00Z",
        "site": {"c": 3},
    }
    assert gateway.read_user(BOB).app_metadata == bob.app_metadata


def test_none_removes_a_key_of_the_metadata(gateway):
    bob = gateway.update_app_metadata(BOB, {"needsPasswordReset": None, "never there": None})
    assert not bob.needs_password_reset
    assert bob.app_metadata == {}
    assert gateway.read_user(BOB).app_metadata == {}


def test_no_changes_to_the_metadata_change_nothing(gateway):
    """Auth0 takes an empty object for "empty the lot"."""
    assert gateway.update_app_metadata(BOB, {}).needs_password_reset
    assert gateway.read_user(BOB).needs_password_reset


@pytest.mark.parametrize("email", ["bob@example.com", "nobody@example.com"])
def test_a_mail_is_asked_for_and_tells_nothing(gateway, email):
    assert gateway.send_change_email(email, connection=DATABASE).retry_at is None


def test_a_connection(gateway):
    options = gateway.read_connection(DATABASE)
    assert (options.name, options.policy, options.min_length) == (DATABASE, "good", 10)
    assert (options.history, options.no_personal_info, options.dictionary) == (3, True, False)
    assert options.self_service_change


def test_a_connection_that_is_not_there(gateway):
    with pytest.raises(UnexpectedAnswerError):
        gateway.read_connection("nowhere")


@pytest.fixture
def somebody_was_written(gateway, request):
    """One more record in the log, of somebody else's call."""

    def write():
        if isinstance(gateway, InMemoryGateway):
            request_of = {"method": "patch", "path": f"/api/v2/users/{BOB}", "body": {"app_metadata": {}}}
            gateway.write_log("sapi", "", details={"request": request_of})
        else:
            gateway.update_app_metadata(BOB, {"seen": True})

    return write


def test_the_log(gateway, somebody_was_written):
    """By checkpoint, and without one the newest."""
    somebody_was_written()
    newest = gateway.read_logs("", 100)
    assert newest.last
    assert newest.count >= 1
    assert gateway.read_logs(newest.last, 100) == LogPage(records=(), last="", count=0)
    for _ in range(3):
        somebody_was_written()
    [first, second] = (gateway.read_logs(newest.last, 2), gateway.read_logs(newest.last, 100))
    assert (first.count, second.count) == (2, 3)
    assert newest.last < first.last < second.last
    assert gateway.read_logs(first.last, 100) == LogPage(records=(), last=second.last, count=1)


def test_all_users(gateway):
    users = {user.subject: user.last_password_reset for user in gateway.read_export(gateway.start_export())}
    assert {BOB, ALICE, CAROL} <= users.keys()
    assert users[BOB] is None
    assert users[ALICE] == gateway.read_user(ALICE).last_password_reset


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
def test_what_is_no_logout_token(gateway, token):
    gateway.read_user(BOB)
    with pytest.raises(NotGenuineError):
        gateway.verify_logout_token(token)


def test_a_lost_answer_in_memory():
    """What changes something happened all the same; a read is not affected."""
    memory = InMemoryGateway()
    bob = memory.add(BOB, app_metadata={"needsPasswordReset": True})
    memory.failing = UnknownOutcomeError("lost")
    for change in (
        lambda: memory.update_app_metadata(BOB, {"needsPasswordReset": None}),
        lambda: memory.create_change_ticket(bob, bob.identities[0]),
        lambda: memory.send_change_email("bob@example.com", connection=DATABASE),
        memory.start_export,
    ):
        with pytest.raises(UnknownOutcomeError):
            change()
    assert not memory.read_user(BOB).needs_password_reset
    assert (len(memory.tickets), memory.mails) == (1, ["bob@example.com"])
