"""What follows a change: one mail to the owner, one end of what goes on at Auth0 (CRED-08, OUT-05, OUT-06)."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from auth0_password.exceptions import GatewayUnavailableError, ThrottledError, UnknownOutcomeError
from auth0_password.gateway import Revoked
from auth0_password.models import ChangeReport, PasswordChange, PasswordState
from auth0_password.services import hint, look, reconcile
from auth0_password.services.devices import device
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def changed(bob, auth0_gateway, later):
    """Bob chose a new password, and a read has shown it."""
    later(minutes=5)
    at = auth0_gateway.change_password(BOB)
    later(seconds=5)
    look(bob)
    return PasswordChange.objects.get(user=bob, changed_at=at)


@pytest.fixture
def mail_server(monkeypatch):
    """`mail_server(error)`: it answers like this from now on; None: it works again."""
    send = EmailBackend.send_messages

    def answers(error):
        def sent(self, messages):
            if error is not None:
                raise error
            return send(self, messages)

        monkeypatch.setattr(EmailBackend, "send_messages", sent)

    return answers


class TestMail:
    def test_a_site_that_has_lost_its_address_ends_access_all_the_same(self, changed, auth0_gateway, nowhere, later):
        """Its mail waits for a `SITE_URL`; it holds up nothing else."""
        counts = reconcile()
        assert (counts["mail"].off, counts["revoke"].done) == (1, 1)
        changed.refresh_from_db()
        assert (changed.mail_to, changed.mail_outcome, mail.outbox) == ("bob@example.com", "off", [])
        assert changed.mail_due_at is not None

    def test_it_says_when_and_what_to_do_and_holds_no_secret(self, changed):
        counts = reconcile(["mail"])
        [one] = mail.outbox
        changed.refresh_from_db()
        assert counts["mail"].done == 1
        assert one.to == ["bob@example.com"]
        assert "09:06" in one.body or "9:06" in one.body
        assert "/account/not-me/" in one.body
        assert one.alternatives[0][0].count("/account/not-me/") == 1
        assert (changed.mail_to, changed.mail_outcome) == ("", "sent")
        assert changed.mail_sent_at is not None

    def test_one_for_each_change_whoever_tells_of_it_and_how_often(self, changed, bob, auth0_gateway, later):
        for _ in range(3):
            hint([BOB])
            look(bob)
            reconcile()
        assert len(mail.outbox) == 1
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        hint([BOB, BOB])
        reconcile()
        reconcile()
        assert len(mail.outbox) == 2
        assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == 2

    def test_whoever_changes_the_address_first_does_not_get_it(self, bob, auth0_gateway, later):
        auth0_gateway.users.pop(BOB)
        auth0_gateway.add(BOB, email="mallory@evil.example")
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        reconcile(["mail"])
        assert [one.to for one in mail.outbox] == [["bob@example.com"]]

    def test_the_first_read_is_a_baseline_and_tells_nobody(self, auth0_gateway, django_user_model, later):
        from auth0_password.services import subjects

        auth0_gateway.add("auth0|carol", email="carol@example.com", last_password_reset=later(minutes=-5))
        carol = django_user_model.objects.create_user("carol")
        subjects.bind(carol, auth0_gateway.read_user("auth0|carol"))
        reconcile()
        assert mail.outbox == []

    def test_from_where_as_far_as_the_tenant_told(self, changed):
        ChangeReport.objects.create(
            subject_key=changed.subject_key,
            changed_at=changed.changed_at,
            ip="203.0.113.7",
            user_agent=FIREFOX,
            expires_at=changed.changed_at + timedelta(days=30),
        )
        reconcile(["mail"])
        [one] = mail.outbox
        assert "It was done from here: Firefox on Windows, network address 203.0.113.7." in one.body
        assert "Firefox on Windows" in one.alternatives[0][0]

    def test_in_the_language_of_the_last_sign_in(self, changed):
        PasswordState.objects.update(language="de")
        reconcile(["mail"])
        assert mail.outbox[0].subject == "Ihr neues Passwort für localhost:8000"

    def test_a_site_that_sends_no_mails(self, bob, auth0_gateway, later, nowhere):
        auth0_gateway.change_password(BOB)
        look(bob)
        row = PasswordChange.objects.get()
        assert (row.mail_due_at, row.mail_to, row.mail_outcome) == (None, "", "off")

    def test_the_mail_server_is_down_then_back(self, changed, mail_server, later):
        mail_server(SMTPServerDisconnected("bob@example.com"))
        assert reconcile(["mail"])["mail"].failed == 1
        changed.refresh_from_db()
        assert (changed.mail_to, changed.mail_outcome) == ("bob@example.com", "mail_server")
        assert reconcile(["mail"])["mail"].due == 0
        mail_server(None)
        later(hours=1)
        assert reconcile(["mail"])["mail"].done == 1
        assert len(mail.outbox) == 1

    def test_a_mail_service_with_errors_of_its_own(self, changed, mail_server, caplog):
        class ServiceError(Exception):
            """As services that send mails by HTTP raise them, with the address in it."""

        mail_server(ServiceError("quota of bob@example.com"))
        assert reconcile(["mail"])["mail"].failed == 1
        assert PasswordChange.objects.get().mail_outcome == "mail_server"
        assert "bob@example.com" not in caplog.text

    def test_an_address_that_will_never_be_taken(self, changed, mail_server, later):
        mail_server(SMTPRecipientsRefused({"bob@example.com": (550, b"no such user")}))
        assert reconcile(["mail"])["mail"].off == 1
        changed.refresh_from_db()
        assert (changed.mail_to, changed.mail_due_at, changed.mail_outcome) == ("", None, "address_refused")


class TestRevocation:
    def test_what_began_before_the_change(self, changed, auth0_gateway):
        assert reconcile(["revoke"])["revoke"].done == 1
        changed.refresh_from_db()
        assert auth0_gateway.revoked == [(BOB, changed.changed_at)]
        assert (changed.revoke_result, changed.revoke_due_at) == ("sessions=1 tokens=1", None)
        assert changed.revoked_at is not None
        reconcile()
        assert len(auth0_gateway.revoked) == 1

    def test_a_plan_without_it_is_asked_once_an_hour(self, changed, auth0_gateway, monkeypatch, bob, later):
        asked = []
        monkeypatch.setattr(
            auth0_gateway,
            "revoke_access",
            lambda subject, before: asked.append(before) or Revoked(sessions=None, tokens=None),
        )
        assert reconcile(["revoke"])["revoke"].off == 1
        changed.refresh_from_db()
        assert (changed.revoke_result, changed.revoked_at) == ("not_allowed", None)
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        assert reconcile(["revoke"])["revoke"].off == 1
        assert len(asked) == 1
        later(hours=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        reconcile(["revoke"])
        assert len(asked) == 2

    def test_tokens_only(self, changed, auth0_gateway, monkeypatch):
        monkeypatch.setattr(auth0_gateway, "revoke_access", lambda subject, before: Revoked(sessions=None, tokens=3))
        reconcile(["revoke"])
        changed.refresh_from_db()
        assert changed.revoke_result == "sessions=not_allowed tokens=3"

    @pytest.mark.parametrize("error", [GatewayUnavailableError("down"), UnknownOutcomeError("lost")])
    def test_auth0_is_down_then_back(self, changed, auth0_gateway, later, error):
        auth0_gateway.failing = error
        assert reconcile(["revoke"])["revoke"].failed == 1
        auth0_gateway.failing = None
        later(hours=1)
        assert reconcile(["revoke"])["revoke"].done == 1
        assert PasswordChange.objects.get().revoked_at is not None

    def test_being_told_to_slow_down_is_no_failure(self, changed, auth0_gateway):
        auth0_gateway.failing = ThrottledError("slower")
        assert reconcile(["revoke"])["revoke"].left == 1
        assert PasswordChange.objects.get().revoke_tries == 0

    def test_somebody_who_is_gone(self, changed, auth0_gateway):
        auth0_gateway.users.clear()
        assert reconcile(["revoke"])["revoke"].off == 1
        assert PasswordChange.objects.get().revoke_result == "gone"


def test_a_mail_server_that_is_down_holds_up_nothing_else(changed, auth0_gateway, mail_server):
    from auth0_password.services.reconcile import perform

    mail_server(OSError("down"))
    perform("mail", str(changed.pk))
    assert auth0_gateway.revoked == [(BOB, changed.changed_at)]


APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0"
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {APPLE} Safari/604.1", "Safari on an iPhone"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Safari/537.36 Edg/140.0.0.0", "Edge on Windows"),
        (f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {BLINK} Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Safari/605.1.15", "Safari on a Mac"),
        ("Something (X11; Linux)", "A browser on Linux"),
        ("curl/8.0", ""),
        ("<script>Firefox/1</script>", "Firefox"),
        ("", ""),
    ],
)
def test_devices_in_plain_words(user_agent, words):
    assert device(user_agent) == words
