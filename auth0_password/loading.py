"""The user and their password state by one query whose SQL is built once.

Most of what Django spends on loading `request.user` is building the same SQL again. Here its compiler builds it once
per database alias; a load fills in the key, which Django's lookup and the key's own field prepare every time. Rows
become objects as in Django's own iterator: converters, `from_db`, populators of related objects.

Nothing is guessed: `_doubtful` and `_is_expected` name what could make SQL or objects differ from load to load (a
manager or queryset class that touches what `.get()` goes through, inherited tables, columns with SQL of their own, a
filter on more than plain values). Then, and wherever a key is unusual, it is `.get()` as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import EmptyResultSet, FullResultSet
from django.core.signals import setting_changed
from django.db import connections
from django.db.models import Lookup, Manager, QuerySet
from django.db.models import query as querying
from django.db.models.expressions import Col
from django.db.models.manager import BaseManager
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.dispatch import receiver

PROVEN = {(5, 2), (6, 0), (6, 1)}
"""The versions of Django on which tests/unit/test_loading.py compared the objects. On any other it is `.get()`."""

VENDORS = {"sqlite", "postgresql", "mysql"}
KEYS = {int, str, UUID}
PLAIN = {bool, int, str, type(None)}

CONVERTERS = "_auth0_password_converters"
"""Where a connection keeps its converters: they are bound to it, and must not keep it alive."""

OF_A_MANAGER = vars(Manager()).keys()
SAYS_NOTHING = {
    "_queryset_class", "use_in_migrations", "__module__", "__doc__", "__dict__", "__weakref__", "__annotations__",
    "__static_attributes__", "__firstlineno__", "__annotate_func__", "__annotations_cache__", "__orig_bases__",
    "__parameters__", "__slotnames__",
}  # fmt: skip
"""What a manager's or queryset's class may have of its own under a name of Django's, and still finds the same."""


def _path() -> tuple[Callable[..., Any], ...]:
    """What `.get()` goes through and we do not. Caches and profilers put functions of their own in these places."""
    building = (BaseManager.get_queryset, QuerySet.select_related, QuerySet.filter, QuerySet.get)
    fetching = (QuerySet._fetch_all, querying.ModelIterable.__iter__, SQLCompiler.as_sql, SQLCompiler.execute_sql)
    return (*building, *fetching, SQLCompiler.results_iter)


def _is_djangos(function: Any) -> bool:
    """Whether Django wrote it. `__module__` would not say: `functools.wraps` copies it."""
    return str(getattr(function, "__globals__", {}).get("__name__")).startswith("django.db.")


DJANGOS_PATH = _path() if all(map(_is_djangos, _path())) else ()


def load(pk: Any) -> AbstractBaseUser | None:
    """The active user with that key, their `password_state` at hand; None where there is none."""
    manager: Manager[Any] = get_user_model()._default_manager
    active = getattr(settings, "SOCIAL_AUTH_ACTIVE_USERS_FILTER", {"is_active": True})
    found = _find(manager, active, pk)
    if found is not None:
        return found[0] if found else None
    try:
        user: AbstractBaseUser = _users(manager, active).get(pk=pk)
    except manager.model.DoesNotExist:
        return None
    return user


async def aload(pk: Any) -> AbstractBaseUser | None:
    """`load` in a thread, which is what Django's `aget()` does."""
    return await sync_to_async(load)(pk)


def _users(manager: Manager[Any], active: dict[str, Any]) -> QuerySet[Any]:
    return manager.select_related("password_state").filter(**active)


def _find(manager: Manager[Any], active: dict[str, Any], pk: Any) -> list[Any] | None:
    """At most one user; None where `.get()` shall do it."""
    if type(pk) not in KEYS or _path() != DJANGOS_PATH or type(manager).get_queryset is not BaseManager.get_queryset:
        return None
    try:
        compiled = _plan(manager, active, pk).compiled
        return compiled.find(pk) if compiled else None
    except (EmptyResultSet, FullResultSet):  # a key that no row can have
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """The query of `.get(pk=...)` on one database alias, all but its key, and how its rows become users."""

    alias: str
    query: Query
    sql: str
    params: tuple[Any, ...]
    key: Lookup[Any]
    columns: list[Col]
    fields: slice
    names: list[str]
    mode: list[Any]
    populators: list[Any]

    def find(self, pk: Any) -> list[Any] | None:
        compiler: Any = self.query.get_compiler(using=self.alias)
        lookup: Any = self.query.build_lookup(["exact"], self.key.lhs, pk)
        value, params = lookup.process_rhs(compiler, compiler.connection)
        if type(lookup) is not type(self.key) or value != "%s":
            return None
        with compiler.connection.cursor() as cursor:
            cursor.execute(self.sql, (*self.params, *params))
            rows = cursor.fetchmany(2)
        return [self._user(row) for row in self._converted(compiler, rows)] if len(rows) < 2 else None  # noqa: PLR2004

    def _converted(self, compiler: Any, rows: Sequence[Any]) -> Any:
        kept = vars(compiler.connection)
        whose, converters = kept.get(CONVERTERS, (None, None))
        if whose is not self:
            converters = compiler.get_converters(self.columns)
            kept[CONVERTERS] = (self, converters)
        return compiler.apply_converters(rows, converters) if converters else rows

    def _user(self, row: Sequence[Any]) -> Any:
        """As `ModelIterable` does; since Django 6.1 `from_db` is told how deferred fields shall be fetched."""
        model: Any = self.query.model
        from_db = querying._get_from_db(model, *self.mode) if self.mode else model.from_db  # type: ignore[attr-defined]
        user = from_db(self.alias, self.names, row[self.fields])
        for populator in self.populators:
            populator.populate(row, user)
        return user


