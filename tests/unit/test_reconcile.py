"""Reconcile, and the command that runs it: whatever was left by others is done."""

import json
import os
import random
import signal
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from io import StringIO
from threading import Barrier, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections

from auth0_password.exceptions import GatewayRefusedError, GatewayUnavailableError, ThrottledError
from auth0_password.gateway import set_gateway
from auth0_password.gateway.pace import current_priority
from auth0_password.management.commands import reconcile_passwords
from auth0_password.models import PasswordChange, PasswordState
from auth0_password.services import hint, kinds, look, mirror, reconcile, require_reset, subjects
from auth0_password.services.reconcile import Counts, due, perform
from auth0_password.signals import password_changed, reset_required
from tests.unit.conftest import BOB

READERS = [f"auth0|reader{number}" for number in range(7)]


@pytest.fixture
def readers(db, auth0_gateway, django_user_model, later):
    """Seven people who signed in once."""
    users = []
    for number, subject in enumerate(READERS):
        auth0_gateway.add(subject)
        user = django_user_model.objects.create_user(f"reader{number}")
        subjects.bind(user, auth0_gateway.read_user(subject))
        users.append(user)
    later(minutes=1)
    return users


@pytest.fixture
def heard():
    """The changes that were announced."""
    events = []

    def hear(event, **_):
        events.append(event.event_id)

    password_changed.connect(hear)
    yield events
    password_changed.disconnect(hear)


class Patient:
    """A stop that nobody sets, and whose waiting moves the clock."""

    def __init__(self, later):
        self.later, self.waits, self.stopped = later, [], False

    def is_set(self):
        return self.stopped

    def wait(self, seconds):
        self.waits.append(seconds)
        self.later(seconds=seconds)


def checked(**options):
    return reconcile(["check"], **options)["check"]


class TestWhatIsDone:
    def test_who_was_hinted_at_is_read(self, bob, later, auth0_gateway):
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        hint([BOB])
        assert checked() == Counts(due=1, done=1)
        assert PasswordState.objects.get().changed_at == auth0_gateway.now()
        assert checked() == Counts()

    def test_reads_can_wait_for_people(self, bob, auth0_gateway, monkeypatch):
        """Nobody sits in front of them, so they leave a part of the tenant's rate to those who do."""
        priorities, read = [], auth0_gateway.read_user
        monkeypatch.setattr(
            auth0_gateway, "read_user", lambda subject: priorities.append(current_priority()) or read(subject)
        )
        hint([BOB])
        checked()
        look(bob)
        assert priorities == ["background", "interactive"]

    def test_a_read_that_fails_is_due_again_later(self, bob, later, auth0_gateway):
        auth0_gateway.failing = GatewayUnavailableError("down")
        hint([BOB])
        assert checked() == Counts(due=1, failed=1)
        assert checked() == Counts()
        auth0_gateway.failing = None
        later(minutes=1)
        assert checked() == Counts(due=1, done=1)

    def test_an_account_that_is_gone_is_not_looked_for_again(self, bob, later, auth0_gateway):
        del auth0_gateway.users[BOB]
        hint([BOB])
        assert checked() == Counts(due=1, off=1)
        later(days=1)
        assert checked() == Counts()

    def test_a_user_whose_subject_became_somebody_elses(self, bob, later):
        PasswordState.objects.update(subject="", subject_key=None, check_due_at=later(minutes=1))
        assert checked() == Counts(due=1, off=1)
        assert checked() == Counts()

    def test_a_signal_that_a_process_owes(self, bob, later, auth0_gateway, heard):
        """It ended between its commit and the signal."""
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        change = PasswordChange.objects.get()
        assert (heard, change.announced_at) == ([], None)
        assert reconcile(["announce"])["announce"] == Counts()
        later(minutes=1)
        assert reconcile(["announce"])["announce"] == Counts(due=1, done=1)
        assert heard == [f"password_changed:{change.pk}"]
        later(minutes=5)
        assert reconcile(["announce"])["announce"] == Counts()

    def test_a_raise_that_nobody_was_told_of(self, bob, later, auth0_gateway):
        said = []
        reset_required.connect(lambda event, **_: said.append(event.event_id), weak=False, dispatch_uid="said")
        row = require_reset(bob, reason="breach").get()
        later(minutes=2)
        assert said == []
        assert reconcile(["require"])["require"] == Counts(due=1, done=1)
        assert said == [f"reset_required:{row.pk}"]
        assert reconcile(["require"])["require"] == Counts()
        reset_required.disconnect(dispatch_uid="said")

    def test_everything_by_default(self, bob, later, auth0_gateway):
        require_reset(bob, reason="breach")
        hint([BOB])
        assert {name: number for name, number in due().items() if number} == {"check": 1, "mirror": 1}
        counts = reconcile()
        assert list(counts) == list(kinds.KINDS)
        assert counts["check"] == counts["mirror"] == Counts(due=1, done=1)
        assert set(due().values()) == {0}

    def test_what_one_kind_leads_to_is_done_by_the_next(self, bob, later, auth0_gateway):
        require_reset(bob, reason="breach")
        reconcile()
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        hint([BOB])
        reconcile()
        assert auth0_gateway.users[BOB].app_metadata["needsPasswordReset"] is False

    def test_one_row_with_all_that_is_due_on_it(self, bob, later, auth0_gateway):
        """The flag falls by the read; whoever is told of the mirror then finds the row in hand, and goes."""
        require_reset(bob, reason="breach")
        reconcile()
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        hint([BOB])
        perform("check", str(bob.pk))
        assert auth0_gateway.users[BOB].app_metadata["needsPasswordReset"] is False

    def test_one_row_alone(self, bob, auth0_gateway):
        """What a task or the process's own thread does: a kind and a primary key, as text."""
        require_reset(bob, reason="breach")
        perform("mirror", str(bob.pk))
        assert auth0_gateway.users[BOB].app_metadata["needsPasswordReset"] is True
        assert due()["mirror"] == 0
        perform("mirror", str(bob.pk))

    def test_one_row_that_moves_while_it_is_done(self, bob, later, auth0_gateway, monkeypatch):
        write = auth0_gateway.update_app_metadata

        def update(subject, changes):
            monkeypatch.undo()
            profile = write(subject, changes)
            later(minutes=1)
            require_reset(bob, reason="policy")
            return profile

        monkeypatch.setattr(auth0_gateway, "update_app_metadata", update)
        require_reset(bob, reason="breach")
        perform("mirror", str(bob.pk))
        assert auth0_gateway.users[BOB].app_metadata["passwordResetRequiredAt"] == "2026-11-20T09:02:00.000Z"

    def test_one_row_that_fails_is_left(self, bob, auth0_gateway):
        require_reset(bob, reason="breach")
        auth0_gateway.failing = GatewayUnavailableError("down")
        perform("mirror", str(bob.pk))
        assert PasswordState.objects.get().mirror_error == "unavailable"

    def test_unknown_kinds_are_refused(self, db):
        with pytest.raises(ValueError, match="unknown kinds of work: laundry; there are check, mirror, "):
            reconcile(["laundry"])


