"""One decision about many users: rehearsed, confirmed for exactly those; and how they learn of it."""

import logging
import smtplib
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from auth0_password.conf import conf
from auth0_password.exceptions import (
    ConfigurationError,
    GatewayUnavailableError,
    RehearsalGoneError,
    UnknownOutcomeError,
)
from auth0_password.gateway import ConnectionOptions, set_gateway
from auth0_password.models import PasswordState, ResetCampaign, ResetRequirement
from auth0_password.services import clear_reset, confirm, reconcile, rehearse_reset, require_reset, subjects, withdraw
from auth0_password.services.campaigns import amend, includes, leaves_no_superuser
from auth0_password.services.effects import perform
from auth0_password.services.mails import send_change_email, send_change_email_to
from auth0_password.services.reconcile import Counts
from auth0_password.services.requirements import demand_of
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db
FAILED, OFF = Counts(due=1, failed=1), Counts(due=1, off=1)


@pytest.fixture
def alice(django_user_model, auth0_gateway, later):
    auth0_gateway.add("auth0|alice", email="alice@example.com")
    user = django_user_model.objects.create_user("alice", first_name="Alice")
    subjects.bind(user, auth0_gateway.read_user("auth0|alice"))
    return user


@pytest.fixture
def carol(django_user_model, auth0_gateway):
    """Carol's password lives with Google."""
    auth0_gateway.add("google-oauth2|carol")
    user = django_user_model.objects.create_user("carol", first_name="Carol")
    subjects.bind(user, auth0_gateway.read_user("google-oauth2|carol"))
    return user


@pytest.fixture
def site(settings, auth0_gateway):
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "SITE_URL": "https://library.example/"}
    set_gateway(auth0_gateway)  # a setting that changed makes a real one


def standing(campaign=None):
    rows = ResetRequirement.objects.all() if campaign is None else campaign.requirements.all()
    return {row.user.username: row.skip_reason or row.status for row in rows.select_related("user")}


def told(**more):
    return reconcile(["tell"], **more)["tell"]


