"""A worker is killed at every step of what follows a change. Nothing is lost; only a mail that the server has just
taken can be sent once more, under the same Message-ID."""

from __future__ import annotations

from itertools import count

import pytest
from django.core import mail

from auth0_password.models import PasswordChange, PasswordState, ResetRequirement
from auth0_password.services import look, reconcile
from auth0_password.services.disputes import change_of, dispute, token_of
from tests.faults.test_killed_workers import again, person  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def mails_to(address):
    return [one for one in mail.outbox if one.to == [address]]


def changed(user, subject, gateway, later):
    later(minutes=1)
    gateway.change_password(subject)
    look(user)
    return PasswordChange.objects.get(user=user)


@pytest.mark.parametrize("kind", ["mail", "revoke"])
def test_telling_the_owner_and_ending_access(person, auth0_gateway, later, reaper, kind):  # noqa: F811
    for number in count():
        user, subject = person(number)
        change = changed(user, subject, auth0_gateway, later)
        with reaper.kills_at(number):
            reconcile([kind])
        done = reaper.survived
        again(later)

        change.refresh_from_db()
        told = mails_to(f"reader{number}@example.com")
        assert (change.mail_outcome, change.mail_to) == ("sent", ""), f"killed at step {number}"
        assert 1 <= len(told) <= 2
        assert len({one.extra_headers["Message-ID"] for one in told}) == 1
        assert change.revoked_at is not None
        assert auth0_gateway.revoked.count((subject, change.changed_at)) in {1, 2}
        if done:
            assert len(told) == 1
            break
    assert number > 3


def test_a_dispute(person, auth0_gateway, later, reaper):  # noqa: F811
    """Whoever says it again after the page failed is believed as if it were the first time."""
    for number in count():
        user, subject = person(number)
        change = changed(user, subject, auth0_gateway, later)
        with reaper.kills_at(number):
            dispute(change_of(token_of(change)))
        done = reaper.survived
        dispute(change_of(token_of(change)))
        before = len(mails_to("grace@example.com"))
        again(later)

        state = PasswordState.objects.get(pk=user.pk)
        assert state.needs_reset, f"killed at step {number}"
        assert state.sessions_ended_at is not None
        assert [row.reason for row in ResetRequirement.objects.filter(user=user)] == ["breach"]
        assert (subject, None) in auth0_gateway.revoked
        assert len(mails_to("grace@example.com")) == before + 1
        if done:
            break
    assert number > 5
