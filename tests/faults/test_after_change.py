"""Everybody chooses a new password while something is wrong. When that is over, nothing is missing or doubled (OUT-03,
04, 05, 06, 07, 09)."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager, suppress
from itertools import count
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import Error, OperationalError, connection, connections

from auth0_password.exceptions import GatewayUnavailableError, ThrottledError, UnknownOutcomeError
from auth0_password.models import PasswordChange, PasswordState, ResetRequirement
from auth0_password.services import hint, reconcile, require_reset, subjects
from auth0_password.services.reconcile import due
from auth0_password.services.sweep import sweep
from tests.faults.aftermath import listening, mails, read_only

pytestmark = pytest.mark.django_db(transaction=True)


class Never:
    """Nobody stops the work, and nothing has to be waited for."""

    def is_set(self):
        return False

    def wait(self, seconds):
        raise AssertionError(f"{seconds} seconds")


@pytest.fixture
def aftermath(auth0_gateway):
    with listening(auth0_gateway) as one:
        yield one


@pytest.fixture
def readers(auth0_gateway, django_user_model, later):
    """Make so many people who are known; a new password is required of every other one."""

    def make(number):
        known = {}
        for index in range(number):
            subject = f"auth0|reader-{index}"
            auth0_gateway.add(subject, email=f"reader{index}@example.com")
            known[subject] = django_user_model.objects.create_user(f"reader{index}")
            subjects.bind(known[subject], auth0_gateway.read_user(subject))
        later(minutes=1)
        for user in list(known.values())[::2]:
            require_reset(user, reason="policy", tell="none")
        later(minutes=1)
        return known

    return make


def all_change(gateway, known):
    return {subject: gateway.change_password(subject) for subject in known}


def is_known(changes):
    """The site knows what is true at Auth0; nobody is held back any more."""
    rows = PasswordState.objects.values_list("subject", "changed_at", "needs_reset")
    assert {subject: (at, flag) for subject, at, flag in rows} == {one: (at, False) for one, at in changes.items()}
    assert PasswordChange.objects.count() == len(changes)
    assert not ResetRequirement.objects.open().exists()


@contextmanager
def calls_fail(gateway, error):
    gateway.failing = error
    yield
    gateway.failing = None


@contextmanager
def two_calls_of_three_fail(gateway):
    """One before it has an effect, one after."""
    called, number = gateway._called, count()

    def unsteady(verb, about):
        gateway.failing = [UnknownOutcomeError("lost"), GatewayUnavailableError("down"), None][next(number) % 3]
        called(verb, about)

    gateway._called = unsteady
    yield
    gateway._called, gateway.failing = called, None


@contextmanager
def mail_server(answer):
    send, EmailBackend.send_messages = EmailBackend.send_messages, answer
    yield
    EmailBackend.send_messages = send


@contextmanager
def mail_server_is_down_then_slow(later):
    """Its first ten mails fail; then each takes a minute and a half."""
    send, tries = EmailBackend.send_messages, []

    def answer(self, messages):
        tries.append(len(messages))
        if len(tries) <= 10:
            raise SMTPServerDisconnected("later")
        later(seconds=90)
        return send(self, messages)

    with mail_server(answer):
        yield


@contextmanager
def no_cache(settings):
    before, settings.CACHES = settings.CACHES, {"default": {"BACKEND": "tests.faults.dead_cache.DeadCache"}}
    yield
    settings.CACHES = before


TROUBLE = {
    "answers are lost after the effect": lambda world: calls_fail(world["gateway"], UnknownOutcomeError("lost")),
    "a storm of 429": lambda world: calls_fail(world["gateway"], ThrottledError("slower")),
    "a black hole": lambda world: calls_fail(world["gateway"], GatewayUnavailableError("no answer")),
    "two calls of three fail": lambda world: two_calls_of_three_fail(world["gateway"]),
    "mail server down, then slow": lambda world: mail_server_is_down_then_slow(world["later"]),
    "database read-only": lambda world: read_only(),
    "cache gone": lambda world: no_cache(world["settings"]),
}
PASSES = {"cache gone", "mail server down, then slow"}
"""All is done before the day is over."""


@pytest.mark.parametrize("name", TROUBLE)
def test_a_day_of_trouble(name, readers, auth0_gateway, later, settings, aftermath):
    known = readers(6)
    changes = all_change(auth0_gateway, known)
    hint(known)
    with TROUBLE[name]({"gateway": auth0_gateway, "later": later, "settings": settings}):
        for _ in range(4):
            with suppress(Error):
                reconcile()
            later(hours=6)
        assert any(due().values()) is (name not in PASSES)
    for _ in range(2):
        later(hours=2)
        reconcile()
    is_known(changes)
    aftermath.is_complete()


class TestEveryPushIsLost:
    """Of a hundred people."""

    def test_one_run_finds_all(self, readers, auth0_gateway, aftermath, capsys):
        changes = all_change(auth0_gateway, readers(100))
        call_command("reconcile_passwords", sweep=True, json=True)
        said = json.loads(capsys.readouterr().out)
        assert said["sweep"] == {"users": 100, "known": 100, "differ": 100}
        assert [said[kind]["done"] for kind in ("check", "mail", "revoke")] == [100, 100, 100]
        assert sum(row["failed"] + row["left"] for row in said.values() if "failed" in row) == 0
        is_known(changes)
        aftermath.is_complete()

        call_command("reconcile_passwords", sweep=True, json=True)
        said = json.loads(capsys.readouterr().out)
        assert said["sweep"]["differ"] == 0
        assert sum(row["due"] for row in said.values() if "due" in row) == 0
        aftermath.is_complete()

    def test_ten_workers_find_them_at_once(self, readers, auth0_gateway, aftermath):
        changes = all_change(auth0_gateway, readers(100))
        start, failed = threading.Barrier(10), []

        def work():
            start.wait()
            try:
                sweep(Never())
                reconcile()
            except Exception as error:  # noqa: BLE001 - told below
                failed.append(error)
            finally:
                connections.close_all()

        workers = [threading.Thread(target=work) for _ in range(10)]
        for one in workers:
            one.start()
        for one in workers:
            one.join()
        reconcile()
        assert failed == []
        is_known(changes)
        aftermath.is_complete()


class Deadlock:
    """The database chooses each of our updates once to end one (MariaDB does, of workers at once)."""

    def __init__(self):
        self.ended = set()

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("UPDATE") and sql not in self.ended:
            self.ended.add(sql)
            raise OperationalError(1213, "Deadlock found when trying to get lock")
        return execute(sql, params, many, context)


def test_every_update_meets_a_deadlock(readers, auth0_gateway, aftermath):
    """Also the one that notes what is done already: it is not done again for that."""
    known = readers(2)
    changes = all_change(auth0_gateway, known)
    hint(known)
    deadlock = Deadlock()
    with connection.execute_wrapper(deadlock):
        counts = reconcile()
    assert len(deadlock.ended) > 8
    assert sum(one.failed for one in counts.values()) == 0
    reconcile()
    is_known(changes)
    aftermath.is_complete()


def test_a_mail_whose_taking_was_not_confirmed_has_the_same_name_twice(readers, auth0_gateway, later, aftermath):
    """Nobody can know: the reader's mail program shows it once (RFC 5322 §3.6.4)."""
    known = readers(1)
    all_change(auth0_gateway, known)
    hint(known)
    send = EmailBackend.send_messages

    def lost(self, messages):
        send(self, messages)
        raise SMTPServerDisconnected("the answer")

    with mail_server(lost):
        reconcile()
    later(hours=1)
    reconcile()
    assert (len(mails()), len(set(mails()))) == (2, 1)
    assert PasswordChange.objects.get().mail_outcome == "sent"
    mail.outbox.pop()
    aftermath.is_complete()
