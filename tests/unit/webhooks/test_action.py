"""`hooks/action/`: a hint, and words for a mail; never more, whoever sends what."""

from __future__ import annotations

import json
import logging
import tracemalloc
from datetime import UTC, datetime
from threading import Thread

import pytest
from django.db import OperationalError, connections
from django.test import Client
from django.urls import reverse

from auth0_password.models import ChangeReport, PasswordState, subject_key
from auth0_password.services import pushes, reconcile, require_reset, subjects
from tests.unit.webhooks.conftest import BOB, SECRET, event, is_due

PATH = "/account/hooks/action/"


class TestGenuine:
    def test_is_taken(self, bob, report, action_secret):
        response = report()
        assert (response.status_code, response.content) == (204, b"")
        assert is_due(bob)

    def test_lowers_no_flag_by_itself(self, bob, report, action_secret, auth0_gateway, later):
        """Only what the read shows does."""
        require_reset(bob, reason="breach")
        report()
        reconcile(["check"])
        assert PasswordState.objects.get().needs_reset
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        report()
        assert PasswordState.objects.get().needs_reset
        reconcile(["check"])
        assert not PasswordState.objects.get().needs_reset

    def test_leaves_words_for_the_mail(self, bob, report, action_secret, settings):
        report()
        row = ChangeReport.objects.get()
        assert row.subject_key == subject_key(settings.SOCIAL_AUTH_AUTH0_DOMAIN, BOB)
        assert row.changed_at == datetime(2026, 11, 20, 9, 0, 30, 123000, tzinfo=UTC)
        assert (row.ip, row.user_agent[:11]) == ("203.0.113.9", "Mozilla/5.0")
        assert row.expires_at > row.changed_at

    def test_costs_few_queries(self, bob, report, action_secret, django_assert_max_num_queries):
        """Two looks and two writes, each write with its transaction; a stranger costs one look."""
        with django_assert_max_num_queries(8):
            report()
        with django_assert_max_num_queries(1):
            report(user_id="auth0|stranger")

    def test_the_words_are_there_before_anybody_is_told_to_look(self, bob, report, action_secret, monkeypatch):
        """The mail may go out at once."""
        seen = []
        monkeypatch.setattr(pushes, "hint", lambda subjects: seen.append(ChangeReport.objects.count()))
        report()
        assert seen == [1]

    @pytest.mark.parametrize(
        "told",
        [
            {"ip": "nowhere", "user_agent": "Fire\x00fox\ud800 \u202e"},
            {"ip": 7, "user_agent": ["x"]},
            {"ip": "::ffff:1.2.3.4%eth0" * 9, "user_agent": "x" * 10_000},
            {"ip": None, "user_agent": None},
        ],
    )
    def test_odd_words_are_left_out(self, bob, report, action_secret, told):
        assert report(**told).status_code == 204
        row = ChangeReport.objects.get()
        assert len(row.user_agent) <= 300
        assert row.user_agent.isprintable()

    def test_of_an_address_the_zone_is_left_out(self, bob, report, action_secret):
        """PostgreSQL takes none: the report would be sent again and again."""
        assert report(ip="fe80::1%eth0\nBcc: all").status_code == 204
        assert ChangeReport.objects.get().ip == "fe80::1"

    @pytest.mark.parametrize("when", [None, "yesterday", 1795000000, "0001-01-01T00:00:00Z", ["x"]])
    def test_without_a_time_it_is_a_hint_all_the_same(self, bob, report, action_secret, when):
        assert report(last_password_reset=when).status_code == 204
        assert is_due(bob)
        assert not ChangeReport.objects.exists()

    def test_of_a_custom_domain(self, bob, report, action_secret, settings, monkeypatch):
        monkeypatch.setitem(settings.AUTH0_PASSWORD, "CUSTOM_DOMAIN", "login.example.com")
        report(domain="login.example.com")
        assert is_due(bob)

    def test_without_a_session_or_a_cookie(self, bob, report, action_secret):
        assert not report().cookies

    def test_to_somebody_who_is_blocked_it_is_open(self, bob, report, action_secret, machine):
        require_reset(bob, reason="breach")
        machine.force_login(bob)
        assert report().status_code == 204


class TestAcknowledgedAndIgnored:
    @pytest.mark.parametrize("changes", [{"user_id": "auth0|stranger"}, {"domain": "other.eu.auth0.com"}])
    def test_about_somebody_else(self, bob, report, action_secret, changes):
        response = report(**changes)
        assert (response.status_code, response.content) == (204, b"")
        assert not is_due(bob)
        assert not ChangeReport.objects.exists()

    @pytest.mark.parametrize("kind", ["password.reset_requested", "user.created", ""])
    def test_of_another_kind(self, bob, report, action_secret, settings, kind):
        assert report(event(settings) | {"type": kind}).status_code == 204
        assert not is_due(bob)


