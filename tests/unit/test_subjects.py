from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from social_django.models import UserSocialAuth

from auth0_password.exceptions import GatewayUnavailableError, NoPasswordHereError, UnknownUserError
from auth0_password.gateway import Identity, set_gateway
from auth0_password.models import PasswordState, ResetRequirement
from auth0_password.services import hint, look, require_reset, subjects
from auth0_password.services.changes import record_read
from auth0_password.services.records import transact
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db
FLAGGED = {"needsPasswordReset": True}


@pytest.fixture
def newcomer(django_user_model, clock):
    return django_user_model.objects.create_user("new")


def bind(user, gateway, subject, **fields):
    gateway.add(subject, **fields)
    return subjects.bind(user, gateway.read_user(subject))


def test_the_tenants_flag_is_taken_over_at_the_first_sign_in(newcomer, auth0_gateway):
    state = bind(newcomer, auth0_gateway, "auth0|new", app_metadata=FLAGGED)
    assert state.needs_reset
    assert ResetRequirement.objects.get().reason == "first_login"
    assert state.required_at == auth0_gateway.now()


def test_with_the_time_that_the_tenant_names(newcomer, auth0_gateway):
    when = auth0_gateway.now().replace(day=1)
    metadata = {**FLAGGED, "passwordResetRequiredAt": when.isoformat()}
    assert bind(newcomer, auth0_gateway, "auth0|new", app_metadata=metadata).required_at == when


def test_unless_the_password_was_changed_since(newcomer, auth0_gateway):
    now = auth0_gateway.now()
    metadata = {**FLAGGED, "passwordResetRequiredAt": now.replace(day=1).isoformat()}
    state = bind(newcomer, auth0_gateway, "auth0|new", app_metadata=metadata, last_password_reset=now)
    assert not state.needs_reset
    assert state.changed_at == now


@pytest.mark.parametrize("value", ["yes", 1, "true", None, []])
def test_only_true_is_true(newcomer, auth0_gateway, value):
    state = bind(newcomer, auth0_gateway, "auth0|new", app_metadata={"needsPasswordReset": value})
    assert not state.needs_reset


def test_only_the_first_sign_in_raises(newcomer, auth0_gateway, later):
    bind(newcomer, auth0_gateway, "auth0|new", app_metadata=FLAGGED)
    later(minutes=1)
    auth0_gateway.change_password("auth0|new")
    look(newcomer)
    subjects.bind(newcomer, auth0_gateway.read_user("auth0|new"))
    assert ResetRequirement.objects.count() == 1
    assert not PasswordState.objects.get().needs_reset


def by_the_sites_own_rule(*, user, profile):
    return "breach" if profile.email.startswith("leaked") else None


@pytest.mark.parametrize(
    ("policy", "fields", "reason"),
    [
        ("flagged", {}, None),
        ("always", {}, "first_login"),
        ("always", {"last_password_reset": datetime(2026, 1, 1, tzinfo=UTC)}, None),
        ("never", {"app_metadata": FLAGGED}, None),
        (f"{__name__}.by_the_sites_own_rule", {"email": "leaked@example.com"}, "breach"),
        (f"{__name__}.by_the_sites_own_rule", {"email": "fine@example.com", "app_metadata": FLAGGED}, None),
    ],
)
def test_who_must_at_the_first_sign_in(newcomer, auth0_gateway, settings, policy, fields, reason):
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "FIRST_LOGIN": policy}
    set_gateway(auth0_gateway)
    state = bind(newcomer, auth0_gateway, "auth0|new", **fields)
    assert state.needs_reset == bool(reason)
    assert [row.reason for row in ResetRequirement.objects.all()] == ([reason] if reason else [])


def a_rule_that_is_overtaken(*, user, profile):
    """Somebody writes the row while the site makes up its mind."""
    SEEN.append(connection.in_atomic_block)
    PasswordState.objects.update_or_create(user=user, defaults={"version": 7})
    return "first_login"


SEEN: list[bool] = []


@pytest.mark.django_db(transaction=True)
def test_the_sites_own_rule_is_asked_once_and_in_no_transaction(newcomer, auth0_gateway, settings):
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "FIRST_LOGIN": f"{__name__}.a_rule_that_is_overtaken"}
    set_gateway(auth0_gateway)
    SEEN.clear()
    assert bind(newcomer, auth0_gateway, "auth0|new").needs_reset
    assert SEEN == [False]


def test_flagged_before_they_ever_signed_in(newcomer, grace, auth0_gateway, later):
    require_reset(newcomer, reason="administrator", by=grace)
    later(minutes=1)
    assert bind(newcomer, auth0_gateway, "auth0|new").needs_reset


def test_flagged_and_then_found_to_have_no_password_here(newcomer, grace, auth0_gateway):
    require_reset(newcomer, reason="administrator", by=grace)
    state = bind(newcomer, auth0_gateway, "google-oauth2|1")
    assert not state.needs_reset
    assert ResetRequirement.objects.get().status == "withdrawn"


def test_flagged_and_then_signed_in_with_the_identity_that_has_no_password(newcomer, grace, auth0_gateway):
    """social-auth's own backend linked both to one user; the password that leaked is the other identity's."""
    for subject in ("auth0|new", "google-oauth2|1"):
        UserSocialAuth.objects.create(user=newcomer, provider="auth0", uid=subject)
    require_reset(newcomer, reason="breach", by=grace)
    assert bind(newcomer, auth0_gateway, "google-oauth2|1").needs_reset
    assert bind(newcomer, auth0_gateway, "auth0|new").needs_reset
    assert PasswordState.objects.get().subject == "auth0|new"


