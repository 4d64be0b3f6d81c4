"""Auth0's limit is one for the whole tenant: what it says of it is read, kept, and left to people first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from auth0_password import exceptions
from auth0_password.gateway import background, set_pace
from auth0_password.gateway.limits import LONGEST_HOLD, LONGEST_WAIT, Allowance, allowance_of, retry_at_of
from auth0_password.gateway.pace import InProcessPace, closed_by
from tests.gateway.people import BOB, USER, VERBS
from tests.gateway.wire import MAIL_PATH, answer

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock():
    """Time stands still at nine o'clock, until it is moved; the network's clock goes on."""
    with time_machine.travel(NINE, tick=False) as traveller:
        yield traveller


def limits(remaining, *, limit=10, reset=2.0, date=NINE, **more):
    """Auth0's headers, `reset` seconds after what its own clock says."""
    return {
        "X_RateLimit_Limit": str(limit),
        "X_RateLimit_Remaining": str(remaining),
        "X_RateLimit_Reset": str(int((date + timedelta(seconds=reset)).timestamp())),
        "Date": format_datetime(date, usegmt=True),
        **more,
    }


def spoken(**headers):
    """The same as a mapping of the names on the wire."""
    return {name.lower().replace("_", "-"): value for name, value in headers.items()}


def test_people_go_on_where_the_background_stops(wire, gateway, clock):
    wire.script["GET /api/v2/users/"] = answer(200, USER, **limits(2))
    gateway.read_user(BOB)
    with background(), pytest.raises(exceptions.ThrottledError) as caught:
        gateway.read_user(BOB)
    assert (caught.value.retry_at, caught.value.status) == (NINE + 2 * SECOND, None)
    assert wire.count("GET") == 1
    gateway.read_user(BOB)
    clock.shift(2)
    with background():
        gateway.read_user(BOB)
    assert wire.count("GET") == 3


def test_after_a_429_nobody_calls_until_the_reset(wire, gateway, clock):
    wire.script["GET /api/v2/users/"] = answer(429, {}, **limits(0))
    with pytest.raises(exceptions.ThrottledError) as caught:
        gateway.read_user(BOB)
    assert (caught.value.retry_at, caught.value.status) == (NINE + 2 * SECOND, 429)
    wire.script["GET /api/v2/users/"] = answer(200, USER, **limits(9))
    clock.shift(1.9)
    with pytest.raises(exceptions.ThrottledError):
        gateway.read_user(BOB)
    assert wire.count("GET") == 1
    clock.shift(0.1)
    assert gateway.read_user(BOB).subject == BOB


def test_no_answer_closes_the_site_for_long(wire, gateway, clock):
    wire.script["GET /api/v2/users/"] = answer(429, {}, **limits(0, reset=80_000))
    with pytest.raises(exceptions.ThrottledError) as caught:
        gateway.read_user(BOB)
    assert caught.value.retry_at == NINE + 80_000 * SECOND
    wire.script["GET /api/v2/users/"] = answer(200, USER)
    clock.shift(LONGEST_HOLD)
    assert gateway.read_user(BOB).subject == BOB


def test_no_verb_of_the_management_api_goes_round_the_pace(wire, gateway):
    class Closed:
        asked = []

        def closed_until(self, priority):
            self.asked.append(priority)
            return NINE

        def learn(self, allowance):
            raise AssertionError

    set_pace(Closed())
    try:
        for name in VERBS.keys() - {"send_change_email"}:
            with background(), pytest.raises(exceptions.ThrottledError) as caught:
                VERBS[name][1](gateway)
            assert caught.value.retry_at == NINE
        assert (wire.asked, Closed.asked) == ([], ["background"] * 4)
        VERBS["send_change_email"][1](gateway)
    finally:
        set_pace(None)


def test_bulk_keeps_below_the_limit(wire, gateway, clock):
    """Five hundred users at a tenant that refills two a second: at most one in twenty calls is one too many."""
    bucket = {"left": 2.0, "at": NINE, "refused": 0}

    def told():
        now = datetime.now(UTC)
        bucket["left"] = min(2.0, bucket["left"] + 2 * (now - bucket["at"]).total_seconds())
        bucket["at"] = now
        if bucket["left"] < 1:
            bucket["refused"] += 1
            return answer(429, {}, **limits(0, limit=2, reset=1, date=now))
        bucket["left"] -= 1
        return answer(200, USER, **limits(int(bucket["left"]), limit=2, reset=1, date=now))

    wire.script["GET /api/v2/users/"] = told
    done = 0
    while done < 500:
        try:
            with background():
                gateway.read_user(BOB)
            done += 1
        except exceptions.ThrottledError as error:
            clock.move_to(error.retry_at)
    assert bucket["refused"] <= 25
    assert datetime.now(UTC) - NINE < timedelta(seconds=600)