class TestHowMuch:
    def test_a_limit(self, readers):
        hint(READERS)
        assert checked(limit=3) == Counts(due=7, done=3, left=4)
        assert checked() == Counts(due=4, done=4)

    def test_pages(self, readers, monkeypatch):
        monkeypatch.setattr(import_module("auth0_password.services.reconcile"), "PAGE", 2)
        hint(READERS)
        assert checked() == Counts(due=7, done=7)

    def test_what_others_have_in_hand_is_left_to_them(self, readers, later):
        hint(READERS)
        PasswordState.objects.filter(subject__in=READERS[:2]).update(
            lease_until=later(seconds=0) + timedelta(minutes=2)
        )
        assert checked() == Counts(due=7, done=5, left=2)
        later(minutes=2)
        assert checked() == Counts(due=2, done=2)

    def test_auth0_is_down(self, readers, auth0_gateway):
        """Three in a row are enough to know."""
        auth0_gateway.failing = GatewayUnavailableError("down")
        hint(READERS)
        assert checked() == Counts(due=7, failed=3, left=4)

    def test_without_a_scope_a_few_find_it_out(self, readers, auth0_gateway, monkeypatch, later):
        def update(subject, changes):
            raise GatewayRefusedError("PATCH", status=403)

        monkeypatch.setattr(auth0_gateway, "update_app_metadata", update)
        for user in readers:
            require_reset(user, reason="breach")
        assert reconcile(["mirror"])["mirror"] == Counts(due=7, off=3, left=4)

    def test_gone_users_say_nothing_about_the_others(self, readers, auth0_gateway):
        for subject in READERS[:5]:
            del auth0_gateway.users[subject]
        hint(READERS)
        assert checked() == Counts(due=7, off=5, done=2)

    def test_a_row_that_nobody_foresaw(self, readers, monkeypatch):
        def do(state):
            if state.subject == READERS[0]:
                raise ZeroDivisionError
            kinds.check(state)

        monkeypatch.setitem(kinds.KINDS, "check", replace(kinds.KINDS["check"], do=do))
        hint(READERS)
        assert checked() == Counts(due=7, done=6, failed=1, left=1)

    def test_signals_are_sent_although_auth0_is_down(self, readers, bob, later, auth0_gateway, heard):
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        later(minutes=1)
        auth0_gateway.failing = GatewayUnavailableError("down")
        hint(READERS)
        counts = reconcile()
        assert (counts["check"].failed, counts["announce"].done) == (3, 1)