class TestNotGenuine:
    @pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    @pytest.mark.parametrize("value", [None, "", "x", "é", "v1,", "1e400"])
    def test_headers(self, bob, report, action_secret, name, value):
        if name == "webhook-id" and value == "x":
            value = "another"
        response = report(headers={name: value})
        assert (response.status_code, response.content) == (400, b"")
        assert not is_due(bob)

    def test_another_secret(self, bob, report, action_secret):
        assert report(secret="somebody else's secret, quite long too").status_code == 400

    def test_too_old(self, bob, report, action_secret, later):
        at = int(later().timestamp())
        later(seconds=301)
        assert report(at=at).status_code == 400

    @pytest.mark.parametrize(
        "body",
        [
            b"", b"null", b"[]", b"{}", b'{"type": "password.changed"}', b'{"type": [], "data": {}}', b"\xff\xfe{",
            '{"type": "password.changed", "data": {}}'.encode("utf-16"), b"[" * 100_000, b'{"a":' * 50_000,
            b'{"type": "password.changed", "data": {"n": NaN}}', b"1" * 100_000, b'{"type"' * 9,
        ],
        ids=range(13),
    )  # fmt: skip
    def test_signed_nonsense(self, bob, report, action_secret, body):
        assert report(body).status_code == 400
        assert not is_due(bob)

    @pytest.mark.parametrize("subject", [None, 7, "", "x" * 256, "auth0|\ud800", "auth0|bob\n", ["auth0|bob"], {}])
    def test_a_subject_that_nobody_can_have(self, bob, report, action_secret, subject):
        assert report(user_id=subject).status_code == 400
        assert not is_due(bob)

    @pytest.mark.parametrize("domain", [None, 7, [], {}, "OTHER"])
    def test_a_domain_that_is_none(self, bob, report, action_secret, domain):
        assert report(domain=domain).status_code == 204
        assert not is_due(bob)

    def test_is_told_to_the_security_log_without_what_it_holds(self, bob, report, action_secret, caplog):
        with caplog.at_level(logging.WARNING, "auth0_password.security"):
            report(secret="somebody else's secret, quite long too")
        assert caplog.messages[0] == "ActionView was refused: signature"


class TestTheAddress:
    def test_without_a_secret_there_is_none(self, db, machine, report, settings, monkeypatch):
        monkeypatch.delitem(settings.AUTH0_PASSWORD, "ACTION_SECRET", raising=False)
        for response in (report(), machine.get(PATH)):
            assert (response.status_code, response.content) == (404, b"")

    def test_only_post(self, db, machine, action_secret):
        assert machine.get(PATH).status_code == 405

    def test_is_where_it_is_documented(self):
        assert reverse("auth0_password:hook_action") == PATH


class TestSizes:
    def test_longer_than_any_report(self, db, report, action_secret):
        assert report(b"x" * (256 * 1024 + 1)).status_code == 413

    def test_is_not_read_where_the_sender_says_so(self, db, machine, action_secret):
        class Endless:
            def read(self, size=-1):
                raise AssertionError("was read")

            readline = read

        request = {"wsgi.input": Endless(), "CONTENT_LENGTH": str(2**40), "CONTENT_TYPE": "application/json"}
        assert machine.generic("POST", PATH, b"", **request).status_code == 413

    @pytest.mark.parametrize(
        "body",
        [b"[" * 262_144, b'{"a":{},' * 32_768, b'["' + b"\\ud800" * 43_000 + b'"]', b"[" + b"{}," * 87_000 + b"0]"],
    )
    def test_memory_is_bounded(self, bob, report, action_secret, body):
        tracemalloc.start()
        try:
            assert report(body).status_code == 400
            assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
        finally:
            tracemalloc.stop()


class TestTrouble:
    def test_no_database(self, bob, report, action_secret, monkeypatch):
        def broken(_report):
            raise OperationalError("no route to host")

        monkeypatch.setattr("auth0_password.webhooks.action.take_report", broken)
        response = report()
        assert (response.status_code, response.content) == (503, b"")

    def test_a_report_that_was_not_kept_comes_again(self, bob, report, action_secret, monkeypatch):
        """Doing it twice is no harm."""

        def broken(*_args, **_options):
            raise OperationalError("disk full")

        with monkeypatch.context() as once:
            once.setattr(pushes.ChangeReport.objects, "using", broken)
            assert report().status_code == 503
        assert report().status_code == 204
        assert ChangeReport.objects.count() == 1


class TestAgain:
    def test_the_same_delivery(self, bob, report, action_secret, auth0_gateway):
        """Nothing is remembered about it, because nothing comes of it twice."""
        auth0_gateway.change_password(BOB)
        for _ in range(5):
            assert report().status_code == 204
            reconcile()
        assert bob.password_changes.count() == 1
        assert ChangeReport.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_a_hundred_at_once(self, auth0_gateway, django_user_model, settings, action_secret):
        auth0_gateway.add(BOB)
        bob = django_user_model.objects.create_user("bob")
        subjects.bind(bob, auth0_gateway.read_user(BOB))
        auth0_gateway.change_password(BOB)
        statuses = []

        def deliver():
            statuses.extend(_posted(Client(), event(settings)) for _ in range(25))
            connections.close_all()

        threads = [Thread(target=deliver) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(statuses) <= {204, 503}
        assert 204 in statuses
        reconcile()
        assert bob.password_changes.count() == ChangeReport.objects.count() == 1


def _posted(client, told):
    import time

    from auth0_password.webhooks.signatures import sign

    raw, at = json.dumps(told).encode(), int(time.time())
    headers = {"webhook-id": "m", "webhook-timestamp": str(at), "webhook-signature": sign(SECRET, "m", at, raw)}
    return client.post(PATH, raw, content_type="application/json", headers=headers).status_code
