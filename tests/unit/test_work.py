"""Who is told that work is wanted, and who has it in hand."""

import logging
import sys
import threading
from types import ModuleType, SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from auth0_password import tasks
from auth0_password.models import PasswordState
from auth0_password.services import clear_reset, hint, require_reset, work
from auth0_password.services.flag import Cleared
from auth0_password.services.in_process import MOST_WAITING, InProcess
from auth0_password.services.records import record
from tests.unit.conftest import BOB


@pytest.fixture
def told():
    """Work is handed to a list."""
    heard = []
    work.set_dispatcher(lambda *what: heard.append(what))
    yield heard
    work.set_dispatcher(None)


class TestWhoIsTold:
    @pytest.mark.django_db(transaction=True)
    def test_after_the_commit_and_not_before(self, bob, told):
        with transaction.atomic():
            require_reset(bob, reason="breach")
            assert told == []
        assert told == [("mirror", str(bob.pk))]

    @pytest.mark.django_db(transaction=True)
    def test_nobody_when_it_is_rolled_back(self, bob, told):
        with transaction.atomic():
            require_reset(bob, reason="breach")
            transaction.set_rollback(True)
        assert told == []

    @pytest.mark.django_db(transaction=True)
    def test_of_a_flag_that_falls_and_of_a_hint(self, bob, later, told):
        require_reset(bob, reason="breach")
        later(seconds=1)
        clear_reset(bob, by=None)
        hint([BOB])
        assert told == [("mirror", str(bob.pk)), ("mirror", str(bob.pk)), ("check", str(bob.pk))]

    @pytest.mark.django_db(transaction=True)
    def test_a_dispatcher_that_fails_is_nobodys_problem(self, bob, caplog):
        work.set_dispatcher(lambda *what: 1 / 0)
        require_reset(bob, reason="breach")
        work.set_dispatcher(None)
        assert "ZeroDivisionError" in caplog.text
        assert PasswordState.objects.get().mirror_due_at is not None


class TestWhoHasIt:
    def rows(self):
        return PasswordState.objects.all()

    def test_one_at_a_time(self, bob):
        key = work.lease(self.rows())
        assert key
        assert work.lease(self.rows()) is None
        work.give_back(self.rows(), key)
        assert work.lease(self.rows())

    def test_a_worker_that_was_killed_has_it_for_a_while(self, bob, later):
        work.lease(self.rows())
        later(seconds=119)
        assert work.lease(self.rows()) is None
        later(seconds=1)
        assert work.lease(self.rows())

    def test_a_slow_worker_gives_back_only_its_own(self, bob, later):
        slow = work.lease(self.rows())
        later(minutes=3)
        work.lease(self.rows())
        work.give_back(self.rows(), slow)
        assert work.lease(self.rows()) is None

    def test_what_else_is_written_leaves_the_lease_alone(self, bob):
        """Grace read the row before it was taken, and writes it now."""

        def taken_meanwhile(state):
            assert work.lease(self.rows())
            return Cleared()

        record(bob, taken_meanwhile)
        assert work.lease(self.rows()) is None


