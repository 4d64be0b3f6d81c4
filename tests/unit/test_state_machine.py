"""Any interleaving of what can happen to one user, against the plain model of docs/model.md and against the truth.

`HYPOTHESIS_PROFILE=long` plays 10,000 interleavings; under `CI` every run plays the same ones.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from auth0_password.gateway import set_gateway
from auth0_password.gateway.clock import TenantClock
from auth0_password.models import PasswordState, ResetRequirement
from auth0_password.services import look, require_reset
from auth0_password.services.sessions import Stamp
from auth0_password.testing import InMemoryGateway
from tests.unit.one_user import BOB, OneUser

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
PLAY = settings(
    max_examples=10_000 if LONG else 300,
    stateful_step_count=30,
    deadline=None,
    derandomize="CI" in os.environ and not LONG,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
SURE = timedelta(seconds=2 + 3.2)
"""The two seconds of tolerance, and how wrong two measures of the tenant's clock can be here: a change that is later
than the raise by more than this has to close it, whatever was read before."""


class Checked(OneUser):
    """What holds after every step. `plain` says what the words of the documentation lead to; the rest is the truth."""

    def __init__(self):
        super().__init__()
        self.last = PasswordState()

    @invariant()
    def everything_holds(self):
        self.state = PasswordState.objects.filter(pk=self.user_pk).first() or PasswordState()
        self.the_rows_say_what_the_model_says()
        self.the_flag_is_up_exactly_while_something_is_open()
        self.the_copy_at_the_tenant_is_due_where_it_differs()
        self.no_requirement_is_answered_by_an_older_change()
        self.times_never_go_back()
        self.every_change_is_told_once()
        self.only_sessions_that_are_younger_than_the_change_count()

    def the_rows_say_what_the_model_says(self):
        state, plain = self.state, self.plain
        assert (state.needs_reset, state.required_at, state.enforce_from) == plain.flag()
        assert (state.subject, state.password_home) == (plain.subject, plain.home)
        assert (state.changed_at, state.read_at) == (plain.changed_at, plain.read_at)
        assert (state.sessions_valid_since, state.check_due_at) == (plain.valid_since, plain.due)
        assert state.mirrored_flag == plain.copy

    def the_copy_at_the_tenant_is_due_where_it_differs(self):
        state = self.state
        if state.password_home == "database" and state.subject and state.mirrored_flag is not None:
            due = state.mirror_due_at is not None or state.mirror_error in {"gone", "no_password_here"}
            assert state.mirrored_flag == state.needs_reset or due

    def the_flag_is_up_exactly_while_something_is_open(self):
        rows = list(ResetRequirement.objects.filter(user_id=self.user_pk).order_by("pk"))
        assert [row.status for row in rows] == [demand.status for demand in self.plain.demands]
        assert [(row.reason, row.raised_at) for row in rows if row.reason != "policy"] == [
            (demand.reason, demand.raised_at) for demand in self.plain.demands if demand.campaign is None
        ]
        assert [row.campaign_id for row in rows] == [demand.campaign for demand in self.plain.demands]
        open_rows = [row for row in rows if row.status == "open"]
        assert self.state.needs_reset is bool(open_rows)
        assert self.state.requirement_id in [row.pk for row in open_rows or [PasswordState()]]

    def no_requirement_is_answered_by_an_older_change(self):
        shown = {profile.last_password_reset for profile in self.taken}
        read = [true_at for _subject, true_at, stamp in self.changes if stamp in shown]
        for demand in self.plain.demands:
            assert demand.status != "changed" or any(true_at > demand.true_at for true_at in read)

    def times_never_go_back(self):
        state, last = self.state, self.last
        assert not_before(state.sessions_valid_since, last.sessions_valid_since)
        assert state.subject != last.subject or not_before(state.changed_at, last.changed_at)
        self.last = state

    def every_change_is_told_once(self):
        assert [changed_at for _id, changed_at in self.events] == [
            changed_at for _subject, changed_at in self.plain.told
        ]
        assert len(set(self.events)) == len(self.events) == len(set(self.plain.told))

    def only_sessions_that_are_younger_than_the_change_count(self):
        state = self.state
        for session, stamp in self.sessions:
            counts = stamp.counts(state)
            assert counts is self.plain.counts(session)
            assert not counts or all(session.stamped_true_at > change for change in self.ending)
            assert counts or not self.is_surely_younger(session)

    def is_surely_younger(self, session):
        """Later than every change that was read, and in a later second of Auth0's."""
        return all(
            session.auth_true_at > change and session.second > int((change + self.tenant.clock_offset).timestamp())
            for change in self.ending
        )

    def took_over(self, play, profile):
        open_before, seen = self.plain.open, [one for one in self.taken if one.subject == profile.subject]
        super().took_over(play, profile)
        for demand in open_before if profile.subject == self.plain.subject else []:
            assert demand.status != "open" or not self.must_close(demand, profile, seen)

    def must_close(self, demand, profile, seen):
        """The read shows a change that came after the raise: for sure by the clocks, or by what an earlier read
        that was sent after the raise did not show."""
        change = profile.last_password_reset
        really = next((true_at for _subject, true_at, stamp in self.changes if stamp == change), None)
        if really is None or really < demand.true_at:
            return False
        is_news = all(one.last_password_reset is None or one.last_password_reset < change for one in seen)
        not_shown_then = any(one.read_at >= demand.raised_at for one in seen)
        return is_news and (really - demand.true_at > SURE or not_shown_then)


def not_before(time, last):
    return last is None or (time is not None and time >= last)


@pytest.mark.django_db
def test_any_interleaving():
    run_state_machine_as_test(Checked, settings=PLAY)


class HastyTenant(InMemoryGateway):
    """Its answer names the second in which it was made, and is `travels` under way before we measure by it."""

    travels = timedelta(0)

    def __init__(self, traveller):
        super().__init__()
        self.traveller = traveller

    def read_user(self, subject):
        profile, date = super().read_user(subject), format_datetime(self.now().replace(microsecond=0), usegmt=True)
        self.traveller.shift(self.travels)
        clock = TenantClock()
        clock.measure(date, profile.read_at)
        return replace(profile, clock_offset=clock.offset)


BADLY_MEASURED = [
    pytest.param(0, 4.5, 1.5, 0, id="the answer was slow"),
    pytest.param(2.4, 0, 0.2, 0.39, id="two seconds pass for none"),
]


@pytest.mark.parametrize(("ahead", "travels", "raised_after", "read_after"), BADLY_MEASURED)
def test_a_change_before_the_raise_never_answers_it(bob, clock, ahead, travels, raised_after, read_after):
    """Over a slow line, or of a clock that is only just beside ours, nobody measures well."""
    tenant = HastyTenant(clock)
    tenant.add(BOB)
    tenant.clock_offset, tenant.travels = timedelta(seconds=ahead), timedelta(seconds=travels)
    set_gateway(tenant)
    tenant.change_password(BOB)
    clock.shift(timedelta(seconds=raised_after))
    require_reset(bob, reason="breach")
    clock.shift(timedelta(seconds=read_after))
    assert look(bob).needs_reset


@pytest.mark.parametrize("ahead", [-55, 55])
def test_sessions_of_other_backends_are_compared_in_one_clock(bob, auth0_gateway, later, ahead):
    auth0_gateway.clock_offset = timedelta(seconds=ahead)
    older = Stamp.of_other_backend()
    later(seconds=10)
    auth0_gateway.change_password(BOB)
    later(seconds=10)
    state, younger = look(bob), Stamp.of_other_backend()
    assert (older.counts(state), younger.counts(state)) == (False, True)
