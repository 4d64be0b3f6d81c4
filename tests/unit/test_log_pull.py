"""The tenant's log, read by whom nobody can reach: on from where it ended, bounded, and quiet without the scope."""

from __future__ import annotations

import contextlib
import json
from io import StringIO
from itertools import count

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from auth0_password.exceptions import (
    GatewayRefusedError,
    GatewayUnavailableError,
    ThrottledError,
    UnexpectedAnswerError,
)
from auth0_password.gateway.pace import current_priority
from auth0_password.management.commands import reconcile_passwords
from auth0_password.models import LogCheckpoint, PasswordState, ResetRequirement
from auth0_password.services import hint, log_pull
from auth0_password.services.log_pull import MOST_PAGES, TAKE, Pulled, pull_logs
from auth0_password.services.sweep import sweep
from tests.unit.conftest import BOB
from tests.unit.webhooks.test_killed import Dying

REFUSED = GatewayRefusedError("GET /api/v2/logs: Auth0 answered with status 403", status=403)


def is_due():
    return PasswordState.objects.get().check_due_at is not None


@pytest.fixture
def started(bob, later):
    """The log was read once; from now on every record is new."""
    assert pull_logs() == Pulled()
    later(minutes=1)


class TestReading:
    def test_a_change_is_a_hint(self, started, auth0_gateway):
        auth0_gateway.write_log("s", BOB)
        auth0_gateway.write_log("scp", BOB)
        assert pull_logs() == Pulled(records=2, hints=1)
        assert is_due()

    def test_on_from_where_it_ended(self, started, auth0_gateway, later):
        last = auth0_gateway.write_log("scp", BOB)["log_id"]
        pull_logs()
        later(minutes=1)
        assert pull_logs() == Pulled()
        assert LogCheckpoint.objects.get().log_id == last
        assert [call.about for call in auth0_gateway.calls if call.verb == "read_logs"] == ["", "", last]

    def test_the_first_time_only_the_newest_records(self, bob, auth0_gateway):
        for _ in range(TAKE + 1):
            auth0_gateway.write_log("scp", BOB)
        assert pull_logs() == Pulled(records=TAKE, hints=1)

    def test_a_bounded_number_of_pages_in_one_round(self, started, auth0_gateway, later):
        auth0_gateway.write_log("s", BOB)
        pull_logs()
        for _ in range(MOST_PAGES * TAKE + 7):
            auth0_gateway.write_log("s", BOB)
        later(minutes=1)
        assert pull_logs().records == MOST_PAGES * TAKE
        later(minutes=1)
        assert pull_logs().records == 7

    def test_details_go_nowhere(self, started, auth0_gateway, caplog):
        auth0_gateway.write_log("scpr", BOB, details={"resetUrl": "https://tenant/lo/reset?ticket=live"})
        assert pull_logs().records == 1
        page = auth0_gateway.read_logs("", TAKE)
        assert "ticket=live" not in f"{page!r} {caplog.text} {list(LogCheckpoint.objects.values())}"

    def test_leaks_as_the_stream_tells_them(self, started, auth0_gateway, settings, monkeypatch):
        monkeypatch.setitem(settings.AUTH0_PASSWORD, "BREACH_FROM_LOGS", True)
        auth0_gateway.write_log("pwd_leak", BOB)
        pull_logs()
        assert ResetRequirement.objects.get().reason == "breach"

    def test_it_can_wait_for_people(self, started, auth0_gateway, monkeypatch):
        asked = []
        monkeypatch.setattr(auth0_gateway, "read_logs", lambda *_: asked.append(current_priority()) or REFUSED)
        with pytest.raises(AttributeError):
            pull_logs()
        assert asked == ["background"]


