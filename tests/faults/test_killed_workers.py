"""A worker is killed at every step, one after the other. Nothing is lost, and nothing is seen twice."""

from __future__ import annotations

from itertools import count

import pytest

from auth0_password.models import PasswordChange, PasswordState, ResetRequirement
from auth0_password.services import clear_reset, hint, look, reconcile, require_reset, subjects
from auth0_password.services.reconcile import due
from auth0_password.signals import password_changed


@pytest.fixture
def person(db, auth0_gateway, django_user_model, later):
    """Make somebody who signed in a minute ago."""

    def make(number):
        subject = f"auth0|{number}"
        auth0_gateway.add(subject, email=f"reader{number}@example.com")
        user = django_user_model.objects.create_user(f"reader{number}")
        subjects.bind(user, auth0_gateway.read_user(subject))
        later(minutes=1)
        return user, subject

    return make


def again(later):
    """The worker's lease and whatever it had put off run out; then others come."""
    for _ in range(3):
        later(hours=2)
        reconcile()
    assert set(due().values()) == {0}


def nothing(user, subject, gateway):
    """Between the kill and the next worker."""


def grace_takes_it_back(user, subject, gateway):
    clear_reset(user, by=None)


def it_is_taken_back_and_then_read(user, subject, gateway):
    clear_reset(user, by=None)
    look(user)


def a_new_password(user, subject, gateway):
    gateway.change_password(subject)


def required_once_more(user, subject, gateway):
    require_reset(user, reason="policy")


MEANWHILE = [nothing, grace_takes_it_back, it_is_taken_back_and_then_read, a_new_password, required_once_more]


@pytest.mark.parametrize("meanwhile", MEANWHILE, ids=lambda one: one.__name__)
@pytest.mark.parametrize("falls", [False, True], ids=["it is raised", "it falls"])
def test_the_copy_in_the_tenant(person, auth0_gateway, later, reaper, meanwhile, falls):
    for number in count():
        user, subject = person(number)
        require_reset(user, reason="breach")
        if falls:
            reconcile(["mirror"])
            later(minutes=1)
            clear_reset(user, by=None)
        with reaper.kills_at(number):
            reconcile(["mirror"])
        done = reaper.survived
        later(seconds=5)
        meanwhile(user, subject, auth0_gateway)
        again(later)

        state, metadata = PasswordState.objects.get(pk=user.pk), auth0_gateway.users[subject].app_metadata
        assert metadata.get("needsPasswordReset", False) is state.needs_reset, f"killed at step {number}"
        assert (state.mirrored_flag, state.mirror_due_at) == (state.needs_reset, None)
        reasons = [one.reason for one in ResetRequirement.objects.filter(user=user)]
        assert reasons == ["breach", "policy"][: 2 if meanwhile is required_once_more else 1]
        assert reaper.written.count(subject) <= 2 + falls
        if done:
            break
    assert number > 10


def test_written_once_whatever_happens(person, auth0_gateway, later, reaper):
    """The one write that a kill can hide is seen by the read that comes before the next."""
    for number in count():
        user, subject = person(number)
        require_reset(user, reason="breach")
        with reaper.kills_at(number):
            reconcile(["mirror"])
        done = reaper.survived
        again(later)
        assert reaper.written.count(subject) == 1, f"killed at step {number}"
        if done:
            break


@pytest.mark.django_db(transaction=True)
def test_a_read_that_is_due_and_what_follows_it(person, auth0_gateway, later, reaper):
    heard = []

    def hear(event, **_):
        heard.append(event.event_id)

    password_changed.connect(hear)
    for number in count():
        user, subject = person(number)
        require_reset(user, reason="breach")
        later(minutes=1)
        change = auth0_gateway.change_password(subject)
        hint([subject])
        with reaper.kills_at(number):
            reconcile(["check"])
        done = reaper.survived
        again(later)

        row = PasswordChange.objects.get(user=user)
        assert (row.changed_at, row.announce_due_at) == (change, None), f"killed at step {number}"
        assert 1 <= heard.count(f"password_changed:{row.pk}") <= 2
        assert ResetRequirement.objects.get(user=user).status == "changed"
        assert auth0_gateway.users[subject].app_metadata.get("needsPasswordReset", False) is False
        if done:
            break
    assert number > 5
    password_changed.disconnect(hear)
