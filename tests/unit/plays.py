"""The truth about three people at Auth0, and what of it is told to the site, by whom."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field

import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client

from auth0_password.conf import conf
from auth0_password.models import PasswordChange, PasswordState, ResetRequirement
from auth0_password.services import look, require_reset, subjects
from auth0_password.services.changes import hint_of_sign_in
from auth0_password.services.log_pull import pull_logs
from auth0_password.services.reconcile import due
from auth0_password.services.sessions import Stamp
from auth0_password.testing import InMemoryGateway
from auth0_password.webhooks.signatures import sign
from tests.unit.webhooks.conftest import SECRET, TOKEN

PEOPLE = ("auth0|bob", "auth0|alice", "auth0|carol")


@dataclass
class Play:
    """`happen` is the truth, `tell` is what of it arrives."""

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
