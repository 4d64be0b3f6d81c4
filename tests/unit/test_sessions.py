from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from auth0_password.models import PasswordState
from auth0_password.services.sessions import CHANGED_CLAIM, Stamp, session_counts, stamp_session
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


class TestChangedWithinTheLogin:
    """Through a form of the tenant's: `auth_time` is earlier than the change, and a signed claim says when it was."""

    MS = SECOND * 1000 + 400

    def sign_in(self, changed_at, *, auth_time=SECOND - 60, iat=SECOND + 1):
        claims = {"sub": "auth0|bob", "iat": iat, "auth_time": auth_time, CHANGED_CLAIM: changed_at}
        return Stamp.of_sign_in(claims, None)

    def test_it_counts_like_a_sign_in_after_the_change(self):
        assert self.sign_in(self.MS).counts(state())

    def test_only_until_the_next_change(self):
        assert not self.sign_in(self.MS).counts(state(CHANGED + timedelta(milliseconds=1)))
        assert not self.sign_in(self.MS - 1).counts(state())

    @pytest.mark.parametrize("value", [str(MS), float(MS), True, None, [MS], -MS, 0, 10**30, MS + 10**6, MS - 10**6])
    def test_what_is_no_time_within_this_login(self, value):
        assert not self.sign_in(value).counts(state())
        assert self.sign_in(value).since == SECOND - 60

    def test_one_server_may_be_ahead_of_another(self):
        assert self.sign_in(self.MS, iat=SECOND - 4).counts(state())
        assert not self.sign_in(self.MS, iat=SECOND - 5).counts(state())

    def test_without_an_auth_time_it_says_nothing(self):
        claims = {"sub": "auth0|bob", "iat": SECOND + 1, CHANGED_CLAIM: self.MS}
        assert Stamp.of_sign_in(claims, None).since is None

    def test_when_the_person_authenticated_stays_as_it_was(self):
        assert self.sign_in(self.MS).auth_age == 61


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
