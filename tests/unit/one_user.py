"""One user, and everything that people, programs and networks can do to them, in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from auth0_password.exceptions import (
    GatewayUnavailableError,
    UnexpectedAnswerError,
    UnknownOutcomeError,
    UnknownUserError,
)
from auth0_password.gateway import Identity, set_gateway
from auth0_password.gateway.clock import TenantClock
from auth0_password.models import PasswordState
from auth0_password.services import clear_reset, hint, look, reconcile, require_reset, subjects, withdraw
from auth0_password.services.changes import record_read
from auth0_password.services.flag import Demand
from auth0_password.services.requirements import require_of
from auth0_password.services.sessions import Stamp
from auth0_password.signals import password_changed
from auth0_password.testing import InMemoryGateway
from tests.unit.plain_model import Plain, SignedIn

BOB, SECOND, GOOGLE = "auth0|bob", "auth0|second", "google-oauth2|1"
START = datetime(2026, 11, 20, 9, tzinfo=UTC)
OFFSETS = st.one_of(st.floats(-1, 1), st.floats(3, 60), st.floats(-60, -3)).map(
    lambda s: timedelta(seconds=round(s, 3))
)
DURATIONS = st.sampled_from([0.2, 0.9, 1, 2, 2.1, 4, 30, 90, 3600, 86400])
ERRORS = [GatewayUnavailableError("down"), UnexpectedAnswerError("odd")]


class Tenant(InMemoryGateway):
    """Its clock differs, and is measured from a `Date` header as the real gateway does it."""

    def read_user(self, subject):
        clock = TenantClock()
        clock.measure(format_datetime(self.now().replace(microsecond=0), usegmt=True), timezone.now())
        return replace(super().read_user(subject), clock_offset=clock.offset)


class OneUser(RuleBasedStateMachine):
    """Rules are what people, programs and networks do; each takes at least a millisecond."""

    def __init__(self):
        super().__init__()
        self.clock = time_machine.travel(START, tick=False)
        self.traveller = self.clock.start()
        self.rows = transaction.atomic()
        self.rows.__enter__()
        self.tenant, self.plain = Tenant(), Plain()
        set_gateway(self.tenant)
        password_changed.connect(self.hear, weak=False, dispatch_uid="machine")
        self.user_pk = get_user_model().objects.create(username="bob").pk
        self.events, self.changes, self.true_since = [], [], {}
        self.campaigns = []
        self.sent, self.answered, self.sessions, self.deleted = [], [], [], {}
        self.ending, self.taken = [], []

    def teardown(self):
        password_changed.disconnect(dispatch_uid="machine")
        set_gateway(None)
        transaction.set_rollback(True)
        self.rows.__exit__(None, None, None)
        self.clock.stop()

    @initialize(offset=OFFSETS)
    def a_tenant(self, offset):
        self.tenant.clock_offset = offset
        for subject in (BOB, SECOND, GOOGLE):
            self.tenant.add(subject)

    # Small words

    def now(self):
        self.traveller.shift(timedelta(milliseconds=1))
        return timezone.now()

    def user(self):
        return get_user_model().objects.get(pk=self.user_pk)

    def commit(self):
        waiting, connection.run_on_commit = connection.run_on_commit, []
        for _sids, call, _robust in waiting:
            call()

    def hear(self, event, **_):
        self.events.append((event.event_id, event.changed_at))

    def took_over(self, play, profile):
        """Let the model take over what was read, and note which real change ended sessions by it."""
        before = self.plain.valid_since
        play(profile, since_true_at=self.true_since.get(profile.app_metadata.get("passwordResetRequiredAt")))
        if profile.subject == self.plain.subject:
            self.taken.append(profile)
        if self.plain.valid_since != before:
            self.ending.append(self.plain.valid_since - self.tenant.clock_offset)
        self.commit()

    # What happens

    @rule(seconds=DURATIONS)
    def time_passes(self, seconds):
        self.traveller.shift(timedelta(seconds=seconds))

    @rule(grace=st.sampled_from([0, 0, 60, 86400]), inactive=st.sampled_from([False, False, False, True]))
    def require(self, grace, inactive):
        user, now = self.user(), self.now()
        user.is_active = not inactive
        enforce_from = now + timedelta(seconds=grace)
        require_reset(user, reason="breach", enforce_from=enforce_from)
        self.plain.require(now, enforce_from, inactive=inactive)
        self.commit()

    @rule(inactive=st.sampled_from([False, False, True]))
    def a_campaign_requires(self, inactive):
        user, now = self.user(), self.now()
        user.is_active = not inactive
        rows = require_reset([user], reason="policy")
        self.campaigns.append(rows.get().campaign)
        self.plain.require(now, now, inactive=inactive, campaign=self.campaigns[-1].pk)
        self.commit()

    @precondition(lambda self: self.campaigns)
    @rule(data=st.data())
    def a_campaign_comes_again(self, data):
        """A second run of the same campaign, after the first was interrupted."""
        campaign, now = data.draw(st.sampled_from(self.campaigns)), self.now()
        demand = Demand(reason="policy", raised_at=now, enforce_from=now, campaign=campaign.pk)
        assert require_of(self.user(), demand) is None
        self.plain.require(now, now, campaign=campaign.pk)

    @precondition(lambda self: self.campaigns)
    @rule(data=st.data())
    def a_campaign_is_taken_back(self, data):
        self.now()
        campaign = data.draw(st.sampled_from(self.campaigns))
        assert withdraw(campaign, by=None) == self.plain.withdraw(campaign.pk)

    @rule()
    def clear_by_hand(self):
        self.now()
        assert clear_reset(self.user(), by=None) == len(self.plain.open)
        self.plain.close_all("cleared")

    @rule(subject=st.sampled_from([BOB, SECOND]))
    def hint(self, subject):
        now = self.now()
        hint([subject])
        self.plain.due = now if subject == self.plain.subject else self.plain.due

    @rule(subject=st.sampled_from([BOB, BOB, SECOND]))
    def change_at_auth0(self, subject):
        now = self.now()
        if subject in self.tenant.users:
            self.changes.append((subject, now, self.tenant.change_password(subject)))

    @rule(subject=st.sampled_from([BOB, SECOND, GOOGLE]), seconds=st.sampled_from([None, 0, 1, 3, 600]))
    def the_tenant_asks_for_a_new_password(self, subject, seconds):
        if subject not in self.tenant.users:
            return
        since = None if seconds is None else self.now() - timedelta(seconds=seconds)
        metadata = {"needsPasswordReset": True}
        if since is not None:
            metadata["passwordResetRequiredAt"] = (since + self.tenant.clock_offset).isoformat()
        self.true_since[metadata.get("passwordResetRequiredAt")] = since
        self.tenant.users[subject] = replace(self.tenant.users[subject], app_metadata=metadata)

    @rule(subject=st.sampled_from([BOB, SECOND, GOOGLE]))
    def the_tenant_asks_no_more(self, subject):
        if subject in self.tenant.users:
            self.tenant.users[subject] = replace(self.tenant.users[subject], app_metadata={})

    @rule(subject=st.sampled_from([BOB, BOB, SECOND, GOOGLE]))
    def sign_in_that_is_read(self, subject):
        self.now()
        if subject in self.tenant.users:
            profile = self.tenant.read_user(subject)
            subjects.bind(self.user(), profile)
            self.took_over(self.plain.sign_in, profile)

    @precondition(lambda self: self.plain.subject)
    @rule(sso_age=st.sampled_from([0, 0, 0.5, 3, 3600]))
    def a_session_begins(self, sso_age):
        now = self.now()
        auth = now - timedelta(seconds=sso_age)
        second = int((auth + self.tenant.clock_offset).timestamp())
        claims = {"sub": self.plain.subject, "auth_time": second, "iat": int(self.tenant.now().timestamp())}
        stamp = Stamp.of_sign_in(claims, PasswordState.objects.get(pk=self.user_pk))
        self.sessions.append((SignedIn(auth, now, second, self.plain.valid_since), stamp))

    @precondition(lambda self: self.plain.subject)
    @rule()
    def look(self):
        self.now()
        if self.plain.subject in self.tenant.users:
            profile = self.tenant.read_user(self.plain.subject)
            look(self.user())
            self.took_over(self.plain.read, profile)
        else:
            with pytest.raises(UnknownUserError):
                look(self.user())
            self.plain.account_is_gone()

    @precondition(lambda self: self.plain.subject)
    @rule(answer_is_lost=st.sampled_from([False, False, True]))
    def the_mirror_is_reconciled(self, answer_is_lost):
        now, subject = self.now(), self.plain.subject
        due_at = PasswordState.objects.get(pk=self.user_pk).mirror_due_at
        profile = self.tenant.read_user(subject) if subject in self.tenant.users else None
        self.tenant.failing = UnknownOutcomeError("lost") if answer_is_lost else None
        reconcile(["mirror"])
        self.tenant.failing = None
        if due_at is None or due_at > now or profile is None or self.plain.home != "database":
            return
        self.took_over(self.plain.read, profile)
        if self.tenant.users[subject].app_metadata != profile.app_metadata:
            self.plain.copy = None if answer_is_lost else bool(self.plain.open)
        if self.plain.home == "database" and self.plain.copy is not None:
            assert PasswordState.objects.get(pk=self.user_pk).mirror_due_at is None
            assert self.tenant.users[subject].needs_password_reset == bool(self.plain.open)
            self.the_tenant_knows_of_a_breach(subject)

    def the_tenant_knows_of_a_breach(self, subject):
        """While one is open; no longer than the flag is up."""
        known = self.tenant.users[subject].app_metadata.get("passwordResetReason")
        assert known == "breach" if self.plain.breached else known is None or self.plain.open

    @precondition(lambda self: self.plain.home == "database")
    @rule(answer_is_lost=st.sampled_from([False, False, True]))
    def the_flag_moves_and_is_mirrored(self, answer_is_lost):
        if self.plain.open:
            self.clear_by_hand()
        else:
            self.require(0, inactive=False)
        self.the_mirror_is_reconciled(answer_is_lost)

    @precondition(lambda self: self.plain.subject)
    @rule(error=st.sampled_from(ERRORS))
    def look_and_fail(self, error):
        now = self.now()
        self.tenant.failing = error
        with pytest.raises(type(error)):
            look(self.user())
        self.tenant.failing = None
        self.plain.read_failed(now)

    @precondition(lambda self: self.plain.subject)
    @rule(seconds=st.sampled_from([0.5, 1.9, 2.1, 3, 5, 9]), change_first=st.booleans())
    def a_raise_and_a_change_at_almost_the_same_time(self, seconds, change_first):
        """And then a read: the case that the two clocks have to decide."""
        happens = [lambda: self.require(0, inactive=False), lambda: self.change_at_auth0(self.plain.subject)]
        first, then = reversed(happens) if change_first else happens
        first()
        self.time_passes(seconds)
        then()
        self.look()

    @rule(subject=st.sampled_from([BOB, BOB, SECOND]))
    def a_read_is_sent(self, subject):
        self.sent.append((subject, self.now()))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def auth0_answers(self, data):
        subject, sent_at = self.sent.pop(data.draw(st.integers(0, len(self.sent) - 1)))
        self.now()
        if subject in self.tenant.users:
            self.answered.append(replace(self.tenant.read_user(subject), read_at=sent_at))

    @precondition(lambda self: self.answered)
    @rule(data=st.data())
    def an_answer_arrives(self, data):
        profile = self.answered.pop(data.draw(st.integers(0, len(self.answered) - 1)))
        self.now()
        record_read(self.user(), profile)
        self.took_over(self.plain.read, profile)

    @rule(subject=st.sampled_from([BOB, SECOND]))
    def the_account_goes_or_comes_back(self, subject):
        from_here, to_there = (
            (self.tenant.users, self.deleted)
            if subject in self.tenant.users
            else (
                self.deleted,
                self.tenant.users,
            )
        )
        to_there[subject] = from_here.pop(subject)

    @rule(subject=st.sampled_from([BOB, SECOND, GOOGLE]))
    def another_connection_is_linked_or_unlinked(self, subject):
        """A read that looks different from now on: no database connection any more, or one all of a sudden."""
        if subject in self.tenant.users:
            [identity] = self.tenant.users[subject].identities
            provider = "google-oauth2" if identity.provider == "auth0" else "auth0"
            other = Identity(provider=provider, connection=provider, user_id="1")
            self.tenant.users[subject] = replace(self.tenant.users[subject], identities=(other,))