class TestRehearsal:
    def test_it_asks_nothing_of_anybody(self, bob, carol, grace):
        campaign = rehearse_reset([bob, carol], reason="policy", by=grace)
        assert campaign.status == "draft"
        assert standing(campaign) == {"bob": "draft", "carol": "elsewhere"}
        assert not PasswordState.objects.filter(needs_reset=True).exists()

    def test_exactly_those_are_asked_whoever_was_added_since(self, bob, carol, grace, django_user_model):
        campaign = rehearse_reset(django_user_model.objects.exclude(pk=grace.pk), reason="policy", by=grace)
        django_user_model.objects.create_user("dave")
        assert confirm(campaign, by=grace).status == "finished"
        assert standing(campaign) == {"bob": "open", "carol": "elsewhere"}
        state = PasswordState.objects.get(user=bob)
        assert (state.needs_reset, state.requirement.campaign, state.requirement.by) == (True, campaign, grace)

    def test_it_dates_from_the_confirmation(self, bob, grace, auth0_gateway, later):
        campaign = rehearse_reset([bob], reason="policy", by=grace)
        later(minutes=5)
        auth0_gateway.change_password(BOB)
        later(minutes=5)
        confirm(campaign, by=grace)
        row = ResetRequirement.objects.get()
        assert (row.raised_at, row.enforce_from) == (timezone.now(), timezone.now())
        reconcile(["check"], now=timezone.now() + timedelta(days=1))
        assert PasswordState.objects.get(user=bob).needs_reset

    def test_whoever_cannot_be_asked_any_more_is_skipped(self, bob, grace, alice):
        campaign = rehearse_reset([bob, alice], reason="policy", by=grace)
        bob.is_active = False
        bob.save()
        confirm(campaign, by=grace)
        assert standing(campaign) == {"bob": "inactive", "alice": "open"}

    def test_confirming_goes_on_where_it_was_interrupted(self, bob, alice, grace):
        campaign = rehearse_reset([bob, alice], reason="policy", by=grace)
        answers = iter([False, True])
        assert confirm(campaign, by=grace, enough=lambda: next(answers)).status == "running"
        assert standing(campaign) == {"bob": "open", "alice": "draft"}
        assert confirm(campaign, by=grace).status == "finished"
        assert confirm(campaign, by=grace).status == "finished"
        assert ResetRequirement.objects.open().count() == 2

    def test_two_who_confirm_at_once_ask_everybody_once(self, bob, alice, grace):
        campaign = rehearse_reset([bob, alice], reason="policy", by=grace)

        def meanwhile():
            confirm(ResetCampaign.objects.get(), by=grace)
            return False

        assert confirm(campaign, by=None, enough=meanwhile).status == "finished"
        assert standing(campaign) == {"bob": "open", "alice": "open"}
        assert {row.by for row in campaign.requirements.all()} == {grace}

    def test_one_of_yesterday_is_refused_and_forgotten(self, bob, grace, later):
        campaign = rehearse_reset([bob], reason="policy", by=grace)
        later(days=1)
        with pytest.raises(RehearsalGoneError):
            confirm(campaign, by=grace)
        assert not ResetCampaign.objects.exists()
        assert not ResetRequirement.objects.exists()

    def test_the_next_one_sweeps_up_what_was_abandoned(self, bob, alice, grace, later):
        rehearse_reset([bob], reason="policy", by=grace)
        later(days=1)
        rehearse_reset([alice], reason="policy", by=grace)
        assert standing() == {"alice": "draft"}

    def test_one_that_was_taken_back_halfway_is_over(self, bob, alice, grace):
        campaign = rehearse_reset([bob, alice], reason="policy", by=grace)
        answers = iter([False, True])
        confirm(campaign, by=grace, enough=lambda: next(answers))
        assert withdraw(campaign, by=grace) == 1
        with pytest.raises(RehearsalGoneError):
            confirm(campaign, by=grace)
        assert standing(campaign) == {"bob": "withdrawn"}

    def test_what_is_said_may_change_until_it_is_confirmed(self, bob, grace):
        campaign = rehearse_reset([bob], reason="policy", by=grace)
        said = {"by": grace, "enforce_from": None, "tell": "auth0"}
        amend(campaign, reason="breach", message="A list was found.", **said)
        confirm(campaign, by=grace)
        amend(campaign, reason="policy", message="", **said)
        row = ResetRequirement.objects.get()
        assert (row.reason, row.message, row.tell) == ("breach", "A list was found.", "auth0")
        assert ResetCampaign.objects.get().reason == "breach"

    def test_nor_by_a_page_that_was_sent_before_it_was_confirmed(self, bob, grace, monkeypatch):
        """Two tabs: the other one confirms between two statements of this one."""
        campaign = rehearse_reset([bob], reason="policy", by=grace)
        asked = demand_of(reason="policy", by=grace, message="", enforce_from=None, tell="none")

        def and_the_other_tab(**_said):
            monkeypatch.undo()
            confirm(campaign, by=grace)
            ResetCampaign.objects.update(status="draft")  # as this tab still saw it
            return replace(asked, enforce_from=asked.enforce_from + timedelta(days=9))

        monkeypatch.setattr("auth0_password.services.campaigns.demand_of", and_the_other_tab)
        amend(campaign)
        assert ResetRequirement.objects.get().enforce_from == PasswordState.objects.get(user=bob).enforce_from

    @pytest.mark.django_db(transaction=True)
    def test_whoever_is_being_asked_while_it_is_taken_back_is_found(self, bob, grace, monkeypatch):
        campaign, being_asked, taken_back = rehearse_reset([bob], reason="policy", by=grace), Event(), Event()

        def slowly(effect, context):
            row = perform(effect, context)
            being_asked.set()
            taken_back.wait(0.3)  # it has to wait for us: this ends by itself
            return row

        def confirms():
            monkeypatch.setattr("auth0_password.services.records.perform", slowly)
            confirm(campaign, by=grace)
            connections.close_all()

        thread = Thread(target=confirms)
        thread.start()
        being_asked.wait(9)
        monkeypatch.undo()
        withdraw(ResetCampaign.objects.get(), by=grace)
        taken_back.set()
        thread.join()
        assert not PasswordState.objects.get(user=bob).needs_reset
        assert standing(campaign) in ({"bob": "withdrawn"}, {})

    def test_somebody_named_twice_is_asked_once(self, bob, grace):
        assert standing(rehearse_reset([bob, bob], reason="policy", by=grace)) == {"bob": "draft"}

    def test_who_would_lock_themselves_out_can_be_told(self, bob, grace, django_user_model):
        campaign = rehearse_reset([bob, grace], reason="policy", by=grace)
        assert includes(campaign, grace)
        assert leaves_no_superuser(campaign)
        django_user_model.objects.create_superuser("root")
        assert not leaves_no_superuser(campaign)
        assert not leaves_no_superuser(rehearse_reset(bob, reason="policy", by=grace))

    def test_it_costs_few_queries(self, grace, django_user_model, django_assert_max_num_queries):
        django_user_model.objects.bulk_create(django_user_model(username=f"reader{n}") for n in range(1200))
        with django_assert_max_num_queries(40):
            rehearse_reset(django_user_model.objects.exclude(pk=grace.pk), reason="policy", by=grace)
        assert ResetRequirement.objects.drafts().count() == 1200


