"""The flag's copy in the tenant: Grace requires a new password of Bob here, and Auth0's Actions shall know."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from auth0_password.exceptions import (
    GatewayRefusedError,
    GatewayUnavailableError,
    ThrottledError,
    UnexpectedAnswerError,
    UnknownOutcomeError,
)
from auth0_password.models import PasswordState, ResetRequirement
from auth0_password.services import clear_reset, look, mirror, reconcile, require_reset, subjects, withdraw
from auth0_password.services.changes import record_read
from auth0_password.services.reconcile import Counts
from tests.unit.conftest import BOB

DONE = Counts(due=1, done=1)
FAILED = Counts(due=1, failed=1)
OFF = Counts(due=1, off=1)


@pytest.fixture
def written(auth0_gateway, monkeypatch):
    """What was written to the tenant, in order."""
    calls, write = [], auth0_gateway.update_app_metadata

    def update(subject, changes):
        calls.append(dict(changes))
        return write(subject, changes)

    monkeypatch.setattr(auth0_gateway, "update_app_metadata", update)
    return calls


@pytest.fixture
def refused(auth0_gateway, monkeypatch):
    """The Management client lacks the scope for writing, until the test grants it."""

    class Refusal:
        granted = False

    write = auth0_gateway.update_app_metadata

    def update(subject, changes):
        if not Refusal.granted:
            raise GatewayRefusedError("PATCH: Auth0 answered with status 403", status=403)
        return write(subject, changes)

    monkeypatch.setattr(auth0_gateway, "update_app_metadata", update)
    return Refusal


def copy_of(gateway, subject=BOB):
    return dict(gateway.users[subject].app_metadata)


def state_of(user):
    return PasswordState.objects.get(pk=user.pk)


def mirrored():
    return reconcile(["mirror"])["mirror"]


def is_in_step(gateway, user):
    state = state_of(user)
    there = gateway.users[state.subject].app_metadata.get("needsPasswordReset", False)
    return (there, state.mirrored_flag, state.mirror_due_at, state.mirror_error) == (
        state.needs_reset, state.needs_reset, None, "",
    )  # fmt: skip


class TestWhatIsWritten:
    def test_the_flag_and_its_time(self, bob, auth0_gateway, written):
        require_reset(bob, reason="administrator")
        assert mirrored() == DONE
        assert written == [{"needsPasswordReset": True, "passwordResetRequiredAt": "2026-11-20T09:01:00.000Z"}]
        assert is_in_step(auth0_gateway, bob)
        assert state_of(bob).mirrored_version == state_of(bob).version

    @pytest.mark.parametrize("ahead", [-55, 55])
    def test_times_are_in_the_tenants_clock(self, bob, auth0_gateway, written, ahead):
        auth0_gateway.clock_offset = timedelta(seconds=ahead)
        require_reset(bob, reason="breach")
        mirrored()
        there = datetime(2026, 11, 20, 9, 1, tzinfo=UTC) + timedelta(seconds=ahead)
        assert copy_of(auth0_gateway)["passwordResetRequiredAt"] == f"{there:%Y-%m-%dT%H:%M:%S}.000Z"

    def test_a_time_is_rounded_upwards(self, bob, clock, auth0_gateway, written):
        """So that no change before the raise is later than it at the tenant."""
        clock.shift(timedelta(microseconds=1))
        require_reset(bob, reason="breach")
        mirrored()
        assert copy_of(auth0_gateway)["passwordResetRequiredAt"] == "2026-11-20T09:01:00.001Z"

    def test_a_day_of_grace(self, bob, clock, auth0_gateway, written):
        begins = datetime(2026, 11, 21, 9, 1, tzinfo=UTC)
        require_reset(bob, reason="policy", enforce_from=begins)
        mirrored()
        assert written[0]["passwordResetFrom"] == "2026-11-21T09:01:00.000Z"
        require_reset(bob, reason="breach")
        mirrored()
        assert written[1:] == [{"passwordResetFrom": None, "passwordResetReason": "breach"}]

    def test_when_it_falls_the_time_stays(self, bob, later, auth0_gateway, written):
        """An Action compares changes with the time of the last raise."""
        require_reset(bob, reason="policy")
        mirrored()
        required_at = copy_of(auth0_gateway)["passwordResetRequiredAt"]
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        assert mirrored() == DONE
        assert written[-1] == {"needsPasswordReset": False}
        assert copy_of(auth0_gateway) == {"needsPasswordReset": False, "passwordResetRequiredAt": required_at}

    def test_a_grace_that_is_over_goes_with_the_flag(self, bob, later, auth0_gateway, written):
        require_reset(bob, reason="policy", enforce_from=later(days=0) + timedelta(days=1))
        mirrored()
        clear_reset(bob, by=None)
        mirrored()
        assert written[-1] == {"needsPasswordReset": False, "passwordResetFrom": None}

    def test_other_keys_are_left_alone(self, bob, auth0_gateway, written):
        auth0_gateway.users[BOB] = replace(auth0_gateway.users[BOB], app_metadata={"shelf": 7})
        require_reset(bob, reason="breach")
        mirrored()
        assert copy_of(auth0_gateway)["shelf"] == 7

    def test_nothing_where_it_stands_there_already(self, bob, later, auth0_gateway, written):
        require_reset(bob, reason="breach")
        mirrored()
        PasswordState.objects.update(mirror_due_at=later(minutes=1))
        assert mirrored() == DONE
        assert len(written) == 1

    @pytest.mark.parametrize("value", ["true", 1, {"since": 2026}])
    def test_what_is_no_flag_is_replaced(self, bob, auth0_gateway, written, value):
        metadata = {"needsPasswordReset": value, "passwordResetRequiredAt": "soon"}
        auth0_gateway.users[BOB] = replace(auth0_gateway.users[BOB], app_metadata=metadata)
        require_reset(bob, reason="policy")
        mirrored()
        assert written == [{"needsPasswordReset": True, "passwordResetRequiredAt": "2026-11-20T09:01:00.000Z"}]


class TestABreach:
    """Whoever knows Bob's password may know it from the breach: no Action may ask them for a new one."""

    @pytest.fixture
    def campaign(self, bob):
        return require_reset([bob], reason="breach").get().campaign

    def reason_there(self, gateway):
        return copy_of(gateway).get("passwordResetReason")

    def stands_there(self, gateway, at, **more):
        metadata = {"needsPasswordReset": True, "passwordResetRequiredAt": at.isoformat(), **more}
        gateway.users[BOB] = replace(gateway.users[BOB], app_metadata=metadata)

    @pytest.mark.parametrize("grace", [timedelta(0), timedelta(days=1)])
    def test_is_told_and_goes_with_the_flag(self, bob, later, auth0_gateway, written, grace):
        require_reset(bob, reason="breach", enforce_from=later(days=0) + grace)
        assert mirrored() == DONE
        assert written[0]["passwordResetReason"] == "breach"
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        assert mirrored() == DONE
        assert written[1].pop("passwordResetFrom", None) is None
        assert written[1:] == [{"needsPasswordReset": False, "passwordResetReason": None}]
        assert is_in_step(auth0_gateway, bob)

    @pytest.mark.parametrize("reason", ["administrator", "policy", "first_login"])
    def test_nothing_else_is(self, bob, auth0_gateway, written, reason):
        require_reset(bob, reason=reason)
        mirrored()
        clear_reset(bob, by=None)
        mirrored()
        assert [set(one) for one in written] == [
            {"needsPasswordReset", "passwordResetRequiredAt"}, {"needsPasswordReset"},
        ]  # fmt: skip

    def test_that_opens_while_the_flag_is_up(self, bob, later, auth0_gateway, written):
        require_reset(bob, reason="policy")
        mirrored()
        later(minutes=1)
        require_reset(bob, reason="breach")
        assert mirrored() == DONE
        assert written[1:] == [
            {"passwordResetRequiredAt": "2026-11-20T09:02:00.000Z", "passwordResetReason": "breach"}
        ]

    def test_that_is_not_the_newest_stays(self, bob, later, auth0_gateway, written):
        require_reset(bob, reason="breach")
        mirrored()
        later(minutes=1)
        require_reset(bob, reason="policy")
        mirrored()
        assert written[1:] == [{"passwordResetRequiredAt": "2026-11-20T09:02:00.000Z"}]
        assert self.reason_there(auth0_gateway) == "breach"

    def test_that_is_taken_back_while_the_flag_stays_up(self, bob, later, auth0_gateway, campaign, written):
        mirrored()
        require_reset(bob, reason="policy")
        later(minutes=1)
        withdraw(campaign, by=None)
        assert mirrored() == DONE
        assert written[1:] == [{"passwordResetReason": None}]
        assert is_in_step(auth0_gateway, bob)

    def test_that_was_answered_when_something_newer_was_not(self, bob, later, auth0_gateway, written):
        require_reset(bob, reason="breach")
        mirrored()
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        later(minutes=1)
        require_reset(bob, reason="policy")
        assert mirrored() == DONE
        assert written[1:] == [{"passwordResetRequiredAt": "2026-11-20T09:03:00.000Z", "passwordResetReason": None}]

    def test_of_another_site_is_not_ours_to_take_away(self, bob, later, auth0_gateway, campaign, written):
        """That site raised it later than the one that was required, and taken back, here."""
        withdraw(campaign, by=None)
        mirrored()
        self.stands_there(auth0_gateway, later(minutes=1), passwordResetReason="breach")
        look(bob)
        assert [one.reason for one in ResetRequirement.objects.open()] == ["tenant"]
        later(minutes=1)
        require_reset(bob, reason="policy")
        mirrored()
        assert self.reason_there(auth0_gateway) == "breach"

    def test_of_another_site_goes_when_it_is_answered(self, bob, later, auth0_gateway, written):
        look(bob)
        self.stands_there(auth0_gateway, later(minutes=1), passwordResetReason="breach")
        look(bob)
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        assert mirrored() == DONE
        mirrored()
        assert written == [{"needsPasswordReset": False, "passwordResetReason": None}]

    @pytest.mark.parametrize("since", ["2026-11-20T09:01:00.000Z", "soon"])
    def test_that_was_ours_goes_by_the_time_that_stands_there(self, bob, later, auth0_gateway, campaign, since):
        metadata = {"needsPasswordReset": True, "passwordResetRequiredAt": since, "passwordResetReason": "breach"}
        auth0_gateway.users[BOB] = replace(auth0_gateway.users[BOB], app_metadata=metadata)
        require_reset(bob, reason="policy")
        later(minutes=1)
        withdraw(campaign, by=None)
        mirrored()
        assert self.reason_there(auth0_gateway) is None

    @pytest.mark.parametrize("value", ["Breach", True, ["breach"], {"breach": 1}])
    def test_what_says_nothing_is_replaced(self, bob, auth0_gateway, value):
        self.stands_there(auth0_gateway, datetime(2026, 11, 20, 9, 1, tzinfo=UTC), passwordResetReason=value)
        require_reset(bob, reason="breach")
        mirrored()
        assert self.reason_there(auth0_gateway) == "breach"

    def test_the_reason_alone_says_nothing_to_the_site(self, bob, later, auth0_gateway, written):
        """It raises nothing, lowers nothing, and is not looked for."""
        auth0_gateway.users[BOB] = replace(auth0_gateway.users[BOB], app_metadata={"passwordResetReason": "breach"})
        look(bob)
        assert (state_of(bob).needs_reset, state_of(bob).mirror_due_at) == (False, None)
        self.stands_there(auth0_gateway, later(minutes=1), passwordResetReason="breach")
        look(bob)
        assert ResetRequirement.objects.get().reason == "tenant"
        assert mirrored() == DONE
        assert written == []


