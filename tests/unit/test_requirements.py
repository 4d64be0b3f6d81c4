from datetime import timedelta

import pytest
from django.utils import timezone

from auth0_password.models import PasswordChange, PasswordState, ResetCampaign, ResetRequirement
from auth0_password.services import clear_reset, look, require_reset, subjects, withdraw
from auth0_password.signals import password_changed, reset_required
from tests.unit.conftest import BOB

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


class TestCampaigns:
    """One decision about many users."""

    @pytest.fixture
    def carol(self, db, django_user_model):
        return django_user_model.objects.create_user("carol")

    def test_many_users_make_one(self, bob, carol, grace):
        rows = require_reset([bob, carol], reason="breach", by=grace, message="A list was found.")
        campaign = ResetCampaign.objects.get()
        assert [(row.user, row.campaign, row.status) for row in rows.order_by("pk")] == [
            (bob, campaign, "open"), (carol, campaign, "open"),
        ]  # fmt: skip
        assert (campaign.reason, campaign.by, campaign.message) == ("breach", grace, "A list was found.")
        assert campaign.status == "finished"

    def test_one_user_makes_none(self, bob, grace):
        require_reset(bob, reason="administrator", by=grace)
        assert not ResetCampaign.objects.exists()

    def test_a_queryset(self, bob, carol, grace, django_user_model):
        rows = require_reset(django_user_model.objects.exclude(pk=grace.pk).order_by("pk"), reason="policy")
        assert [row.user for row in rows.order_by("pk")] == [bob, carol]

    def test_taken_back_for_those_who_have_not_acted(self, bob, carol, grace, auth0_gateway, later):
        require_reset([bob, carol], reason="breach", by=grace)
        require_reset(carol, reason="administrator", by=grace)
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        assert withdraw(ResetCampaign.objects.get(), by=grace) == 1
        statuses = ResetRequirement.objects.order_by("pk").values_list("user__username", "status", "closed_by")
        assert list(statuses) == [
            ("bob", "changed", None), ("carol", "withdrawn", grace.pk), ("carol", "open", None),
        ]  # fmt: skip
        assert PasswordState.objects.get(user=carol).requirement.campaign is None
        assert ResetCampaign.objects.get().status == "taken_back"

    def test_taken_back_twice(self, bob, grace):
        require_reset([bob], reason="policy")
        campaign = ResetCampaign.objects.get()
        assert (withdraw(campaign, by=grace), withdraw(campaign, by=grace)) == (1, 0)

    def test_one_that_was_taken_back_asks_nobody_any_more(self, bob, carol, grace):
        """It was still going through its users when somebody took it back."""

        def people():
            yield bob
            withdraw(ResetCampaign.objects.get(), by=grace)
            yield carol

        rows = require_reset(people(), reason="policy")
        assert [(row.user, row.status) for row in rows] == [(bob, "withdrawn")]
        assert ResetCampaign.objects.get().status == "taken_back"


class TestWhoIsNeverLockedOut:
    """Somebody whom Auth0 does not know could never show a new password there."""

    @pytest.fixture
    def root(self, db, django_user_model):
        return django_user_model.objects.create_superuser("root", password="local")

    def test_a_local_superuser(self, root, client):
        client.force_login(root)
        assert require_reset(root, reason="policy").get().skip_reason == "local"
        assert client.get("/admin/").status_code == 200

    def test_nor_by_a_campaign_for_everybody(self, root, bob, django_user_model):
        rows = require_reset(django_user_model.objects.order_by("pk"), reason="breach")
        assert {row.user.username: row.skip_reason for row in rows} == {"root": "local", "bob": ""}

    @pytest.mark.parametrize("provider", ["auth0", "auth0_openidconnect"])
    def test_one_who_signed_in_through_auth0_before_us_is_not_local(self, root, provider):
        root.social_auth.create(provider=provider, uid="auth0|root")
        assert require_reset(root, reason="policy").get().status == "open"

    def test_nobody_is_local_where_only_auth0_signs_in(self, root, settings):
        settings.AUTHENTICATION_BACKENDS = ["auth0_password.backends.Auth0PasswordBackend"]
        assert require_reset(root, reason="policy").get().status == "open"


def test_the_first_time_that_somebody_was_held_back_is_noted_once(bob, grace, client, later):
    client.force_login(bob)
    require_reset(bob, reason="policy", by=grace, enforce_from=timezone.now() + timedelta(minutes=5))
    client.get("/account/")
    assert ResetRequirement.objects.get().first_blocked_at is None
    later(minutes=6)
    client.get("/account/")
    first = ResetRequirement.objects.get().first_blocked_at
    assert first == timezone.now()
    later(minutes=6)
    client.get("/account/")
    assert ResetRequirement.objects.get().first_blocked_at == first
