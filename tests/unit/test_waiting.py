"""What a session asked for, and how rarely Auth0 is asked while it waits."""

from __future__ import annotations

import itertools
from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from auth0_password.exceptions import GatewayUnavailableError
from auth0_password.models import PasswordState
from auth0_password.services.changes import look_while_waiting
from auth0_password.services.waiting import ChangeAsked, forget_change, note_change, noted_change
from tests.unit.conftest import BOB

BUDGET = 23
"""Reads in a quarter of an hour: one in 10 s for 30 s, in 20 s for 40 s, in 40 s for 80 s, then one a minute; and one
more for each step that begins within a window of its own."""


@pytest.fixture
def asked(clock):
    return ChangeAsked.now("mail", "/loans/")


@pytest.fixture
def reads(auth0_gateway):
    with mock.patch.object(auth0_gateway, "read_user", side_effect=auth0_gateway.read_user) as read:
        yield read


def waits(user, asked, clock, *, seconds, every, pages=1):
    """Pages that ask again and again for so long."""
    for _ in range(0, seconds, every):
        clock.shift(timedelta(seconds=every))
        for _ in range(pages):
            look_while_waiting(fresh(user), asked)


def fresh(user):
    return type(user).objects.get(pk=user.pk)


@pytest.mark.django_db
class TestReads:
    @pytest.mark.parametrize("pages", [1, 3])
    def test_the_budget_holds_however_often_and_from_however_many_pages_it_is_asked(
        self, bob, asked, clock, reads, pages
    ):
        waits(bob, asked, clock, seconds=900, every=5, pages=pages)
        assert 17 <= reads.call_count <= BUDGET

    def test_not_twice_in_ten_seconds(self, bob, asked, clock, reads):
        seen = []
        reads.side_effect = lambda subject: seen.append(timezone.now()) or auth0_user(bob)
        waits(bob, asked, clock, seconds=120, every=1)
        gaps = [later - earlier for earlier, later in itertools.pairwise(seen)]
        assert min(gaps) >= timedelta(seconds=10)

    def test_none_after_a_quarter_of_an_hour(self, bob, asked, clock, reads):
        clock.shift(timedelta(seconds=901))
        waits(bob, asked, clock, seconds=600, every=5)
        assert reads.call_count == 0
        assert asked.seconds_between_reads(timezone.now()) is None

    def test_a_change_is_taken_over(self, bob, asked, clock, auth0_gateway):
        clock.shift(timedelta(seconds=30))
        auth0_gateway.change_password(BOB)
        clock.shift(timedelta(seconds=10))
        assert look_while_waiting(bob, asked).changed_at is not None

    def test_a_failing_tenant_is_left_alone_and_nothing_is_raised(self, bob, asked, clock, auth0_gateway):
        auth0_gateway.failing = GatewayUnavailableError("down")
        with mock.patch.object(auth0_gateway, "read_user", side_effect=auth0_gateway.read_user) as read:
            waits(bob, asked, clock, seconds=120, every=5)
        assert 0 < read.call_count <= 3
        assert PasswordState.objects.get(user=bob).check_due_at is not None


def auth0_user(user):
    from auth0_password.gateway import get_gateway

    return type(get_gateway()).read_user(get_gateway(), user.password_state.subject)


class TestTheNote:
    def test_it_comes_back_as_it_was(self, asked):
        session = {}
        note_change(session, asked)
        assert noted_change(session) == asked
        assert forget_change(session) == asked
        assert forget_change(session) is None

    @pytest.mark.parametrize("data", [None, "x", 3, [], {}, {"by": "mail"}])
    def test_another_versions_note_is_none(self, data):
        assert noted_change({"_auth0_password_change": data}) is None

    def test_a_newer_versions_note_is_understood(self, asked):
        session = {}
        note_change(session, asked)
        session["_auth0_password_change"]["colour"] = "blue"
        assert noted_change(session) == asked

    def test_when_another_mail_may_be_asked_for(self, clock):
        soon = timezone.now() + timedelta(seconds=40)
        asked = ChangeAsked.now("mail", "", again_at=soon.timestamp())
        assert asked.wait_until(timezone.now()) == soon
        assert asked.wait_until(soon) is None
        assert ChangeAsked.now("mail", "").wait_until(timezone.now()) is None