class TestAuth0WantsItSlower:
    """Its bucket holds a few calls and is refilled: 2 a second on a free tenant."""

    @pytest.fixture(autouse=True)
    def _no_chance(self, monkeypatch):
        monkeypatch.setattr(random, "random", lambda: 0)

    @pytest.fixture
    def bucket(self, auth0_gateway, monkeypatch, clock):
        """Two calls, then none for a second."""
        calls, read = [], auth0_gateway.read_user

        def limited(subject):
            now = auth0_gateway.now()
            if sum(now - at < timedelta(seconds=1) for at in calls) >= 2:
                raise ThrottledError("not sent", retry_at=now + timedelta(seconds=1))
            calls.append(now)
            return read(subject)

        monkeypatch.setattr(auth0_gateway, "read_user", limited)
        return calls

    def test_the_command_waits(self, readers, bucket, later):
        hint(READERS)
        patient = Patient(later)
        assert checked(stop=patient) == Counts(due=7, done=7)
        assert patient.waits == [1.2, 1.2, 1.2]

    def test_others_leave_the_rest(self, readers, bucket):
        hint(READERS)
        assert checked() == Counts(due=7, done=2, left=5)
        assert not PasswordState.objects.filter(check_tries__gt=0).exists()

    def test_nobody_waits_for_hours(self, readers, auth0_gateway, later):
        hint(READERS)
        auth0_gateway.failing = ThrottledError("429", retry_at=later(seconds=0) + timedelta(hours=2))
        patient = Patient(later)
        assert checked(stop=patient) == Counts(due=7, left=7)
        assert patient.waits == []

    def test_nor_for_ever(self, readers, auth0_gateway, later):
        hint(READERS)
        auth0_gateway.failing = ThrottledError("429")
        patient = Patient(later)
        assert checked(stop=patient) == Counts(due=7, left=7)
        assert patient.waits == [1.2, 1.4, 1.8, 2.6, 4.2, 7.4]


