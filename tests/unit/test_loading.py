"""The user by the query compiled once: the very objects of `.get()`, and `.get()` itself where that is not sure."""

from __future__ import annotations

import copy
import functools
import gc
import threading
import weakref
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import django
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.auth.models import UserManager
from django.core.exceptions import FieldError
from django.db import DatabaseError, connection, connections
from django.db.models import Model
from django.db.models.query import QuerySet
from django.db.models.signals import post_init, pre_init
from django.test.utils import CaptureQueriesContext

from auth0_password import loading
from auth0_password.models import PasswordState
from tests.loading_app import users

TIMES = {
    "born": date(1990, 2, 3),
    "seen": datetime(2026, 11, 20, 9, 30, 1, 234567, UTC),
    "woken": time(7, 30),
    "took": timedelta(days=2, microseconds=5),
    "data": {"a": [1, None, "é"]},
    "tags": ["x", "y"],
    "amount": Decimal("12.125"),
}


@pytest.fixture(autouse=True)
def no_plans():
    loading._plans.clear()
    yield
    loading._plans.clear()


@pytest.fixture
def tables(transactional_db):
    with connection.schema_editor() as editor:
        for model in users.MADE:
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
    yield
    with connection.schema_editor() as editor:
        for model in reversed(users.MADE):
            if model._meta.managed and not model._meta.proxy:
                editor.delete_model(model)


@pytest.fixture
def user_model(tables, monkeypatch):
    """Make a model the user model, as far as loading is concerned."""
    return lambda model: monkeypatch.setattr(loading, "get_user_model", lambda: model)


@pytest.fixture
def bob(db):
    return get_user_model().objects.create_user("bob", "bob@example.com", first_name="Bob")


def as_ever(pk, active=None):
    """What `load` promises to equal."""
    manager = loading.get_user_model()._default_manager
    return manager.select_related("password_state").filter(**(active or {"is_active": True})).get(pk=pk)


def kept(instance, seen=()):
    """All that an instance holds: attributes in their order with their types, state, and related objects."""
    if not isinstance(instance, Model) or instance in seen:
        return (type(instance), instance)
    own = [(name, type(value), value) for name, value in vars(instance).items() if name != "_state"]
    state = dict(vars(instance._state))
    cache = {name: kept(value, (*seen, instance)) for name, value in state.pop("fields_cache", {}).items()}
    return (type(instance), own, state, cache)


def is_fast(alias="default"):
    plan = loading._plans.get(alias)
    return plan is not None and plan.compiled is not None


def check(pk, *, fast):
    """First load, second load and `.get()`: one query with the same SQL, and the same object."""
    with CaptureQueriesContext(connection) as queries:
        expected, first, second = as_ever(pk), loading.load(pk), loading.load(pk)
    assert is_fast() is fast
    assert kept(first) == kept(expected)
    assert kept(second) == kept(expected)
    assert len({query["sql"] for query in queries.captured_queries}) == 1
    assert len(queries) == 3
    with CaptureQueriesContext(connection) as queries:
        assert bool(getattr(second, "password_state", None)) == bool(getattr(expected, "password_state", None))
    assert len(queries) == 0
    return second


def test_this_version_of_django_was_compared():
    """Fails on the next Django, until these tests pass on it with its version named."""
    assert django.VERSION[:2] in loading.PROVEN


@pytest.mark.parametrize("known", [True, False])
def test_the_default_user(bob, known):
    if known:
        PasswordState.objects.create(user=bob, subject="auth0|bob", changed_at=TIMES["seen"], version=3)
    user = check(bob.pk, fast=True)
    assert hasattr(user, "password_state") is known
    if known:
        assert user.password_state.user is user


def test_an_inactive_user_is_nobody_in_one_query(bob, django_assert_num_queries):
    loading.load(bob.pk)
    get_user_model().objects.filter(pk=bob.pk).update(is_active=False)
    for pk in (bob.pk, 0, bob.pk + 1):
        with django_assert_num_queries(1):
            assert loading.load(pk) is None
    assert is_fast()


