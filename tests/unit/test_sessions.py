from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from auth0_password.models import PasswordState
from auth0_password.services.sessions import Stamp, session_counts, stamp_session
from auth0_password.services.waiting import ChangeAsked, note_change, noted_change

CHANGED = datetime(2026, 11, 20, 9, 0, 0, 400_000, tzinfo=UTC)
SECOND = int(CHANGED.timestamp())


def state(valid_since=CHANGED):
    return PasswordState(subject="auth0|bob", sessions_valid_since=valid_since)


def stamp(auth_time, known=None):
    claims = {"sub": "auth0|bob", "iat": SECOND + 1, **({} if auth_time is None else {"auth_time": auth_time})}
    return Stamp.of_sign_in(claims, known)


@pytest.mark.parametrize(
    ("auth_time", "counts"), [(SECOND - 1, False), (SECOND, False), (SECOND + 1, True), (None, False)]
)
def test_only_a_younger_sign_in_counts(auth_time, counts):
    assert stamp(auth_time).counts(state()) is counts


def test_a_sign_in_in_the_very_second_counts_when_it_was_stamped_after_the_read():
    assert stamp(SECOND, known=state()).counts(state())
    assert not stamp(SECOND - 1, known=state()).counts(state())


def test_without_a_change_every_session_counts():
    assert stamp(None).counts(state(None))
    assert session_counts(None, None)
    assert session_counts(None, state(None))


def test_a_session_without_a_stamp_ends_with_the_first_change():
    assert not session_counts(None, state())


def test_a_stamp_survives_the_session():
    session = {}
    one = stamp(SECOND)
    note_change(session, ChangeAsked.now("link", "/loans/"))
    assert noted_change(session).next == "/loans/"
    stamp_session(session, one)
    assert Stamp.from_session(session) == one
    assert noted_change(session) is None


def test_age_is_the_time_since_the_person_authenticated():
    """Through an SSO session of ten minutes ago: ten minutes on Auth0's clock, and what has passed on ours since."""
    with time_machine.travel(CHANGED + timedelta(hours=3), tick=False) as clock:
        sso = Stamp.of_sign_in({"sub": "auth0|bob", "iat": SECOND, "auth_time": SECOND - 600}, None)
        clock.shift(timedelta(minutes=5))
        assert sso.age(timezone.now()) == timedelta(minutes=15)
        assert stamp(None).age(timezone.now()) is None


@pytest.mark.parametrize("data", [{}, {"id": "a"}, {"later": "version"}, "text", None, 7])
def test_a_stamp_of_another_version_is_none(data):
    assert Stamp.from_session({"_auth0_password": data}) is None


def test_a_stamp_with_more_than_we_know_is_read():
    session = {"_auth0_password": {**stamp(SECOND).to_session(), "later": "version"}}
    assert Stamp.from_session(session).sub == "auth0|bob"