class TestInThisProcess:
    def test_one_after_the_other_in_a_thread(self):
        done = []
        dispatcher = InProcess(lambda *what: done.append((*what, threading.current_thread().name)))
        for number in "123":
            dispatcher("mirror", number)
        dispatcher.waiting.join()
        assert done == [("mirror", number, "auth0_password") for number in "123"]

    def test_what_fails_is_logged_and_the_next_is_done(self, caplog):
        done = []

        def perform(kind, pk):
            done.append(pk)
            if pk == "1":
                raise ZeroDivisionError

        dispatcher = InProcess(perform)
        with caplog.at_level(logging.ERROR):
            dispatcher("mirror", "1")
            dispatcher("mirror", "2")
            dispatcher.waiting.join()
        assert done == ["1", "2"]
        assert "mirror of 1 was left to reconcile" in caplog.text

    def test_more_than_fits_is_left_and_nobody_waits(self):
        gate, done = threading.Event(), []

        def perform(_kind, pk):
            assert gate.wait(10)
            done.append(pk)

        dispatcher = InProcess(perform)
        for number in range(MOST_WAITING + 50):
            dispatcher("mirror", str(number))
        gate.set()
        dispatcher.waiting.join()
        assert MOST_WAITING <= len(done) <= MOST_WAITING + 1

    def test_a_process_that_ends_lets_what_is_in_hand_come_to_its_end(self):
        begun, go_on, done = threading.Event(), threading.Event(), []

        def perform(kind, pk):
            begun.set()
            assert go_on.wait(10)
            done.append(pk)

        dispatcher = InProcess(perform)
        for pk in "123":
            dispatcher("mirror", pk)
        assert begun.wait(10)
        threading.Timer(0.05, go_on.set).start()
        dispatcher.finish()
        assert done == ["1"]
        assert dispatcher.waiting.empty()

    def test_it_does_not_wait_for_ever(self):
        begun, never = threading.Event(), threading.Event()
        dispatcher = InProcess(lambda *_: (begun.set(), never.wait(10)))
        dispatcher("mirror", "1")
        assert begun.wait(10)
        dispatcher.finish(0.01)
        never.set()


def tasks_of(name, configured, monkeypatch):
    """A package of tasks like Django's, whose default backend is of that kind."""
    base = type("BaseTaskBackend", (), {})
    kinds = {kind: type(kind, (base,), {}) for kind in ("ImmediateBackend", "DummyBackend", "DatabaseBackend")}
    package = ModuleType(name)
    package.DEFAULT_TASK_BACKEND_ALIAS = "default"
    package.task_backends = {"default": kinds.get(configured, object)()}
    modules = {
        name: package,
        f"{name}.backends": ModuleType("backends"),
        f"{name}.backends.base": SimpleNamespace(BaseTaskBackend=base),
        f"{name}.backends.immediate": SimpleNamespace(ImmediateBackend=kinds["ImmediateBackend"]),
        f"{name}.backends.dummy": SimpleNamespace(DummyBackend=kinds["DummyBackend"]),
    }
    for path, module in modules.items():
        monkeypatch.setitem(sys.modules, path, module)
    return package


class TestWhichTasks:
    @pytest.fixture(autouse=True)
    def _some_tasks(self, monkeypatch):
        monkeypatch.setattr(tasks, "settings", SimpleNamespace(TASKS={"default": {}}))

    @pytest.mark.parametrize("name", ["django.tasks", "django_tasks"])
    def test_the_sites_own(self, monkeypatch, name):
        for absent in {"django.tasks", "django_tasks"} - {name}:
            monkeypatch.setitem(sys.modules, absent, None)
        assert tasks_of(name, "DatabaseBackend", monkeypatch) is tasks.framework()

    @pytest.mark.parametrize("backend", ["ImmediateBackend", "DummyBackend", "of another package"])
    def test_none_that_would_do_it_at_once_or_never(self, monkeypatch, backend):
        monkeypatch.setitem(sys.modules, "django_tasks", None)
        tasks_of("django.tasks", backend, monkeypatch)
        assert tasks.framework() is None

    def test_none_without_a_default_backend(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "django_tasks", None)

        class Nothing(dict):
            def __missing__(self, key):
                raise ImproperlyConfigured(key)

        tasks_of("django.tasks", "DatabaseBackend", monkeypatch).task_backends = Nothing()
        assert tasks.framework() is None

    def test_none_where_the_site_says_nothing_of_tasks(self, monkeypatch):
        monkeypatch.setattr(tasks, "settings", SimpleNamespace())
        assert tasks.framework() is None

    def test_without_any_it_is_a_thread(self, monkeypatch):
        monkeypatch.setattr(tasks, "FRAMEWORK", None)
        assert isinstance(tasks.dispatcher(), InProcess)
