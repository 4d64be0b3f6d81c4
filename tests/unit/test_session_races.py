"""Sign-ins, sign-outs and ends of all sessions at the same moment: rows never say more than what the sessions do."""

from __future__ import annotations

import threading

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.db import connections

from auth0_password.models import Ended, PasswordState, SignIn
from auth0_password.services import end_session, end_sessions
from auth0_password.services.known_sessions import Client, begin, over
from auth0_password.services.sessions import Stamp, session_counts


def at_once(*calls) -> None:
    """Run the calls in threads, all released together; the first error of any of them is raised here."""
    barrier, errors = threading.Barrier(len(calls)), []

    def run(call):
        try:
            barrier.wait(10)
            call()
        except Exception as error:  # noqa: BLE001 - handed on below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.mark.django_db(transaction=True)
def test_others_are_ended_while_sign_ins_arrive(django_user_model):
    alice = django_user_model.objects.create_user("alice")
    sessions, ended = [], []

    def signs_in():
        session = SessionStore()
        session[SESSION_KEY] = str(alice.pk)
        begin(alice, session, Stamp.of_other_backend(), Client())
        sessions.append(session)
        return session

    mine = signs_in()

    def ends_others():
        ended.append(end_sessions(django_user_model(pk=alice.pk), keep=mine, by=alice))

    def signs_in_and_out():
        over(Stamp.from_session(signs_in()), Ended.SIGNED_OUT)

    def ends_one():
        ended.append(end_session(django_user_model(pk=alice.pk), "nobody's"))

    for _ in range(3):
        at_once(ends_others, signs_in, signs_in, signs_in_and_out, ends_others, ends_one, signs_in)

    state = PasswordState.objects.get(user=alice)
    rows = {row.key: row for row in SignIn.objects.all()}
    counts = {
        Stamp.from_session(session).id: session_counts(Stamp.from_session(session), state) for session in sessions
    }
    assert rows.keys() == counts.keys()
    assert sum(ended) == sum(row.ended_by == Ended.BY_OWNER for row in rows.values())
    for key, row in rows.items():
        assert row.ended_by != Ended.BY_OWNER or not counts[key], "marked, and yet it goes on"
    end_sessions(alice)
    assert not any(row.ended_at is None for row in SignIn.objects.all())
    state.refresh_from_db()
    assert not any(session_counts(Stamp.from_session(session), state) for session in sessions)


@pytest.mark.django_db(transaction=True)
def test_all_are_ended_from_many_devices_at_once(django_user_model):
    """Exactly one is left: whoever was ended by another ends nobody any more."""
    alice = django_user_model.objects.create_user("alice")
    sessions = []
    for _ in range(6):
        session = SessionStore()
        session[SESSION_KEY] = str(alice.pk)
        begin(alice, session, Stamp.of_other_backend(), Client())
        sessions.append(session)

    def ends_others(session):
        end_sessions(django_user_model(pk=alice.pk), keep=session, by=alice)

    at_once(*(lambda session=session: ends_others(session) for session in sessions))
    state = PasswordState.objects.get(user=alice)
    stamps = [Stamp.from_session(session) for session in sessions]
    assert sum(session_counts(stamp, state) for stamp in stamps) == 1
