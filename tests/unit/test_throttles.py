"""Limits without a cache, and the pace that all processes share."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from auth0_password.conf import Rate, conf
from auth0_password.exceptions import ConfigurationError, LimitReachedError
from auth0_password.gateway import Allowance
from auth0_password.models import Throttle
from auth0_password.services import throttles
from auth0_password.services.pace import SharedPace

pytestmark = pytest.mark.django_db


@pytest.fixture
def limits(settings):
    def set_limits(**limits):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "LIMITS": limits}

    return set_limits


def hits(name, who, times):
    """How many of so many in a row are let through."""
    through = 0
    for _ in range(times):
        try:
            throttles.hit(name, who)
        except LimitReachedError:
            continue
        through += 1
    return through


def test_so_many_and_no_more_until_the_window_ends(clock, limits):
    limits(email="5/m")
    clock.move_to(timezone.now().replace(second=20))
    assert hits("email", 1, 7) == 5
    with pytest.raises(LimitReachedError) as refused:
        throttles.hit("email", 1)
    assert refused.value.retry_at == timezone.now() + timedelta(seconds=40)
    assert throttles.next_free("email", 1) == refused.value.retry_at
    clock.shift(timedelta(seconds=40))
    assert throttles.next_free("email", 1) is None
    assert hits("email", 1, 7) == 5


def test_each_has_their_own(clock, limits):
    limits(email="2/m", check="1/m")
    assert (hits("email", 1, 3), hits("email", 2, 3), hits("check", 1, 3)) == (2, 2, 1)


def test_of_two_limits_both_hold_and_a_refusal_counts_nowhere(clock, limits):
    limits(recipient="2/m,3/h")
    assert hits("recipient", "bob@example.com", 5) == 2
    clock.shift(timedelta(minutes=1))
    assert hits("recipient", "bob@example.com", 5) == 1
    clock.shift(timedelta(minutes=1))
    assert hits("recipient", "bob@example.com", 5) == 0
    assert max(Throttle.objects.values_list("count", flat=True)) == 3


@pytest.mark.parametrize(
    "spelling", ["BOB@Example.com", " bob@example.com ", "\uff42ob@example.com", "bob@EXAMPLE.COM"]
)
def test_spellings_of_one_mailbox_share_it(clock, limits, spelling):
    limits(recipient="1/h")
    assert hits("recipient", "bob@example.com", 1) == 1
    assert hits("recipient", spelling, 1) == 0


def test_no_address_is_stored(clock):
    throttles.hit("recipient", "bob@example.com")
    assert "bob" not in repr(list(Throttle.objects.values()))


def test_a_row_that_appears_in_between_is_not_a_full_one(clock, limits):
    """Somebody else came first, between our looking for the row and our making it."""
    limits(email="5/m")
    second = int(timezone.now().timestamp())
    row = {"key": throttles.key_of("email", 1, Rate(5, 60)), "window": second - second % 60}

    def somebody_is_faster(execute, sql, *more):
        result = execute(sql, *more)
        if sql.startswith("UPDATE") and not Throttle.objects.exists():
            Throttle.objects.create(**row, count=1)
        return result

    with connection.execute_wrapper(somebody_is_faster):
        throttles.hit("email", 1)
    assert Throttle.objects.get().count == 2


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_get_more(limits):
    limits(email="5/d")
    through = []

    def ask():
        through.append(hits("email", 1, 4))
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(through) == 5


@pytest.mark.parametrize("value", ["5", "5/w", "0/m", "-1/m", "five/m", "5/m,", "", None, 5, ["5/m"]])
def test_what_is_no_limit(limits, value):
    limits(email=value)
    with pytest.raises(ConfigurationError):
        _ = conf.LIMITS


def test_what_is_not_named_keeps_its_default(limits):
    limits(email=" 1/s , 2/d ")
    assert (conf.LIMITS["email"], conf.LIMITS["forgot"]) == ((Rate(1, 1), Rate(2, 86_400)), (Rate(20, 60),))


class TestPace:
    @pytest.fixture
    def pace(self, clock):
        return SharedPace()

    def allowance(self, *, remaining, exceeded=False, seconds=30):
        resets_at = timezone.now() + timedelta(seconds=seconds)
        return Allowance(limit=100, remaining=remaining, resets_at=resets_at, exceeded=exceeded)

    def closed(self, pace):
        return [pace.closed_until(priority) is not None for priority in ("interactive", "background")]

    def test_nothing_is_written_while_all_is_well(self, pace):
        pace.learn(self.allowance(remaining=26))
        assert not Throttle.objects.exists()
        assert self.closed(pace) == [False, False]

    def test_the_last_quarter_is_for_people(self, pace, clock):
        pace.learn(self.allowance(remaining=25))
        assert self.closed(SharedPace()) == [False, True]
        clock.shift(timedelta(seconds=31))
        assert self.closed(pace) == [False, False]

    def test_after_a_refusal_all_wait_in_every_process(self, pace, clock):
        pace.learn(self.allowance(remaining=0, exceeded=True))
        assert self.closed(SharedPace()) == [True, True]
        assert SharedPace().closed_until("interactive") == timezone.now() + timedelta(seconds=30)
        clock.shift(timedelta(seconds=30))
        assert self.closed(pace) == [False, False]

    def test_many_tell_the_same(self, pace):
        for _ in range(3):
            pace.learn(self.allowance(remaining=0, exceeded=True))
        assert Throttle.objects.count() == 1

    def test_another_tenant_is_not_slowed_down(self, pace, settings):
        pace.learn(self.allowance(remaining=0, exceeded=True))
        settings.SOCIAL_AUTH_AUTH0_DOMAIN = "127.0.0.1:9"
        assert self.closed(pace) == [False, False]