class TestTimesThatStandThere:
    def metadata(self, gateway, seconds, **more):
        moment = datetime(2026, 11, 20, 9, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        metadata = {"needsPasswordReset": True, "passwordResetRequiredAt": moment.isoformat()}
        gateway.users[BOB] = replace(gateway.users[BOB], app_metadata=metadata, **more)

    def test_never_go_back(self, bob, auth0_gateway, written):
        """Another site of the same tenant raised it later than we did."""
        require_reset(bob, reason="policy")
        self.metadata(auth0_gateway, seconds=600)
        assert mirrored() == DONE
        assert written == []

    def test_that_are_as_good_as_ours_stay(self, bob, auth0_gateway, written):
        """Two measures of one clock differ by up to a second or two."""
        require_reset(bob, reason="policy")
        self.metadata(auth0_gateway, seconds=-1.5)
        mirrored()
        assert written == []

    def test_that_are_older_move(self, bob, auth0_gateway, written):
        require_reset(bob, reason="policy")
        self.metadata(auth0_gateway, seconds=-3)
        mirrored()
        assert written == [{"passwordResetRequiredAt": "2026-11-20T09:01:00.000Z"}]

    def test_that_let_an_older_change_pass_move(self, bob, later, auth0_gateway, written):
        """Raised there, changed, and raised again here within a second: an Action would let Bob in."""
        look(bob)
        later(seconds=0.5)
        change = auth0_gateway.change_password(BOB)
        later(seconds=0.5)
        look(bob)
        require_reset(bob, reason="breach")
        self.metadata(auth0_gateway, seconds=0)
        mirrored()
        there = datetime.fromisoformat(copy_of(auth0_gateway)["passwordResetRequiredAt"])
        assert there > change
        assert state_of(bob).needs_reset


class TestWhoMovedIt:
    def test_somebody_at_the_tenant_raises_it(self, bob, later, auth0_gateway, written):
        metadata = {"needsPasswordReset": True, "passwordResetRequiredAt": "2026-11-20T09:01:00.000Z"}
        auth0_gateway.users[BOB] = replace(auth0_gateway.users[BOB], app_metadata=metadata)
        later(minutes=5)
        PasswordState.objects.update(mirror_due_at=later(seconds=1))
        assert mirrored() == DONE
        requirement = ResetRequirement.objects.get()
        assert (requirement.reason, requirement.raised_at) == ("tenant", datetime(2026, 11, 20, 9, 1, tzinfo=UTC))
        assert is_in_step(auth0_gateway, bob)
        assert written == []

    def test_our_own_raise_is_nobody_elses(self, bob, later, auth0_gateway, monkeypatch):
        """Grace takes it back while the write is under way: the answer shows our flag, not one of the tenant."""
        write = auth0_gateway.update_app_metadata

        def update(subject, changes):
            profile = write(subject, changes)
            clear_reset(bob, by=None)
            look(bob)
            return profile

        monkeypatch.setattr(auth0_gateway, "update_app_metadata", update)
        require_reset(bob, reason="breach")
        mirrored()
        monkeypatch.undo()
        assert [one.reason for one in ResetRequirement.objects.all()] == ["breach"]
        later(seconds=1)
        mirrored()
        assert is_in_step(auth0_gateway, bob)
        assert not state_of(bob).needs_reset

    def test_required_again_while_it_is_written(self, bob, later, auth0_gateway, monkeypatch):
        write = auth0_gateway.update_app_metadata

        def update(subject, changes):
            profile = write(subject, changes)
            later(minutes=1)
            require_reset(bob, reason="policy")
            return profile

        monkeypatch.setattr(auth0_gateway, "update_app_metadata", update)
        require_reset(bob, reason="breach")
        mirrored()
        monkeypatch.undo()
        assert state_of(bob).mirror_due_at is not None
        mirrored()
        assert copy_of(auth0_gateway)["passwordResetRequiredAt"] == "2026-11-20T09:02:00.000Z"
        assert is_in_step(auth0_gateway, bob)

    def test_the_answer_is_a_read(self, bob, later, auth0_gateway, monkeypatch):
        """Bob changed between our read and our write: its answer shows it, and the flag falls at once."""
        write = auth0_gateway.update_app_metadata

        def update(subject, changes):
            later(seconds=10)
            auth0_gateway.change_password(BOB)
            return write(subject, changes)

        monkeypatch.setattr(auth0_gateway, "update_app_metadata", update)
        require_reset(bob, reason="breach")
        mirrored()
        monkeypatch.undo()
        assert ResetRequirement.objects.get().status == "changed"
        mirrored()
        assert is_in_step(auth0_gateway, bob)

    def test_an_older_read_that_arrives_late_raises_nothing(self, bob, later, auth0_gateway):
        require_reset(bob, reason="breach")
        mirrored()
        later(seconds=1)
        late = auth0_gateway.read_user(BOB)
        later(seconds=1)
        clear_reset(bob, by=None)
        mirrored()
        record_read(bob, late)
        assert not state_of(bob).needs_reset
        assert is_in_step(auth0_gateway, bob)


class TestWhatCanGoWrong:
    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (GatewayUnavailableError("down"), "unavailable"),
            (UnexpectedAnswerError("odd"), "not_understood"),
            (GatewayRefusedError("no", status=401), "refused"),
            (GatewayRefusedError("no", status=403), "refused"),
        ],
    )
    def test_a_read_that_fails_is_tried_again_and_less_and_less(self, bob, later, auth0_gateway, error, words):
        require_reset(bob, reason="breach")
        auth0_gateway.failing, waits = error, []
        for _ in range(9):
            assert mirrored() == FAILED
            state = state_of(bob)
            waits.append(round((state.mirror_due_at - later(seconds=0)).total_seconds() / 60))
            later(minutes=waits[-1])
        assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
        assert (state.mirror_error, state.mirrored_flag) == (words, False)
        auth0_gateway.failing = None
        assert mirrored() == DONE
        assert is_in_step(auth0_gateway, bob)

    def test_an_answer_that_is_lost_is_not_written_again(self, bob, later, auth0_gateway, written):
        require_reset(bob, reason="breach")
        auth0_gateway.failing = UnknownOutcomeError("the line broke")
        assert mirrored() == FAILED
        assert (state_of(bob).mirror_error, state_of(bob).mirrored_flag) == ("unknown_outcome", None)
        auth0_gateway.failing = None
        assert mirrored() == Counts()
        later(minutes=1)
        assert mirrored() == DONE
        assert len(written) == 1
        assert is_in_step(auth0_gateway, bob)

    def test_a_lost_answer_does_not_make_our_flag_the_tenants(self, bob, later, auth0_gateway, written):
        require_reset(bob, reason="breach")
        auth0_gateway.failing = UnknownOutcomeError("the line broke")
        mirrored()
        auth0_gateway.failing = None
        clear_reset(bob, by=None)
        look(bob)
        assert not state_of(bob).needs_reset
        mirrored()
        assert copy_of(auth0_gateway)["needsPasswordReset"] is False

    def test_being_slowed_down_is_no_failure(self, bob, auth0_gateway):
        require_reset(bob, reason="breach")
        auth0_gateway.failing = ThrottledError("429")
        assert mirrored() == Counts(due=1, left=1)
        assert (state_of(bob).mirror_tries, state_of(bob).mirror_error) == (0, "")

    def test_an_account_that_is_gone(self, bob, later, auth0_gateway):
        require_reset(bob, reason="breach")
        gone = auth0_gateway.users.pop(BOB)
        assert mirrored() == OFF
        assert (state_of(bob).mirror_due_at, state_of(bob).mirror_error) == (None, "gone")
        assert state_of(bob).needs_reset
        auth0_gateway.users[BOB] = gone
        later(minutes=1)
        look(bob)
        assert mirrored() == DONE

    def test_a_password_that_lives_elsewhere(self, bob, auth0_gateway, written):
        require_reset(bob, reason="breach")
        PasswordState.objects.update(password_home="elsewhere")
        assert mirrored() == OFF
        assert (state_of(bob).mirror_due_at, state_of(bob).mirror_error) == (None, "no_password_here")
        assert written == []