class TestTelling:
    def test_by_auth0s_mail(self, bob, grace, auth0_gateway):
        require_reset(bob, reason="policy", by=grace, tell="auth0")
        assert told() == Counts(due=1, done=1)
        assert auth0_gateway.mails == ["bob@example.com"]
        row = ResetRequirement.objects.get()
        assert (row.told_at, row.tell_outcome, row.tell_due_at) == (timezone.now(), "sent", None)
        assert told() == Counts()

    def test_a_lost_answer_counts_as_sent(self, bob, grace, auth0_gateway):
        require_reset(bob, reason="policy", by=grace, tell="auth0")
        auth0_gateway.failing = UnknownOutcomeError("lost")
        assert told() == Counts(due=1, done=1)
        assert ResetRequirement.objects.get().tell_outcome == "sent"

    def test_whoever_has_changed_by_now_is_not_told(self, bob, alice, grace, auth0_gateway, later):
        require_reset([bob, alice], reason="policy", by=grace, tell="auth0")
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        later(minutes=1)
        clear_reset(alice, by=grace, note="on the phone")
        assert told() == Counts(due=2, done=2)
        assert auth0_gateway.mails == []
        assert set(ResetRequirement.objects.values_list("tell_outcome", "told_at")) == {("not_needed", None)}

    def test_nor_is_whoever_has_left(self, bob, grace, auth0_gateway):
        require_reset(bob, reason="policy", by=grace, tell="auth0")
        bob.is_active = False
        bob.save()
        assert told().done == 1
        assert auth0_gateway.mails == []

    def test_while_auth0_is_down_it_stays_wanted(self, bob, grace, auth0_gateway, later):
        require_reset(bob, reason="policy", by=grace, tell="auth0")
        auth0_gateway.failing = GatewayUnavailableError("down")
        assert told() == Counts(due=1, failed=1)
        assert told() == Counts()
        later(seconds=61)
        assert told() == Counts(due=1, failed=1)
        later(seconds=121)
        auth0_gateway.failing = None
        assert told() == Counts(due=1, done=1)

    def test_a_mail_that_was_not_sent_takes_no_place_of_the_mailboxs(self, bob, auth0_gateway):
        auth0_gateway.failing = GatewayUnavailableError("down")
        for _ in range(9):
            send_change_email_to("bob@example.com")
        auth0_gateway.failing = None
        send_change_email(bob)
        assert auth0_gateway.mails == ["bob@example.com"]

    def test_a_mailbox_has_a_limit_over_all_causes(self, bob, grace, auth0_gateway, later):
        for _ in range(20):
            require_reset(bob, reason="policy", by=grace, tell="auth0")
        assert told() == Counts(due=20, done=5, off=15)
        later(minutes=59)
        assert told().done == 5
        assert len(auth0_gateway.mails) == 10

    def test_where_the_tenant_sends_none_it_says_so(self, bob, grace, auth0_gateway, settings):
        name = "Username-Password-Authentication"
        auth0_gateway.connections[name] = ConnectionOptions(name=name, self_service_change=False)
        require_reset(bob, reason="policy", by=grace, tell="auth0")
        assert told() == Counts(due=1, off=1)
        row = ResetRequirement.objects.get()
        assert (row.tell_outcome, row.tell_due_at, row.told_at) == ("mail_off", None, None)

    def test_whoever_never_signed_in_has_no_known_address(self, grace, auth0_gateway, django_user_model, settings):
        dave = django_user_model.objects.create_user("dave", "dave@example.com")
        require_reset(dave, reason="policy", by=grace, tell="auth0")
        assert told() == Counts(due=1, off=1)
        assert ResetRequirement.objects.get().tell_outcome == "no_password_here"