class TestTogether:
    def test_one_process_at_a_time(self, started, auth0_gateway, later):
        auth0_gateway.write_log("scp", BOB)
        pull_logs()
        auth0_gateway.write_log("scp", BOB)
        assert pull_logs() == Pulled()
        later(seconds=20)
        assert pull_logs().records == 1

    def test_killed_before_the_place_moved_it_is_read_again(self, started, auth0_gateway, later, monkeypatch):
        auth0_gateway.write_log("scp", BOB)
        with monkeypatch.context() as once:
            once.setattr(log_pull, "_move", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                pull_logs()
        PasswordState.objects.update(check_due_at=None)
        later(minutes=1)
        assert pull_logs() == Pulled(records=1, hints=1)
        assert is_due()

    @pytest.mark.django_db(transaction=True)
    def test_killed_at_any_statement(self, started, auth0_gateway, later):
        """The next round reads it again, and then there is nothing left to read."""
        for statements in count():
            PasswordState.objects.update(check_due_at=None)
            record = auth0_gateway.write_log("scp", BOB)
            later(minutes=1)
            with contextlib.suppress(OperationalError), connection.execute_wrapper(Dying(statements)):
                if not pull_logs().failed:
                    break
            later(minutes=1)
            pull_logs()
            assert is_due()
            assert LogCheckpoint.objects.get().log_id == record["log_id"]
        assert statements > 3


class TestTrouble:
    @pytest.mark.parametrize(
        "error", [GatewayUnavailableError("down"), ThrottledError("429"), UnexpectedAnswerError("?")]
    )
    def test_an_outage_passes(self, started, auth0_gateway, later, error):
        auth0_gateway.write_log("scp", BOB)
        auth0_gateway.failing = error
        assert pull_logs() == Pulled(failed=True)
        auth0_gateway.failing = None
        later(minutes=1)
        assert pull_logs().hints == 1

    @pytest.mark.parametrize("most", [10, 1])
    def test_a_page_that_is_too_long_is_read_in_pieces(self, started, auth0_gateway, later, monkeypatch, most):
        """An answer of more than 1 MB counts as none."""
        auth0_gateway.write_log("s", BOB)
        pull_logs()
        for kind in ["sapi"] * 2 * most + ["scp"]:
            last = auth0_gateway.write_log(kind, BOB)["log_id"]
        read = auth0_gateway.read_logs

        def too_long(after, take):
            if take > most:
                raise UnexpectedAnswerError("GET /api/v2/logs: JSONDecodeError")
            return read(after, take)

        monkeypatch.setattr(auth0_gateway, "read_logs", too_long)
        later(minutes=1)
        assert pull_logs() == Pulled(records=2 * most + 1, hints=1)
        assert LogCheckpoint.objects.get().log_id == last

    @pytest.mark.parametrize("status", [400, 404])
    def test_a_place_that_auth0_has_forgotten(self, started, auth0_gateway, later, monkeypatch, caplog, status):
        """Logs are kept for a day on the smallest plan."""
        LogCheckpoint.objects.update(log_id="9" * 60)
        auth0_gateway.write_log("scp", BOB)
        read = auth0_gateway.read_logs

        def forgetful(after, take):
            if after.startswith("9"):
                raise UnexpectedAnswerError("GET /api/v2/logs", status=status)
            return read(after, take)

        monkeypatch.setattr(auth0_gateway, "read_logs", forgetful)
        assert pull_logs() == Pulled(records=1, hints=1)
        assert log_pull.LOST in caplog.text

    def test_without_the_scope(self, started, auth0_gateway):
        auth0_gateway.failing = REFUSED
        assert pull_logs() == Pulled(off=True)


def run_command(*arguments):
    out, err = StringIO(), StringIO()
    try:
        call_command("reconcile_passwords", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), f"{err.getvalue()}{error}", error.returncode
    return out.getvalue(), err.getvalue(), 0


class TestTheCommand:
    def test_reads_and_does_in_one_round(self, started, auth0_gateway):
        auth0_gateway.change_password(BOB)
        auth0_gateway.write_log("scp", BOB)
        out, _err, status = run_command()
        assert out.splitlines()[:2] == ["logs: 1 records, 1 hints", "check: 1 due, 1 done, 0 failed, 0 off, 0 left"]
        assert status == 0
        assert PasswordState.objects.get().changed_at == auth0_gateway.users[BOB].last_password_reset

    def test_in_json(self, started):
        assert json.loads(run_command("--json")[0])["logs"] == {"records": 0, "hints": 0}

    @pytest.mark.parametrize("arguments", [["--kind", "check"], ["--dry-run"]])
    def test_not_where_something_else_is_asked_for(self, started, auth0_gateway, arguments):
        auth0_gateway.calls.clear()
        assert "logs" not in run_command(*arguments)[0]
        assert not auth0_gateway.calls

    def test_without_the_scope_it_says_so_and_that_is_no_failure(self, started, auth0_gateway):
        auth0_gateway.read_logs = refused
        out, err, status = run_command()
        assert out.splitlines()[0] == log_pull.SCOPE_MISSING
        assert (err, status) == ("", 0)

    def test_an_outage_needs_somebody(self, started, auth0_gateway):
        auth0_gateway.failing = GatewayUnavailableError("down")
        _out, err, status = run_command()
        assert (err, status) == ("the tenant's log could not be read", 1)

    def test_watching_it_says_it_once_and_asks_seldom(self, started, auth0_gateway, monkeypatch, later):
        asked, waits = [], []

        def wait(stop, seconds):
            waits.append(seconds)
            later(seconds=seconds)
            stop._is_set = len(waits) == 130

        monkeypatch.setattr(reconcile_passwords.Signalled, "wait", wait)
        monkeypatch.setattr(reconcile_passwords.connections, "close_all", lambda: None)
        auth0_gateway.read_logs = lambda *_: asked.append(1) or refused()
        out, _err, status = run_command("--watch")
        assert out.count(log_pull.SCOPE_MISSING) == 1
        assert (len(asked), status) == (3, 0)


def refused(*_):
    raise REFUSED


class TestTheSweep:
    def test_finds_what_nobody_told(self, bob, auth0_gateway, later, django_user_model):
        auth0_gateway.add("auth0|stranger", last_password_reset=later())
        at = auth0_gateway.change_password(BOB)
        out, _err, status = run_command("--sweep")
        assert out.splitlines()[0] == "sweep: 2 users, 1 known, 1 differ"
        assert status == 0
        assert PasswordState.objects.get().changed_at == at

    def test_leaves_alone_who_is_known_as_they_are(self, bob, auth0_gateway):
        auth0_gateway.change_password(BOB)
        hint([BOB])
        run_command()
        assert run_command("--sweep")[0].splitlines()[0] == "sweep: 1 users, 1 known, 0 differ"

    def test_waits_for_the_job(self, bob, auth0_gateway, monkeypatch, later):
        answers = [None, None, iter(())]
        waits = []
        monkeypatch.setattr(auth0_gateway, "read_export", lambda job: answers.pop(0))
        monkeypatch.setattr(reconcile_passwords.Signalled, "wait", lambda _stop, seconds: waits.append(seconds))
        assert run_command("--sweep")[0].startswith("sweep: 0 users")
        assert waits == [5.0, 5.0]

    def test_not_for_ever(self, bob, auth0_gateway, monkeypatch):
        monkeypatch.setattr(auth0_gateway, "read_export", lambda job: None)
        monkeypatch.setattr(reconcile_passwords.Signalled, "wait", lambda _stop, seconds: None)
        _out, err, status = run_command("--sweep")
        assert (err, status) == ("the users were not compared: the export of users takes too long", 1)

    def test_a_failure_needs_somebody_and_the_rest_is_done(self, bob, auth0_gateway, monkeypatch):
        monkeypatch.setattr(auth0_gateway, "start_export", refused)
        out, err, status = run_command("--sweep")
        assert err == f"the users were not compared: {REFUSED}"
        assert "check: " in out
        assert status == 1

    def test_in_a_dry_run_auth0_is_asked_nothing(self, bob, auth0_gateway):
        auth0_gateway.calls.clear()
        run_command("--sweep", "--dry-run")
        assert not auth0_gateway.calls

    def test_in_batches(self, db, auth0_gateway, django_user_model, django_assert_max_num_queries):
        """One query for five hundred, whoever they are."""
        for number in range(1500):
            auth0_gateway.add(f"auth0|r{number}", last_password_reset=auth0_gateway.now())
        with django_assert_max_num_queries(3):
            swept = sweep(reconcile_passwords.Signalled())
        assert (swept.users, swept.known, swept.differ) == (1500, 0, 0)