class TestWithoutTheScope:
    """A tenant whose Management client may only read."""

    def test_the_mirror_is_off_until_the_flag_moves_again(self, bob, later, refused, caplog):
        require_reset(bob, reason="breach")
        assert mirrored() == OFF
        assert caplog.messages == [mirror.SCOPES_MISSING]
        assert "update:users_app_metadata" in mirror.SCOPES_MISSING
        assert mirrored() == Counts()
        look(bob)
        assert mirrored() == Counts()
        later(minutes=1)
        require_reset(bob, reason="policy")
        assert mirrored() == OFF

    def test_a_flag_that_is_raised_there_is_adopted_all_the_same(self, bob, later, refused, auth0_gateway):
        require_reset(bob, reason="breach")
        mirrored()
        clear_reset(bob, by=None)
        mirrored()
        later(minutes=1)
        metadata = {"needsPasswordReset": True}
        auth0_gateway.users[BOB] = replace(auth0_gateway.users[BOB], app_metadata=metadata)
        assert look(bob).needs_reset
        assert ResetRequirement.objects.latest("pk").reason == "tenant"

    def test_once_it_is_granted_one_user_shows_it_and_all_are_due(
        self, bob, later, refused, auth0_gateway, django_user_model
    ):
        auth0_gateway.add("auth0|alice")
        alice = django_user_model.objects.create_user("alice")
        subjects.bind(alice, auth0_gateway.read_user("auth0|alice"))
        for person in (alice, bob):
            require_reset(person, reason="breach")
        assert mirrored() == Counts(due=2, off=2)

        mirror.try_one_again()
        assert mirrored() == OFF
        refused.granted = True
        mirror.try_one_again()
        mirrored()
        assert not mirror.is_off()
        mirrored()
        assert all(is_in_step(auth0_gateway, person) for person in (alice, bob))