class TestManyAtOnce:
    @pytest.mark.django_db(transaction=True)
    def test_four_processes_do_everything_once(self, auth0_gateway, django_user_model):
        people = [f"auth0|{number}" for number in range(12)]
        for subject in people:
            auth0_gateway.add(subject)
            user = django_user_model.objects.create_user(subject)
            subjects.bind(user, auth0_gateway.read_user(subject))
            require_reset(user, reason="breach")
        written, totals, begin = [], [], Barrier(4)
        write = auth0_gateway.update_app_metadata
        auth0_gateway.update_app_metadata = lambda subject, changes: written.append(subject) or write(subject, changes)

        def run():
            begin.wait()
            totals.append(reconcile(["mirror"])["mirror"].done)
            connections.close_all()

        threads = [Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(written) == sorted(people)
        assert sum(totals) == 12
        assert due()["mirror"] == 0


def run_command(*arguments):
    """What the command prints, and its exit status."""
    out, err = StringIO(), StringIO()
    try:
        call_command("reconcile_passwords", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), f"{err.getvalue()}{error}", error.returncode
    return out.getvalue(), err.getvalue(), 0


class TestTheCommand:
    def test_says_what_it_did(self, bob):
        require_reset(bob, reason="breach")
        out, _err, status = run_command("--kind", "check", "--kind", "mirror")
        assert out.splitlines() == [
            "check: 0 due, 0 done, 0 failed, 0 off, 0 left",
            "mirror: 1 due, 1 done, 0 failed, 0 off, 0 left",
        ]
        assert status == 0

    def test_in_json(self, bob):
        require_reset(bob, reason="breach")
        out, _err, _status = run_command("--kind", "mirror", "--json")
        assert json.loads(out) == {"mirror": {"due": 1, "done": 1, "failed": 0, "off": 0, "left": 0}}

    def test_a_dry_run_only_counts(self, bob, auth0_gateway):
        require_reset(bob, reason="breach")
        out, _err, status = run_command("--dry-run", "--kind", "mirror")
        assert (out, status) == ("mirror: 1 due, 0 done, 0 failed, 0 off, 1 left\n", 0)
        assert auth0_gateway.users[BOB].app_metadata == {}

    def test_on_a_terminal_it_shows_how_far_it_is(self, readers):
        hint(READERS)
        screen = StringIO()
        screen.isatty = lambda: True
        call_command("reconcile_passwords", "--kind", "check", stdout=screen)
        assert "\r\x1b[Kcheck: 6 of 7\r\x1b[Kcheck: 7 of 7\r" in screen.getvalue()

    def test_failures_need_somebody(self, bob, auth0_gateway):
        require_reset(bob, reason="breach")
        auth0_gateway.failing = GatewayUnavailableError("down")
        _out, err, status = run_command("--kind", "mirror")
        assert (err, status) == ("1 failed and will be tried again, 0 left for the next run", 1)

    def test_a_missing_scope_needs_somebody_until_it_is_granted(self, bob, auth0_gateway, monkeypatch):
        def update(subject, changes):
            raise GatewayRefusedError("PATCH", status=403)

        with monkeypatch.context() as patched:
            patched.setattr(auth0_gateway, "update_app_metadata", update)
            require_reset(bob, reason="breach")
            for _ in range(2):
                out, err, status = run_command("--kind", "mirror")
                assert out == "mirror: 1 due, 0 done, 0 failed, 1 off, 0 left\n"
                assert (err, status) == (mirror.SCOPES_MISSING, 1)
        assert run_command()[2] == 0
        assert auth0_gateway.users[BOB].app_metadata["needsPasswordReset"] is True

    @pytest.mark.parametrize("arguments", [["--kind", "laundry"], ["--limit", "0"], ["--interval", "soon"]])
    def test_wrong_use(self, db, arguments):
        with pytest.raises(CommandError):
            call_command("reconcile_passwords", *arguments)

    def test_no_database(self, db, monkeypatch):
        def broken(*_, **__):
            raise OperationalError("no route to host")

        monkeypatch.setattr(reconcile_passwords, "reconcile", broken)
        _out, err, status = run_command()
        assert (err, status) == ("could not run: no route to host", 2)

    def test_no_client(self, bob, settings):
        require_reset(bob, reason="breach")
        set_gateway(None)
        settings.AUTH0_PASSWORD = {}
        _out, err, status = run_command()
        assert "MANAGEMENT_CLIENT_ID" in err
        assert status == 2


class TestWatching:
    @pytest.fixture
    def rounds(self, monkeypatch, later):
        """What happens between two rounds; afterwards the service is stopped."""
        between = []

        def wait(self, seconds):
            later(seconds=seconds)
            if between:
                between.pop(0)()
            else:
                os.kill(os.getpid(), signal.SIGTERM)

        monkeypatch.setattr(reconcile_passwords.Signalled, "wait", wait)
        return between

    @pytest.fixture(autouse=True)
    def _keep_the_connection(self, monkeypatch):
        """The tests' transaction lives on it."""
        monkeypatch.setattr(reconcile_passwords.connections, "close_all", lambda: None)

    def test_round_after_round_until_it_is_stopped(self, bob, rounds, auth0_gateway):
        rounds.append(lambda: require_reset(bob, reason="breach"))
        before = signal.getsignal(signal.SIGTERM)
        out, _err, status = run_command("--watch", "--kind", "mirror", "--interval", "5")
        assert [line.split(",")[1] for line in out.splitlines()] == [" 0 done", " 1 done"]
        assert status == 0
        assert signal.getsignal(signal.SIGTERM) is before

    def test_the_row_in_hand_is_finished(self, readers, rounds, auth0_gateway, monkeypatch):
        read = auth0_gateway.read_user

        def read_user(subject):
            os.kill(os.getpid(), signal.SIGINT)
            return read(subject)

        monkeypatch.setattr(auth0_gateway, "read_user", read_user)
        hint(READERS)
        out, _err, status = run_command("--watch", "--kind", "check")
        assert (out, status) == ("check: 7 due, 1 done, 0 failed, 0 off, 6 left\n", 0)
        assert not PasswordState.objects.filter(lease_until__isnull=False).exists()

    def test_outages_pass(self, bob, rounds, auth0_gateway, monkeypatch):
        """Auth0, then the database; each is told once, and afterwards the work is done."""
        real = reconcile_passwords.reconcile

        def broken(*_, **__):
            raise OperationalError("no route to host")

        def auth0_is_back_but_the_database_is_gone():
            auth0_gateway.failing = None
            monkeypatch.setattr(reconcile_passwords, "reconcile", broken)

        require_reset(bob, reason="breach")
        auth0_gateway.failing = GatewayUnavailableError("down")
        rounds += [
            auth0_is_back_but_the_database_is_gone,
            lambda: None,
            lambda: monkeypatch.setattr(reconcile_passwords, "reconcile", real),
        ]
        out, err, status = run_command("--watch", "--kind", "mirror")
        assert [line.split(",")[1] for line in out.splitlines()] == [" 0 done", " 1 done"]
        assert err.splitlines() == [
            "1 failed and will be tried again, 0 left for the next run",
            "the database does not answer: no route to host",
        ]
        assert status == 0

    def test_it_sleeps_and_wakes_up_at_a_signal(self):
        stop = reconcile_passwords.Signalled()
        stop.wait(0.001)
        with stop.by_signals():
            os.kill(os.getpid(), signal.SIGTERM)
            stop.wait(3600)
        assert stop.is_set()
