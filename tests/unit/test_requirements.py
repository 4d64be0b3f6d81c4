from datetime import timedelta

import pytest

from auth0_password.models import PasswordChange, PasswordState, ResetRequirement
from auth0_password.services import clear_reset, look, require_reset, subjects
from auth0_password.signals import password_changed, reset_required

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """The events that were sent, in order."""
    events = []

    def listen(event, **kwargs):
        events.append(event)

    for signal in (reset_required, password_changed):
        signal.connect(listen)
    yield events
    for signal in (reset_required, password_changed):
        signal.disconnect(listen)


def state(user):
    return PasswordState.objects.get(user=user)


def test_required_then_changed(bob, grace, auth0_gateway, heard, django_capture_on_commit_callbacks, later):
    with django_capture_on_commit_callbacks(execute=True):
        [requirement] = require_reset(bob, reason="administrator", by=grace, message="Please")
    assert state(bob).needs_reset
    assert (requirement.by_label, requirement.message, requirement.status) == ("Grace", "Please", "open")
    assert state(bob).requirement == requirement

    later(minutes=1)
    look(bob)
    assert state(bob).needs_reset

    later(minutes=1)
    changed_at = auth0_gateway.change_password("auth0|bob")
    later(seconds=1)
    with django_capture_on_commit_callbacks(execute=True):
        look(bob)
    assert not state(bob).needs_reset
    assert state(bob).changed_at == changed_at
    assert ResetRequirement.objects.get().status == "changed"
    assert [type(event).__name__ for event in heard] == ["ResetRequiredEvent", "PasswordChangedEvent"]
    [change] = PasswordChange.objects.all()
    assert (change.changed_at, change.announce_due_at) == (changed_at, None)
    assert heard[1].event_id == f"password_changed:{change.pk}"

    with django_capture_on_commit_callbacks(execute=True):
        look(bob)
    assert len(heard) == 2


def test_an_older_change_does_not_count(bob, grace, auth0_gateway, later):
    auth0_gateway.change_password("auth0|bob")
    look(bob)
    later(seconds=1)
    require_reset(bob, reason="breach", by=grace)
    later(minutes=5)
    look(bob)
    assert state(bob).needs_reset


def test_a_raise_during_a_change_stays_open_when_it_came_later(bob, grace, auth0_gateway, later):
    require_reset(bob, reason="administrator", by=grace)
    later(minutes=1)
    auth0_gateway.change_password("auth0|bob")
    later(minutes=1)
    require_reset(bob, reason="breach", by=grace)
    look(bob)
    assert state(bob).needs_reset
    assert dict(ResetRequirement.objects.values_list("reason", "status")) == {
        "administrator": "changed",
        "breach": "open",
    }


def test_cleared_by_hand_says_nothing_about_the_password(bob, grace):
    require_reset(bob, reason="administrator", by=grace)
    assert clear_reset(bob, by=grace, note="wrong Bob") == 1
    row = ResetRequirement.objects.get()
    assert (row.status, row.closed_by, row.note) == ("cleared", grace, "wrong Bob")
    assert not state(bob).needs_reset
    assert state(bob).changed_at is None
    assert clear_reset(bob, by=grace) == 0


def test_grace_only_shortens(bob, grace, auth0_gateway):
    later = auth0_gateway.now() + timedelta(days=7)
    require_reset(bob, reason="policy", by=grace, enforce_from=later)
    assert not state(bob).blocks(auth0_gateway.now())
    assert state(bob).blocks(later)
    require_reset(bob, reason="breach", by=grace)
    assert state(bob).blocks(auth0_gateway.now())
    require_reset(bob, reason="policy", by=grace, enforce_from=later)
    assert state(bob).blocks(auth0_gateway.now())


def test_who_is_skipped(bob, grace, auth0_gateway, django_user_model):
    staff = django_user_model.objects.create_user("sam", is_staff=True)
    gone = django_user_model.objects.create_user("gone", is_active=False)
    auth0_gateway.add("google-oauth2|1")
    carol = django_user_model.objects.create_user("carol")
    from auth0_password.services import subjects

    subjects.bind(carol, auth0_gateway.read_user("google-oauth2|1"))
    rows = require_reset([grace, gone, carol, bob], reason="administrator", by=staff)
    assert [row.skip_reason for row in rows] == ["superuser", "inactive", "elsewhere", ""]
    assert list(PasswordState.objects.filter(needs_reset=True).values_list("user__username", flat=True)) == ["bob"]


def test_a_queryset_is_taken_too(bob, grace, django_user_model):
    assert len(require_reset(django_user_model.objects.all(), reason="policy", by=grace)) == 2


def test_reasons_are_a_closed_list(bob):
    with pytest.raises(ValueError, match="boredom"):
        require_reset(bob, reason="boredom")


def test_nothing_is_announced_that_was_rolled_back(bob, heard, django_capture_on_commit_callbacks):
    from django.db import transaction

    with django_capture_on_commit_callbacks(execute=True):
        try:
            with transaction.atomic():
                require_reset(bob, reason="policy")
                raise RuntimeError
        except RuntimeError:
            pass
    assert heard == []
    assert not ResetRequirement.objects.exists()


def test_a_change_whose_announcement_was_cut_off_stays_due(
    bob, auth0_gateway, later, django_capture_on_commit_callbacks
):
    auth0_gateway.change_password("auth0|bob")
    later(seconds=1)
    with django_capture_on_commit_callbacks():  # the process ends before they run
        look(bob)
    change = PasswordChange.objects.get()
    assert change.announced_at is None
    assert change.announce_due_at is not None


def test_the_first_read_is_the_baseline(django_user_model, auth0_gateway, clock):
    auth0_gateway.add("auth0|alice", last_password_reset=auth0_gateway.now())
    alice = django_user_model.objects.create_user("alice")
    subjects.bind(alice, auth0_gateway.read_user("auth0|alice"))
    look(alice)
    assert not PasswordChange.objects.exists()