@dataclass(frozen=True, slots=True)
class Plan:
    """What was found out about one database alias: the compiled query, or that there can be none."""

    manager: Manager[Any]
    own: dict[str, Any]
    active: dict[str, Any]
    backend: type
    compiled: Compiled | None

    def holds(self, manager: Manager[Any], active: dict[str, Any], alias: str) -> bool:
        """Whether manager, filter and kind of database are still those that it was made for."""
        same = self.manager is manager and self.own == vars(manager) and self.active == active
        return same and self.backend is type(connections[alias])


_plans: dict[str, Plan] = {}


def _plan(manager: Manager[Any], active: dict[str, Any], pk: Any) -> Plan:
    """The plan for the database that the routers name now."""
    alias: str = manager.db
    plan = _plans.get(alias)
    if plan is None or not plan.holds(manager, active, alias):
        compiled = None if _doubtful(manager, active, alias) else _compile(manager, active, alias, pk)
        plan = Plan(manager, dict(vars(manager)), dict(active), type(connections[alias]), compiled)
        _plans[alias] = plan
    return plan


@receiver(setting_changed)
def _forget(**kwargs: Any) -> None:
    """Start anew whatever changed: on MariaDB even the converters depend on `USE_TZ`."""
    _plans.clear()


def _doubtful(manager: Any, active: dict[str, Any], alias: str) -> bool:
    """Whether anything could make the query or its objects differ from one load to the next."""
    options = manager.model._meta
    return (
        django.VERSION[:2] not in PROVEN
        or connections[alias].vendor not in VENDORS
        or any(hasattr(type(manager), name) for name in vars(manager).keys() - OF_A_MANAGER)
        or _touches(type(manager), Manager)
        or _touches(manager._queryset_class, QuerySet)
        or bool(options.parents)
        or options.pk.is_relation
        or not all(_is_plain(options, *item) for item in active.items())
    )


def _touches(cls: type, base: type) -> bool:
    """Whether a class has anything of its own under a name that Django's class has."""
    between = [step for step in cls.__mro__ if not issubclass(base, step)]
    own = {name for step in between for name in vars(step)} - SAYS_NOTHING
    return not issubclass(cls, base) or any(hasattr(base, name) for name in own)


def _is_plain(options: Any, name: str, value: Any) -> bool:
    """Whether a condition for active users compares one of Django's own columns of the user with a constant."""
    field = next((field for field in options.concrete_fields if field.name == name), None)
    return type(value) in PLAIN and type(field).__module__.startswith("django.db.models.fields")


def _compile(manager: Manager[Any], active: dict[str, Any], alias: str, pk: Any) -> Compiled | None:
    """The query as `.get()` builds it; None if it holds anything but what is expected."""
    users: Any = _users(manager, active).filter(pk=pk).order_by()
    users.query.set_limits(high=querying.MAX_GET_RESULTS)
    compiler = users.query.get_compiler(using=alias)
    key = users.query.where.children[-1]
    sql, params = compiler.as_sql()
    key_sql, key_params = compiler.compile(key)
    known, columns = params[: len(params) - len(key_params)], [column for column, _, _ in compiler.select]
    if not (all(map(_is_plain_column, columns)) and _is_expected(compiler, key_sql, sql.split(key_sql), known)):
        return None
    first, last = compiler.klass_info["select_fields"][0], compiler.klass_info["select_fields"][-1]
    fields, mode = slice(first, last + 1), [users._fetch_mode] if hasattr(users, "_fetch_mode") else []
    names = [column.target.attname for column in columns[fields]]
    populators = querying.get_related_populators(compiler.klass_info, compiler.select, alias, *mode)
    return Compiled(alias, users.query, sql, known, key, columns, fields, names, mode, populators)


def _is_plain_column(column: Any) -> bool:
    """Whether a column is read as it is, by converters that are the same every time."""
    kinds = [type(field) for field in (column.target, column.output_field)] if type(column) is Col else []
    methods = [method for kind in kinds for method in (kind.select_format, kind.get_db_converters)]
    return bool(methods) and all(map(_is_djangos, methods))


def _is_expected(compiler: Any, key_sql: str, around_key: list[str], known: tuple[Any, ...]) -> bool:
    """Whether Django's own compiler and lookups made it, with the active filter's values first and the key's last."""
    parts = [compiler, *compiler.query.where.children]
    return (
        all(type(part).__module__.startswith("django.db.") for part in parts)
        and [part.count("%s") for part in around_key] == [len(known), 0]
        and key_sql.endswith(" = %s")
        and key_sql.count("%s") == 1
        and not compiler.annotation_col_map
    )
