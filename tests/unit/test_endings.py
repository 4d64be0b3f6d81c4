"""Sessions that are ended by hand or by news from Auth0, one or all; and the one that ended the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.utils import timezone

from auth0_password.models import PasswordState
from auth0_password.services import end_session, end_sessions, look
from auth0_password.services.endings import MOST_NAMES
from auth0_password.services.sessions import STAMP_KEY, Stamp, session_counts
from auth0_password.signals import sessions_ended
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db


def signs_in(bob, gateway, *, sso_age=0, sid="sid-1"):
    """The stamp of a sign-in now, through a session at Auth0 of that age."""
    second = int(gateway.now().timestamp())
    claims = {"sub": BOB, "iat": second, "auth_time": second - sso_age, "sid": sid}
    return Stamp.of_sign_in(claims, PasswordState.objects.get(user=bob))


def session_of(user, stamp):
    """A Django session that brings somebody, as far as it matters here."""
    return {SESSION_KEY: str(user.pk), **({STAMP_KEY: stamp.to_session()} if stamp else {})}


def state(bob):
    return PasswordState.objects.get(user=bob)


@pytest.fixture(params=[0, 55, -55], ids=["in step", "Auth0 ahead", "Auth0 behind"])
def gateway(request, auth0_gateway):
    auth0_gateway.clock_offset = timedelta(seconds=request.param)
    return auth0_gateway


def test_all_end_whoever_began_them(bob, gateway, later):
    before = [signs_in(bob, gateway), Stamp.of_other_backend()]
    end_sessions(bob)
    later(seconds=1)
    after = [signs_in(bob, gateway), Stamp.of_other_backend()]
    assert [stamp.counts(state(bob)) for stamp in before + after] == [False, False, True, True]
    assert not session_counts(None, state(bob))


def test_nobody_comes_back_through_an_older_session_at_auth0(bob, gateway, later):
    end_sessions(bob)
    later(minutes=5)
    assert not signs_in(bob, gateway, sso_age=301).counts(state(bob))
    assert signs_in(bob, gateway, sso_age=299).counts(state(bob))


def test_the_session_that_ends_the_others_goes_on_but_proves_nothing_new(bob, gateway, later):
    mine, other = signs_in(bob, gateway), signs_in(bob, gateway)
    session = session_of(bob, mine)
    later(minutes=20)
    end_sessions(bob, keep=session)
    kept = Stamp.from_session(session)
    assert (kept.counts(state(bob)), mine.counts(state(bob)), other.counts(state(bob))) == (True, False, False)
    assert kept.age(timezone.now()) >= timedelta(minutes=20)
    later(seconds=1)
    end_sessions(bob)
    assert not kept.counts(state(bob))


def test_a_session_without_a_stamp_is_kept_too(bob, gateway, later):
    """From before this package was installed."""
    session = session_of(bob, None)
    end_sessions(bob, keep=session)
    assert session_counts(Stamp.from_session(session), state(bob))


def test_what_is_kept_was_there(bob, gateway, later):
    """Somebody else ended it while its request was under way: it ends nobody, and does not come back."""
    mine = signs_in(bob, gateway)
    session = session_of(bob, mine)
    later(seconds=1)
    end_sessions(bob)
    later(seconds=1)
    younger = signs_in(bob, gateway)
    later(seconds=1)
    end_sessions(bob, keep=session)
    assert session == session_of(bob, mine)
    assert not session_counts(Stamp.from_session(session), state(bob))
    assert younger.counts(state(bob))


def test_only_a_session_of_that_user_is_kept(bob, grace, gateway, later):
    session = session_of(grace, signs_in(bob, gateway))
    end_sessions(bob, keep=session)
    assert not Stamp.from_session(session).counts(state(bob))


def test_two_devices_that_end_each_other_leave_one(bob, gateway, later, monkeypatch):
    """The earlier one decided first, but was written last."""
    one, other = (session_of(bob, signs_in(bob, gateway)) for _ in range(2))
    decided_at = later(seconds=1) - gateway.clock_offset
    later(seconds=1)
    end_sessions(bob, keep=other)
    monkeypatch.setattr("auth0_password.services.endings.timezone.now", lambda: decided_at)
    end_sessions(bob, keep=one)
    counts = [session_counts(Stamp.from_session(session), state(bob)) for session in (one, other)]
    assert counts == [False, True]


def test_nobody_comes_back_because_an_earlier_end_is_written_late(bob, gateway, later, monkeypatch):
    decided_at = later(seconds=1) - gateway.clock_offset
    later(seconds=3)
    between = signs_in(bob, gateway)
    later(seconds=3)
    end_sessions(bob)
    monkeypatch.setattr("auth0_password.services.endings.timezone.now", lambda: decided_at)
    end_sessions(bob)
    assert not between.counts(state(bob))


def test_late_news_of_a_logout_does_not_end_a_session_that_began_after_it(bob, gateway, later):
    older = signs_in(bob, gateway)
    logged_out_at = later(seconds=5)
    later(seconds=5)
    newer = signs_in(bob, gateway)
    local = Stamp.of_other_backend()
    end_sessions(bob, before=logged_out_at)
    assert [stamp.counts(state(bob)) for stamp in (older, newer, local)] == [False, True, True]


def test_older_news_takes_nothing_back(bob, gateway, later):
    first, second = later(seconds=5), later(seconds=5)
    end_sessions(bob, before=second)
    end_sessions(bob, before=first)
    assert state(bob).sessions_valid_since == second


def test_a_change_ends_what_an_earlier_word_of_auth0_did_not(bob, gateway, later):
    """The logout that follows a change is dated later than it, and often comes before the read."""
    by_another_backend = Stamp.of_other_backend()
    later(minutes=1)
    gateway.change_password(BOB)
    end_sessions(bob, before=later(seconds=1))
    assert by_another_backend.counts(state(bob))
    look(bob)
    assert not by_another_backend.counts(state(bob))


@pytest.mark.parametrize("by", ["id", "sid"])
def test_one_ends_by_its_name(bob, gateway, by):
    mine, shared, other = (signs_in(bob, gateway, sid=sid) for sid in ("sid-1", "sid-1", "sid-2"))
    end_session(bob, getattr(mine, by))
    assert [one.counts(state(bob)) for one in (mine, shared, other)] == [False, by == "id", True]
    assert session_counts(None, state(bob))


@pytest.mark.parametrize("gateway", [0, 55, -55], indirect=True)
def test_a_session_at_auth0_that_was_ended_is_no_way_back_until_it_asked_again(bob, gateway, later):
    """`prompt=login` may keep its `sid`."""
    before = signs_in(bob, gateway)
    later(minutes=1)
    end_session(bob, "sid-1")
    later(minutes=1)
    silently, asked = signs_in(bob, gateway, sso_age=120), signs_in(bob, gateway, sso_age=2)
    unknown = replace(asked, id="another", auth_age=None)
    assert [one.counts(state(bob)) for one in (before, silently, asked, unknown)] == [False, False, True, False]


def test_names_as_they_were_kept_before_count_still(bob, gateway, later):
    mine, other = signs_in(bob, gateway, sid="sid-1"), signs_in(bob, gateway, sid="sid-2")
    until = int((timezone.now() + timedelta(days=1)).timestamp())
    PasswordState.objects.filter(user=bob).update(ended=f'{{"sid-1": {until}}}')
    assert [one.counts(state(bob)) for one in (mine, other)] == [False, True]
    end_session(bob, other.id)
    assert [one.counts(state(bob)) for one in (mine, other)] == [False, False]


def test_a_name_is_forgotten_when_no_session_of_it_can_live(bob, gateway, later, settings):
    mine, other = signs_in(bob, gateway), signs_in(bob, gateway)
    end_session(bob, mine.id)
    later(seconds=settings.SESSION_COOKIE_AGE - 5)
    end_session(bob, other.id)
    assert not mine.counts(state(bob))
    later(seconds=10)
    end_session(bob, "another")
    assert mine.id not in state(bob).ended
    assert other.id in state(bob).ended


def test_a_name_is_kept_where_every_request_prolongs_a_session(bob, gateway, later, settings):
    """Mallory asked for nothing but pages for everybody meanwhile, which look at no user."""
    settings.SESSION_SAVE_EVERY_REQUEST = True
    mallory = signs_in(bob, gateway)
    end_session(bob, mallory.id)
    later(seconds=3 * settings.SESSION_COOKIE_AGE)
    end_session(bob, "another")
    assert not mallory.counts(state(bob))


def test_too_many_names_end_all(bob, gateway, later):
    mine = signs_in(bob, gateway)
    for number in range(MOST_NAMES):
        end_session(bob, f"session-{number}")
    assert mine.counts(state(bob))
    later(seconds=1)
    end_session(bob, "one more")
    assert not mine.counts(state(bob))
    assert state(bob).ended == ""


def test_it_is_said_once_and_only_when_it_is_committed(bob, gateway, django_capture_on_commit_callbacks):
    heard = []
    sessions_ended.connect(lambda event, **_: heard.append(event), weak=False, dispatch_uid="heard")
    with django_capture_on_commit_callbacks(execute=True):
        end_sessions(bob)
        end_session(bob, "one")
        assert heard == []
    sessions_ended.disconnect(dispatch_uid="heard")
    assert [event.user_pk for event in heard] == [bob.pk, bob.pk]
    assert len({event.event_id for event in heard}) == 2


def test_the_browser_is_signed_out(bob, gateway, client, later):
    client.force_login(bob)
    assert client.get("/account/").status_code == 200
    end_sessions(bob)
    assert client.get("/account/").url.startswith("/account/login/")
    assert "signed out" in client.get("/account/login/").content.decode().lower()


def test_a_program_is_told_why_as_well(bob, gateway, client, later):
    client.force_login(bob)
    end_sessions(bob)
    assert client.get("/loans/", headers={"accept": "application/json"}).json()["detail"] == "This session was ended."
    client.force_login(bob)
    later(minutes=1)
    gateway.change_password(BOB)
    look(bob)
    assert "changed" in client.get("/loans/", headers={"accept": "application/json"}).json()["detail"]


def test_who_has_signed_in_again_is_told_nothing_of_before(bob, gateway, client, later):
    """A program was told, not a page; then its session became another sign-in's."""
    client.force_login(bob)
    end_sessions(bob, by=bob)
    assert client.get("/loans/", headers={"accept": "application/json"}).status_code == 401
    later(seconds=2)
    client.force_login(bob)
    assert "signed this device out" not in client.get("/account/login/?next=/loans/").content.decode()