class TestOurOwnMail:
    def test_bob_gets_one(self, bob, grace, site):
        require_reset(bob, reason="breach", by=grace, message="A list was <found>.", tell="mail")
        assert told() == Counts(due=1, done=1)
        [letter] = mail.outbox
        assert letter.to == ["bob@example.com"]
        assert letter.subject == "Choose a new password for library.example"
        html, _mime = letter.alternatives[0]
        assert "https://library.example/account/required/" in letter.body
        assert 'href="https://library.example/account/required/"' in html
        assert "A list was <found>." in letter.body
        assert "A list was &lt;found&gt;." in html
        assert "Asked for by Grace" in letter.body
        assert letter.message()["Message-ID"].endswith("@library.example>")

    def test_it_goes_to_the_address_at_auth0(self, bob, grace, site):
        bob.email = "somebody@else.example"
        bob.save()
        require_reset(bob, reason="policy", tell="mail")
        told()
        assert mail.outbox[0].to == ["bob@example.com"]

    def test_it_counts_towards_the_mailboxs_limit(self, bob, site, mailoutbox):
        for _ in range(7):
            require_reset(bob, reason="policy", tell="mail")
        assert told() == Counts(due=7, done=5, off=2)
        assert len(mailoutbox) == 5

    def test_one_that_is_out_is_out_whoever_took_the_last_place_meanwhile(self, bob, site, mailoutbox, monkeypatch):
        monkeypatch.setattr("auth0_password.services.throttles.next_free", lambda *_: None)
        for _ in range(6):
            require_reset(bob, reason="policy", tell="mail")
        assert (told().done, told().due, len(mailoutbox)) == (6, 0, 6)

    def test_the_same_one_has_the_same_id(self, bob, grace, site):
        require_reset(bob, reason="policy", tell="mail")
        told()
        ResetRequirement.objects.update(tell_due_at=timezone.now())
        told()
        first, second = (letter.message()["Message-ID"] for letter in mail.outbox)
        assert first == second

    def test_in_the_language_of_the_last_sign_in(self, bob, site, settings):
        PasswordState.objects.filter(user=bob).update(language="ar")
        require_reset(bob, reason="policy", tell="mail")
        told()
        assert 'lang="ar" dir="rtl"' in mail.outbox[0].alternatives[0][0]

    def test_names_and_messages_stay_inside(self, bob, grace, site):
        bob.first_name = "<b>\r\nBcc: x@evil.example\r\n{{ 1 }}"
        bob.save()
        require_reset(bob, reason="policy", by=grace, message="a\r\nBcc: y@evil.example\u202e", tell="mail")
        told()
        letter = mail.outbox[0]
        assert letter.recipients() == ["bob@example.com"]
        assert "\n" not in letter.subject
        assert "<b>" not in letter.alternatives[0][0].split("<body")[1].replace("<blockquote", "")
        assert letter.message()["Bcc"] is None

    def test_without_an_address_of_the_site_it_is_refused_at_once(self, bob, nowhere):
        with pytest.raises(ConfigurationError, match="SITE_URL"):
            require_reset(bob, reason="policy", tell="mail")
        assert not ResetRequirement.objects.exists()

    @pytest.mark.parametrize(
        ("error", "counts", "outcome"),
        [
            (ConnectionRefusedError(), FAILED, "mail_server"),
            (smtplib.SMTPServerDisconnected("bob@example.com"), FAILED, "mail_server"),
            (smtplib.SMTPRecipientsRefused({"bob@example.com": (450, b"later")}), FAILED, "mail_server"),
            (smtplib.SMTPRecipientsRefused({"bob@example.com": (550, b"no")}), OFF, "address_refused"),
        ],
        ids=["down", "cut off", "greylisted", "refused"],
    )  # fmt: skip
    def test_a_mail_server_that_does_not_take_it(
        self, bob, site, monkeypatch, caplog, later, error, counts, outcome, mailoutbox
    ):
        require_reset(bob, reason="policy", tell="mail")
        caplog.set_level(logging.DEBUG)
        with monkeypatch.context() as patch:
            patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", raising(error))
            assert told() == counts
        assert ResetRequirement.objects.get().tell_outcome == outcome
        assert "bob@example.com" not in caplog.text
        later(minutes=2)
        told()
        assert len(mailoutbox) == (1 if counts.failed else 0)


class TestSettings:
    @pytest.mark.parametrize(
        ("value", "read"),
        [
            ("https://Library.example/", "https://library.example"), ("http://localhost:8000", "http://localhost:8000"),
            ("", ""), ("http://library.example", None), ("library.example", None), ("https://x.example/path", None),
            ("https://x.example?a=1", None), ("https://user@x.example", None), (7, None),
        ],
    )  # fmt: skip
    def test_where_the_site_is(self, settings, value, read):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "SITE_URL": value}
        if read is not None:
            assert read == conf.SITE_URL
            return
        with pytest.raises(ConfigurationError):
            _ = conf.SITE_URL

    @pytest.mark.parametrize("value", [0, -1, "365", True, 1.5])
    def test_how_long_things_are_kept(self, settings, value):
        assert conf.RETENTION_DAYS == 365
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "RETENTION_DAYS": value}
        with pytest.raises(ConfigurationError):
            _ = conf.RETENTION_DAYS


def raising(error):
    def send(*_args, **_kwargs):
        raise error

    return send


def test_the_command_counts_what_could_not_be_told(bob, grace, auth0_gateway, capsys):
    require_reset(bob, reason="policy", by=grace, tell="auth0")
    call_command("reconcile_passwords", "--kind", "tell")
    assert "tell: 1 due, 1 done" in capsys.readouterr().out