def test_keys_that_are_no_keys(bob):
    assert loading.load(None) is None
    assert loading.load(10**40) is None  # as the first one ever, too
    assert loading.load(str(bob.pk)) == bob
    assert is_fast()
    for odd in ("x", [1], object()):
        with pytest.raises(Exception) as ours:  # noqa: PT011 - whatever Django raises
            loading.load(odd)
        with pytest.raises(type(ours.value)) as djangos:
            as_ever(odd)
        assert str(ours.value).split(" at 0x")[0] == str(djangos.value).split(" at 0x")[0]
    assert loading.load(True) == get_user_model().objects.filter(pk=1).first()


class TestTheFilterForActiveUsers:
    def test_is_followed(self, bob, settings):
        for value in ({"is_active": True}, {}, {"first_name": "Bob", "is_staff": False}, {"is_active": 1}):
            settings.SOCIAL_AUTH_ACTIVE_USERS_FILTER = value
            check_active = as_ever(bob.pk, value or {"is_active": True})
            assert kept(loading.load(bob.pk)) == kept(check_active)
            assert is_fast()
        settings.SOCIAL_AUTH_ACTIVE_USERS_FILTER = {"first_name": "100%s"}
        assert loading.load(bob.pk) is None
        settings.SOCIAL_AUTH_ACTIVE_USERS_FILTER = {"last_login": None, "first_name": "Bob"}
        assert loading.load(bob.pk) == bob
        assert is_fast()

    def test_also_when_it_is_changed_in_place(self, bob, settings):
        settings.SOCIAL_AUTH_ACTIVE_USERS_FILTER = {"is_active": True}
        assert loading.load(bob.pk) == bob
        settings.SOCIAL_AUTH_ACTIVE_USERS_FILTER["is_staff"] = True
        assert loading.load(bob.pk) is None

    @pytest.mark.parametrize("value", [{"first_name__startswith": "B"}, {"date_joined__gt": TIMES["seen"]}, {"pk": 1}])
    def test_anything_more_is_left_to_django(self, bob, settings, value):
        settings.SOCIAL_AUTH_ACTIVE_USERS_FILTER = value
        loading.load(bob.pk)
        assert not is_fast()

    def test_mistakes_are_djangos(self, bob, settings):
        settings.SOCIAL_AUTH_ACTIVE_USERS_FILTER = {"nothing": True}
        with pytest.raises(FieldError):
            loading.load(bob.pk)


class TestOtherUserModels:
    @pytest.mark.parametrize("model", users.FAST, ids=lambda model: model.__name__)
    def test_the_same_object(self, user_model, model):
        user_model(model)
        names = {field.name for field in model._meta.concrete_fields}
        user = model._base_manager.create(**{name: value for name, value in TIMES.items() if name in names})
        if model is users.Rich:
            model._base_manager.filter(pk=user.pk).update(friend=user)
        check(model._base_manager.get().pk, fast=True)
        model.password_state.related.related_model._base_manager.create(user=user, at=TIMES["seen"])
        assert check(model._base_manager.get().pk, fast=True).password_state.note == "kept"

    @pytest.mark.parametrize("model", users.SLOW, ids=lambda model: model.__name__)
    def test_left_to_django(self, user_model, model):
        user_model(model)
        user = model._base_manager.create()
        check(user.pk, fast=False)

    @pytest.mark.parametrize("model", [users.Tenanted, users.Refiltered, users.HiddenUser])
    def test_a_manager_that_looks_at_the_tenant(self, user_model, model):
        user_model(model)
        user = model._base_manager.create(tenant="b")
        for tenant, found in [("a", None), ("b", user), ("a", None)]:
            users.TENANT.set(tenant)
            assert loading.load(user.pk) == found
        users.TENANT.set("a")

    def test_a_key_that_two_rows_answer_to(self, user_model):
        user_model(users.Twice)
        user = users.Plain._base_manager.create()
        plain, twice = users.Plain._meta.db_table, users.Twice._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE VIEW {twice} AS SELECT * FROM {plain} UNION ALL SELECT * FROM {plain}")  # noqa: S608
        try:
            with pytest.raises(users.Twice.MultipleObjectsReturned):
                loading.load(user.pk)
            assert is_fast()
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP VIEW {twice}")

    def test_a_key_too_large_for_its_column(self, user_model, django_assert_num_queries):
        user_model(users.Small)
        user = users.Small._base_manager.create()
        check(user.pk, fast=True)
        with django_assert_num_queries(0):
            assert loading.load(2**70) is None

    def test_one_model_after_the_other(self, user_model):
        for model in (users.Plain, users.Keyed, users.Tenanted, users.Plain):
            user_model(model)
            user = model._base_manager.create()
            assert type(loading.load(user.pk)) is model


