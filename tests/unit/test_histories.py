"""True histories, told late, twice, in any order, about another tenant's users, or not at all, by any mixture of what
Auth0 sends and of people who sign in: once everything was told to somebody or swept, and reconcile ran, all is as it
is at Auth0, and each change that was seen led to one mail, one end of access and one signal.

`HYPOTHESIS_PROFILE=long` plays 2,000 of them.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from auth0_password.gateway import set_gateway
from auth0_password.models import PasswordState, ResetRequirement, UsedToken
from auth0_password.services import reconcile
from auth0_password.services.log_pull import pull_logs
from auth0_password.services.sweep import sweep
from auth0_password.signals import password_changed
from auth0_password.testing import InMemoryGateway
from tests.unit.plays import PEOPLE, Play
from tests.unit.webhooks.conftest import SECRET, TOKEN

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
PLAY = settings(
    max_examples=2_000 if LONG else 60, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck)
)
who = st.sampled_from(PEOPLE)
MOMENTS = st.lists(
    st.tuples(who, st.sampled_from(["change", "require", "ask for a mail", "sign in", "log out", "look"])),
    min_size=1, max_size=12,
)  # fmt: skip


class Never:
    def is_set(self):
        return False

    def wait(self, seconds):
        raise AssertionError("nothing to wait for")


@pytest.fixture
def receivers(settings, monkeypatch):
    monkeypatch.setitem(settings.AUTH0_PASSWORD, "ACTION_SECRET", SECRET)
    monkeypatch.setitem(settings.AUTH0_PASSWORD, "LOG_STREAM_TOKEN", TOKEN)


def played(history, news):
    """Everything that happens and is told, in a transaction that is rolled back by whoever called."""
    with time_machine.travel(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=False) as clock:
        tenant = InMemoryGateway()
        set_gateway(tenant)
        play = Play(tenant, clock)
        mail.outbox.clear()
        password_changed.connect(play.hear)
        play.begin()
        for index, (subject, what) in enumerate(history):
            play.happen(subject, what)
            for number, channel, after in news:
                if after == index:
                    play.tell(number, channel)
        for number, channel, after in news:
            if after >= len(history):
                play.clock.shift(5)
                play.tell(number, channel)
        yield play


NEWS = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.sampled_from(["action", "stream", "array", "pull", "logout", "sign in", "elsewhere"]),
        st.integers(0, 15),
    ),
    max_size=12,
)


@pytest.mark.django_db
@pytest.mark.usefixtures("receivers")
class TestAnyHistory:
    @PLAY
    @given(MOMENTS, NEWS, st.sampled_from(["sweep", "stream", "pull"]))
    @example([("auth0|bob", "change")], [], "sweep")
    @example([("auth0|bob", "change")], [], "stream")
    @example([("auth0|bob", "change")], [], "pull")
    def test_ends_in_the_truth(self, history, news, last):
        """Whatever went astray before: one source that tells all is enough, and one reconcile."""
        with transaction.atomic():
            for play in played(history, news):
                play.clock.shift(timedelta(minutes=1))
                if last == "sweep":
                    sweep(Never())
                elif last == "pull":
                    pull_logs()
                else:
                    play.tell(0, "array")
                reconcile()
                play.all_is_as_it_is()
                play.every_change_was_recorded_once()
                for _ in range(2):  # a signal is left for a minute to whoever read it
                    play.clock.shift(timedelta(minutes=2))
                    reconcile()
                play.every_change_led_to_one_of_each()
            transaction.set_rollback(True)
        set_gateway(None)

    @PLAY
    @given(MOMENTS, NEWS)
    def test_no_news_lower_a_flag_or_end_what_is_younger(self, history, news):
        with transaction.atomic():
            for play in played(history, news):
                for subject, user in play.users.items():
                    state = PasswordState.objects.get(user=user)
                    last = play.last_of(subject)
                    for one, at, pk in play.demands:
                        if one == subject and not (last and last > at):
                            assert ResetRequirement.objects.open().filter(pk=pk).exists()
                    ended = [at for one, at, _record, token in play.told if one == subject and token]
                    for one, _second, stamp in play.sessions:
                        if one == subject and not ended:
                            assert stamp.counts(state)
                assert UsedToken.objects.count() <= len(play.told)
            transaction.set_rollback(True)
        set_gateway(None)