def test_another_subject_forgets_what_was_known_of_the_first(bob, auth0_gateway, later):
    auth0_gateway.change_password(BOB)
    look(bob)
    later(minutes=1)
    state = bind(bob, auth0_gateway, "auth0|other")
    assert (state.subject, state.changed_at) == ("auth0|other", None)


@pytest.mark.parametrize("subject", ["auth0|other", "google-oauth2|1"])
def test_another_subject_lowers_nothing_that_is_asked_of_the_first(bob, grace, auth0_gateway, later, subject):
    require_reset(bob, reason="breach", by=grace)
    later(minutes=1)
    state = bind(bob, auth0_gateway, subject, last_password_reset=auth0_gateway.now())
    assert state.needs_reset
    assert state.subject == BOB
    assert ResetRequirement.objects.get().status == "open"


def test_a_subject_without_a_password_does_not_replace_one_that_has_one(bob, auth0_gateway):
    state = bind(bob, auth0_gateway, "google-oauth2|1")
    assert (state.subject, state.password_home) == (BOB, "database")


def test_a_later_read_that_looks_different_lowers_nothing(bob, grace, auth0_gateway, settings):
    require_reset(bob, reason="breach", by=grace)
    google = Identity(provider="google-oauth2", connection="google-oauth2", user_id="1")
    auth0_gateway.users[BOB] = replace(auth0_gateway.users[BOB], identities=(google,))
    assert look(bob).needs_reset
    auth0_gateway.add(BOB)
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "CONNECTION": "a-typing-error"}
    set_gateway(auth0_gateway)
    assert look(bob).needs_reset
    assert PasswordState.objects.get(user=bob).password_home == "database"


def test_a_subject_belongs_to_one_user(bob, newcomer, auth0_gateway):
    subjects.bind(newcomer, auth0_gateway.read_user(BOB))
    assert PasswordState.objects.get(subject=BOB).user == newcomer
    assert PasswordState.objects.get(user=bob).subject == ""


def test_subjects_are_compared_byte_by_byte(bob, newcomer, auth0_gateway):
    bind(newcomer, auth0_gateway, "auth0|BOB")
    assert PasswordState.objects.get(user=bob).subject == BOB


def test_a_hint_reads_nothing_and_lowers_nothing(bob, grace, auth0_gateway):
    require_reset(bob, reason="administrator", by=grace)
    auth0_gateway.failing = GatewayUnavailableError("down")
    assert hint([BOB, "auth0|nobody"]) == 1
    state = PasswordState.objects.get(user=bob)
    assert state.needs_reset
    assert state.check_due_at == auth0_gateway.now()


def test_a_hint_that_comes_after_a_read_was_sent_stays_due(bob, auth0_gateway, later):
    sent = auth0_gateway.read_user(BOB)
    later(seconds=1)
    hint([BOB])
    record_read(bob, sent)
    assert PasswordState.objects.get(user=bob).check_due_at is not None
    later(seconds=1)
    look(bob)
    assert PasswordState.objects.get(user=bob).check_due_at is None


def test_a_hint_by_a_process_whose_clock_is_ahead_stays_due(bob, auth0_gateway):
    sent = auth0_gateway.read_user(BOB)
    PasswordState.objects.update(check_due_at=timezone.now() + timedelta(milliseconds=300))
    record_read(bob, sent)
    assert PasswordState.objects.get(user=bob).check_due_at is not None


def test_a_hint_is_not_overwritten_by_somebody_who_read_the_row_before(bob):
    transact(bob.pk, lambda state: hint([BOB]))
    assert PasswordState.objects.get(user=bob).check_due_at is not None


def test_an_older_read_that_arrives_later_takes_nothing_back(bob, auth0_gateway, later):
    older = auth0_gateway.read_user(BOB)
    later(minutes=1)
    changed_at = auth0_gateway.change_password(BOB)
    newer = look(bob)
    state = record_read(bob, older)
    assert (state.changed_at, state.read_at) == (changed_at, newer.read_at)


def test_a_failing_read_lowers_nothing_and_is_due_again(bob, grace, auth0_gateway, clock):
    require_reset(bob, reason="administrator", by=grace)
    times = {"check_due_at", "check_tries", "version"}
    before = PasswordState.objects.filter(user=bob).values().get()
    auth0_gateway.failing = GatewayUnavailableError("down")
    waits = []
    for _ in range(8):
        with pytest.raises(GatewayUnavailableError):
            look(bob)
        after = PasswordState.objects.filter(user=bob).values().get()
        waits.append((after["check_due_at"] - timezone.now()).total_seconds() / 60)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert [key for key in before if key not in times and before[key] != after[key]] == []
    auth0_gateway.failing = None
    assert (look(bob).check_due_at, bob.password_state.check_tries) == (before["check_due_at"], 0)


def test_an_account_that_is_gone_keeps_its_flag_and_is_not_asked_for_again(bob, grace, auth0_gateway):
    require_reset(bob, reason="administrator", by=grace)
    hint([BOB])
    del auth0_gateway.users[BOB]
    with pytest.raises(UnknownUserError):
        look(bob)
    state = PasswordState.objects.get(user=bob)
    assert (state.needs_reset, state.check_due_at) == (True, None)


def test_there_is_nothing_to_look_at_for_a_local_user(newcomer, auth0_gateway):
    with pytest.raises(NoPasswordHereError):
        look(newcomer)


@pytest.mark.parametrize(
    ("address", "kept"), [("bob@example.com", "bob@example.com"), ("b\0ob@example.com", ""), ("b" * 260 + "@a.b", "")]
)
def test_what_no_database_takes_is_no_address(bob, auth0_gateway, address, kept):
    auth0_gateway.add(BOB, email=address, connection="Libr\0ary" * 40)
    look(bob)
    state = PasswordState.objects.get(user=bob)
    assert state.address == kept
    assert state.connection == ("Library" * 40)[:128]