class TestWhatOthersPutInBetween:
    """Patched after the first load, by a test or a tool."""

    def test_a_manager_of_ones_own(self, bob, monkeypatch):
        assert loading.load(bob.pk) == bob
        monkeypatch.setattr(UserManager, "get_queryset", lambda self: QuerySet(self.model).none(), raising=False)
        assert loading.load(bob.pk) is None

    def test_on_the_manager_itself(self, bob, monkeypatch):
        manager = get_user_model()._default_manager
        assert loading.load(bob.pk) == bob
        monkeypatch.setattr(manager, "select_related", lambda name: manager.none(), raising=False)
        assert loading.load(bob.pk) is None

    @pytest.mark.parametrize("name", ["select_related", "filter", "get", "_fetch_all"])
    def test_in_the_queryset(self, bob, monkeypatch, name):
        def broken(self, *args, **kwargs):
            raise DatabaseError

        assert loading.load(bob.pk) == bob
        monkeypatch.setattr(QuerySet, name, broken)
        with pytest.raises(DatabaseError):
            loading.load(bob.pk)

    def test_what_was_there_before_us(self):
        assert all(map(loading._is_djangos, loading.DJANGOS_PATH))
        wrapped = functools.wraps(QuerySet.get)(lambda self: None)
        assert wrapped.__module__ == QuerySet.get.__module__
        assert not loading._is_djangos(wrapped)
        assert not loading._is_djangos(functools.partial(QuerySet.get))

    def test_in_the_compiler(self, bob, monkeypatch):
        from django.db.models.sql.compiler import SQLCompiler

        calls, djangos = [], SQLCompiler.execute_sql

        def profiled(self, *args, **kwargs):
            calls.append(args)
            return djangos(self, *args, **kwargs)

        assert loading.load(bob.pk) == bob
        monkeypatch.setattr(SQLCompiler, "execute_sql", profiled)
        assert loading.load(bob.pk) == bob
        assert len(calls) == 1

    def test_a_kind_of_database_that_nobody_compared(self, bob, monkeypatch):
        monkeypatch.setattr(loading, "VENDORS", set())
        check(bob.pk, fast=False)

    def test_a_version_that_nobody_compared(self, bob, monkeypatch):
        monkeypatch.setattr(loading, "PROVEN", set())
        check(bob.pk, fast=False)

    def test_signals_of_models(self, bob):
        heard = []

        def receive(sender, signal, **kwargs):
            heard.append((sender, signal is pre_init, kwargs.get("args"), kwargs.get("instance")))

        PasswordState.objects.create(user=bob)
        loading.load(bob.pk)
        for signal in (pre_init, post_init):
            signal.connect(receive)
        try:
            as_ever(bob.pk)
            djangos = heard[:]
            heard.clear()
            loading.load(bob.pk)
        finally:
            for signal in (pre_init, post_init):
                signal.disconnect(receive)
        assert heard == djangos
        assert len(heard) == 4

    def test_wrappers_around_execution(self, bob):
        seen = []

        def wrapper(execute, sql, params, many, context):
            seen.append((sql, params))
            return execute(sql, params, many, context)

        loading.load(bob.pk)
        with connection.execute_wrapper(wrapper):
            loading.load(bob.pk)
            as_ever(bob.pk)
        assert len(seen) == 2
        assert seen[0] == seen[1]

        def refuse(*args):
            raise DatabaseError

        with connection.execute_wrapper(refuse), pytest.raises(DatabaseError):
            loading.load(bob.pk)

    def test_the_log_of_queries(self, bob, settings):
        settings.DEBUG = True
        loading.load(bob.pk)
        before = len(connection.queries)
        loading.load(bob.pk)
        assert len(connection.queries) == before + 1
        assert "password" in connection.queries[-1]["sql"]

    def test_a_broken_transaction(self, bob):
        from django.db import transaction

        loading.load(bob.pk)
        with transaction.atomic():
            transaction.set_rollback(True)
            with pytest.raises(transaction.TransactionManagementError):
                loading.load(bob.pk)


