"""True histories, told late, twice, in any order, about another tenant's users, or not at all, by any mixture of what
Auth0 sends and of people who sign in: once everything was told to somebody or swept, and reconcile ran, all is as it is
at Auth0, and each change that was seen led to one mail, one end of access and one signal.

`HYPOTHESIS_PROFILE=long` plays 2,000 of them.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth0_password.conf import conf
from auth0_password.gateway import set_gateway
from auth0_password.models import PasswordChange, PasswordState, ResetRequirement, UsedToken
from auth0_password.services import look, reconcile, require_reset, subjects
from auth0_password.services.changes import hint_of_sign_in
from auth0_password.services.log_pull import pull_logs
from auth0_password.services.reconcile import due
from auth0_password.services.sessions import Stamp
from auth0_password.services.sweep import sweep
from auth0_password.signals import password_changed
from auth0_password.testing import InMemoryGateway
from auth0_password.webhooks.signatures import sign
from tests.unit.webhooks.conftest import SECRET, TOKEN

PEOPLE = ("auth0|bob", "auth0|alice", "auth0|carol")
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


@dataclass
class Play:
    """The truth, and what of it was told by whom."""

    tenant: InMemoryGateway
    clock: time_machine.Traveller
    users: dict = field(default_factory=dict)
    changes: list = field(default_factory=list)
    demands: list = field(default_factory=list)
    sessions: list = field(default_factory=list)
    told: list = field(default_factory=list)
    heard: list = field(default_factory=list)
    client: Client = field(default_factory=Client)

    def begin(self):
        for subject in PEOPLE:
            self.tenant.add(subject, email=f"{subject.partition('|')[2]}@example.com")
            user = get_user_model().objects.create_user(subject)
            subjects.bind(user, self.tenant.read_user(subject))
            self.users[subject] = user
        self.clock.shift(60)

    def happen(self, subject, what):
        self.clock.shift(10)
        user = self.users[subject]
        if what == "change":
            at = self.tenant.change_password(subject)
            self.changes.append((subject, at))
            self.told.append((subject, at, self.tenant.write_log("scp", subject), self.tenant.logout_token(subject)))
        elif what == "require":
            self.demands.append((subject, self.tenant.now(), require_reset(user, reason="policy").get().pk))
        elif what == "ask for a mail":
            record = self.tenant.write_log("scpr", subject)
            self.told.append((subject, self.last_of(subject), record, None))
        elif what == "sign in":
            self.completes_a_sign_in(user, subject)
            second = int(self.tenant.now().timestamp())
            claims = {"sub": subject, "iat": second, "auth_time": second, "sid": f"sid-{len(self.sessions)}"}
            stamp = Stamp.of_sign_in(claims, PasswordState.objects.get(user=user))
            self.sessions.append((subject, second, stamp))
        elif what == "log out":
            self.told.append((subject, None, self.tenant.write_log("slo", subject), self.tenant.logout_token(subject)))
        else:
            look(user)

    def completes_a_sign_in(self, user, subject):
        """As the pipeline does: with a read where one is due, else with a hint."""
        if subjects.read_due(user, subject):
            subjects.bind(user, self.tenant.read_user(subject))
        else:
            hint_of_sign_in(user)

    def last_of(self, subject):
        return max((at for one, at in self.changes if one == subject), default=None)

    def tell(self, number, channel):
        """One piece of news, by one channel, as genuine as it gets; `elsewhere`: another tenant's same-named user."""
        if not self.told:
            return
        subject, at, record, token = self.told[number % len(self.told)]
        if channel == "pull":
            self.clock.shift(30)
            pull_logs()
        elif channel == "stream":
            self.post("hooks/logs/", json.dumps({"log_id": record["log_id"], "data": record}), Authorization=TOKEN)
        elif channel == "array":
            records = [one for _subject, _at, one, _token in self.told]
            self.post("hooks/logs/", json.dumps([*records, *reversed(records)]), Authorization=TOKEN)
        elif channel == "sign in":
            self.completes_a_sign_in(self.users[subject], subject)
        elif channel == "logout" and token:
            assert self.post("backchannel-logout/", f"logout_token={token}", form=True) == 200
        elif channel in {"action", "elsewhere"} and at:
            domain = conf.DOMAIN.host if channel == "action" else "other.eu.auth0.com"
            data = {"domain": domain, "user_id": subject, "last_password_reset": at.isoformat()}
            body, now = json.dumps({"type": "password.changed", "data": data}), int(time.time())
            signature = sign(SECRET, "m", now, body.encode())
            self.post("hooks/action/", body, **{
                "webhook-id": "m", "webhook-timestamp": str(now), "webhook-signature": signature,
            })  # fmt: skip

    def post(self, path, body, *, form=False, **headers):
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        status = self.client.post(f"/account/{path}", body, content_type=kind, headers=headers).status_code
        assert status in {200, 204}
        return status

    def all_is_as_it_is(self):
        for subject, user in self.users.items():
            state = PasswordState.objects.get(user=user)
            last = self.last_of(subject)
            open_ones = {pk for one, at, pk in self.demands if one == subject and not (last and last > at)}
            rows = ResetRequirement.objects.filter(user=user)
            assert {row.pk for row in rows.open()} == open_ones
            assert state.needs_reset is bool(open_ones)
            assert state.changed_at == last
            for one, second, stamp in self.sessions:
                if one == subject and last and second < int(last.timestamp()):
                    assert not stamp.counts(state)

    def every_change_was_recorded_once(self):
        """Those that a read saw; an overtaken one was never seen, and nobody is told of what was not seen."""
        rows = list(PasswordChange.objects.values_list("user__username", "changed_at"))
        assert len(rows) == len(set(rows))
        assert set(rows) <= set(self.changes)
        for subject in PEOPLE:
            if last := self.last_of(subject):
                assert (subject, last) in rows

    def hear(self, event, **_named):
        self.heard.append(event.event_id)

    def every_change_led_to_one_of_each(self):
        rows = list(PasswordChange.objects.select_related("user"))
        told = Counter(one.to[0] for one in mail.outbox if one.extra_headers["Message-ID"].startswith("<changed."))
        names = [row.user.username for row in rows]
        assert told == Counter(f"{name.partition('|')[2]}@example.com" for name in names)
        assert Counter(self.tenant.revoked) == Counter((row.user.username, row.changed_at) for row in rows)
        assert Counter(self.heard) == Counter(f"password_changed:{row.pk}" for row in rows)
        assert set(due().values()) == {0}


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