@pytest.mark.parametrize(
    ("remaining", "limit", "interactive", "bulk"),
    [(10, 10, True, True), (3, 10, True, True), (2, 10, True, False), (0, 10, True, False), (1, 2, True, True)],
)
def test_the_background_leaves_a_quarter(remaining, limit, interactive, bulk):
    allowance = Allowance(limit=limit, remaining=remaining, resets_at=NINE + SECOND)
    assert (closed_by(allowance, "interactive", NINE) is None) == interactive
    assert (closed_by(allowance, "background", NINE) is None) == bulk
    assert closed_by(allowance, "background", NINE + SECOND) is None


def test_a_pace_that_was_told_nothing_is_open():
    assert InProcessPace().closed_until("background") is None


@pytest.mark.parametrize("offset", [-3_600, 0, 3_600], ids=lambda value: f"{value:+d} s")
def test_the_reset_is_told_in_our_clock(offset):
    theirs = NINE + timedelta(seconds=offset)
    headers = spoken(**limits(0, reset=30, date=theirs))
    assert retry_at_of(429, headers, NINE) == NINE + 30 * SECOND


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (429, {"retry-after": "7"}, 7),
        (503, {"retry-after": "7"}, 7),
        (503, {"retry-after": "Fri, 20 Nov 2026 09:00:09 GMT"}, 9),
        (429, {"retry-after": "7", "x-ratelimit-reset": str(int(NINE.timestamp()) + 3)}, 3),
        (503, {"x-ratelimit-reset": str(int(NINE.timestamp()) + 3)}, None),
        (429, {}, None),
        (429, {"retry-after": "soon"}, None),
        (429, {"retry-after": "-5"}, None),
        (429, {"retry-after": "1e3"}, None),
        (429, {"retry-after": "999999"}, None),
        (429, {"retry-after": "9" * 5_000}, None),
        (429, {"retry-after": "Fri, 20 Nov 2020 09:00:09 GMT"}, None),
        (429, {"x-ratelimit-reset": "0"}, None),
        (429, {"x-ratelimit-reset": "99999999999"}, None),
        (429, {"x-ratelimit-reset": "٣"}, None),
        (429, {"x-ratelimit-reset": str(int(NINE.timestamp()) + 3), "date": "yesterday"}, 3),
    ],
    ids=str,
)
def test_when_to_try_again(status, headers, expected):
    assert retry_at_of(status, headers, NINE) == (None if expected is None else NINE + expected * SECOND)


NAMES = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after", "date")
HEADER = st.one_of(st.none(), st.integers().map(str), st.text(max_size=20), st.datetimes().map(format_datetime))


@given(
    status=st.sampled_from([200, 429, 503]),
    headers=st.fixed_dictionaries(
        dict.fromkeys(
            ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after", "date"], HEADER
        )
    ),
)
def test_no_header_breaks_it(status, headers):
    said = {name: value for name, value in headers.items() if value is not None}
    allowance, retry_at = allowance_of(status, said, NINE), retry_at_of(status, said, NINE)
    for moment in (retry_at, allowance and allowance.resets_at):
        assert moment is None or NINE <= moment <= NINE + LONGEST_WAIT


@pytest.mark.parametrize(("remaining", "expected"), [(0, NINE + 60 * SECOND), (9, None)])
def test_a_mail_tells_when_the_next_may_be_asked_for(wire, gateway, clock, remaining, expected):
    wire.script[f"POST {MAIL_PATH}"] = answer(200, "We've just sent you an email.", **limits(remaining, reset=60))
    assert VERBS["send_change_email"][1](gateway).retry_at == expected


def test_the_limit_of_the_mails_is_not_that_of_the_management_api(wire, gateway, clock):
    wire.script[f"POST {MAIL_PATH}"] = answer(429, {"error": "too_many_requests"}, **limits(0, reset=60))
    with pytest.raises(exceptions.ThrottledError) as caught:
        VERBS["send_change_email"][1](gateway)
    assert caught.value.retry_at == NINE + 60 * SECOND
    with background():
        assert gateway.read_user(BOB).subject == BOB