class Alternating:
    """A router that names another database each time."""

    aliases = ["default", "replica"]
    calls = 0

    def db_for_read(self, model, **hints):
        if model is get_user_model():
            Alternating.calls += 1
            return self.aliases[Alternating.calls % 2]
        return None


@pytest.fixture
def replica(transactional_db):
    """A second connection to the same database."""
    connections.databases["replica"] = copy.deepcopy(connections["default"].settings_dict)
    connections["replica"].connect()  # which pytest-django would not let us do later
    yield connections["replica"]
    connections["replica"].close()
    del connections["replica"], connections.databases["replica"]


class TestDatabases:
    def test_a_router_is_asked_every_time(self, bob, replica, settings):
        settings.DATABASE_ROUTERS = [f"{__name__}.Alternating"]
        Alternating.calls = 0
        assert [loading.load(bob.pk)._state.db for _ in range(6)] == ["replica", "default"] * 3
        assert Alternating.calls == 6
        assert is_fast("default")
        assert is_fast("replica")

    def test_a_manager_tied_to_a_database(self, bob, replica, monkeypatch):
        loading.load(bob.pk)
        monkeypatch.setattr(get_user_model()._default_manager, "_db", "replica")
        assert loading.load(bob.pk)._state.db == "replica"
        assert loading.load(bob.pk)._state.db == "replica"

    def test_plans_are_forgotten_with_the_settings(self, bob, settings):
        loading.load(bob.pk)
        settings.DATABASE_ROUTERS = []
        assert not loading._plans

    def test_another_kind_of_connection_is_another_plan(self, bob, monkeypatch):
        loading.load(bob.pk)
        old = loading._plans["default"]
        behind_the_proxy = connections["default"]
        monkeypatch.setattr(behind_the_proxy, "__class__", type("Wrapped", (type(behind_the_proxy),), {}))
        assert loading.load(bob.pk) == bob
        assert loading._plans["default"] is not old

    def test_a_connection_is_not_kept_alive(self, bob, replica, settings):
        settings.DATABASE_ROUTERS = [f"{__name__}.Alternating"]
        loading.load(bob.pk), loading.load(bob.pk)
        other = replica.copy()
        other.connect()
        connections["replica"] = other
        loading.load(bob.pk), loading.load(bob.pk)
        assert loading.CONVERTERS in vars(other)
        reference = weakref.ref(other)
        other.close()
        connections["replica"] = replica
        del other
        gc.collect()
        assert reference() is None


@pytest.mark.django_db(transaction=True)
def test_threads(bob):
    PasswordState.objects.create(user=bob, subject="auth0|bob")
    expected, wrong = kept(as_ever(bob.pk)), []

    def work():
        try:
            wrong.extend(1 for _ in range(50) if kept(loading.load(bob.pk)) != expected)
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert is_fast()


@pytest.mark.django_db(transaction=True)
async def test_async(bob):
    for _ in range(2):
        user = await loading.aload(bob.pk)
        expected = await get_user_model()._default_manager.select_related("password_state").aget(pk=bob.pk)
        assert kept(user) == kept(expected)
    assert await loading.aload(0) is None
    assert is_fast()
    await sync_to_async(connections.close_all)()


@pytest.mark.django_db(transaction=True)
def test_converters_follow_the_connections_time_zone(bob, settings):
    loading.load(bob.pk)
    settings.USE_TZ = False
    assert kept(loading.load(bob.pk)) == kept(as_ever(bob.pk))
    assert loading.load(bob.pk).date_joined.tzinfo is None
