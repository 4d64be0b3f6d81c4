"""User models of every kind, each with a `password_state` of its own, in a registry of their own."""

from __future__ import annotations

import json
import uuid
from contextvars import ContextVar
from typing import Any

from django.apps.registry import Apps
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Func, Value

REGISTRY = Apps(["tests.loading_app"])
TENANT: ContextVar[str] = ContextVar("tenant", default="a")


class User(AbstractBaseUser):
    """What all have: an active flag, and a column that tenants are told apart by."""

    email = models.CharField(max_length=50, default="bob@example.com")
    tenant = models.CharField(max_length=9, default="a")
    is_active = models.BooleanField(default=True)
    USERNAME_FIELD = "email"
    objects = BaseUserManager()

    class Meta:
        abstract = True


class Tags(models.TextField):
    """A list kept as text, by `from_db_value`."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> Any:
        return json.dumps(value)


class Shouted(models.CharField):
    """A column with SQL of its own around it."""

    def select_format(self, compiler: Any, sql: str, params: Any) -> Any:
        return f"UPPER({sql})", params


class Prefixed(models.CharField):
    """A key that is one thing in Python and another in the database."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else str(value).removeprefix("u-")

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else f"u-{value}"


class CaseBlind(models.CharField):
    """A key with a lookup of its own."""


@CaseBlind.register_lookup
class CaseBlindExact(models.lookups.Exact):
    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, params = self.process_lhs(compiler, connection)
        right, more = self.process_rhs(compiler, connection)
        return f"LOWER({left}) = LOWER({right})", (*params, *more)


class Fluent(models.QuerySet):
    """Adds to a queryset, changes nothing of it."""

    def staff(self) -> Any:
        return self.filter(tenant="staff")


class OfTenant(BaseUserManager):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(tenant=TENANT.get())


class Annotated(BaseUserManager):
    def get_queryset(self) -> Any:
        return super().get_queryset().annotate(loud=Func(F("email"), function="UPPER"), one=Value(1))


class Deferring(BaseUserManager):
    def get_queryset(self) -> Any:
        return super().get_queryset().defer("email")


class Refiltering(models.QuerySet):
    """Looks plain from outside: another tenant's users are hidden where filters are made."""

    def _filter_or_exclude(self, negate: bool, args: Any, kwargs: Any) -> Any:
        return super()._filter_or_exclude(negate, args, {**kwargs, "tenant": TENANT.get()})


class Hidden(models.Manager):
    """Hides its filter in a property."""

    @property
    def _queryset_class(self) -> Any:
        return Refiltering


MADE: list[type[models.Model]] = []


def make(name: str, base: type = User, *, state: bool = True, **attributes: Any) -> Any:
    """A user model, and its state where the base has none."""
    meta = type("Meta", (), {"app_label": "loading_app", "apps": REGISTRY, **attributes.pop("meta", {})})
    user: Any = type(name, (base,), {"__module__": __name__, "Meta": meta, **attributes})
    MADE.append(user)
    if state:
        link = models.OneToOneField(
            user, models.CASCADE, primary_key=True, related_name="password_state", db_constraint=user._meta.managed
        )
        inner = type("Meta", (), {"app_label": "loading_app", "apps": REGISTRY})
        note = {"note": models.CharField(max_length=9, default="kept"), "at": models.DateTimeField(null=True)}
        MADE.append(
            type(f"{name}State", (models.Model,), {"__module__": __name__, "Meta": inner, "user": link, **note})
        )
    return user


@classmethod  # type: ignore[misc]
def marked(cls: Any, db: Any, field_names: Any, values: Any, **more: Any) -> Any:
    """A `from_db` of the model's own."""
    user = super(cls, cls).from_db(db, field_names, values, **more)
    user.loaded = list(field_names)
    return user


Plain = make("Plain")
Keyed = make("Keyed", id=models.UUIDField(primary_key=True, default=uuid.uuid4))
Named = make("Named", login=models.CharField(max_length=40, primary_key=True, default="bob"))
Translated = make("Translated", login=Prefixed(max_length=40, primary_key=True, default="u-bob"))
Blind = make("Blind", login=CaseBlind(max_length=40, primary_key=True, default="bob"))
Small = make("Small", id=models.SmallAutoField(primary_key=True))
Rich = make(
    "Rich",
    tags=Tags(default=list),
    data=models.JSONField(default=dict),
    amount=models.DecimalField(max_digits=9, decimal_places=3, default="1.5"),
    born=models.DateField(null=True),
    seen=models.DateTimeField(null=True),
    woken=models.TimeField(null=True),
    took=models.DurationField(null=True),
    token=models.UUIDField(default=uuid.uuid4),
    blob=models.BinaryField(default=b"\0\xff"),
    friend=models.ForeignKey("self", models.SET_NULL, null=True),
    meta={"ordering": ["-email"]},
)
Marked = make("Marked", from_db=marked)
FluentUser = make("FluentUser", objects=BaseUserManager.from_queryset(Fluent)())
AsManager = make("AsManager", objects=Fluent.as_manager())
FAST = [Plain, Keyed, Named, Translated, Small, Rich, Marked, FluentUser, AsManager]

Twice = make("Twice", meta={"managed": False, "db_table": "loading_app_twice"})
"""A view that shows each user twice."""

Tenanted = make("Tenanted", objects=OfTenant())
Refiltered = make("Refiltered", objects=models.Manager.from_queryset(Refiltering)())
HiddenUser = make("HiddenUser", objects=Hidden())
AnnotatedUser = make("AnnotatedUser", objects=Annotated())
DeferringUser = make("DeferringUser", objects=Deferring())
ShoutedUser = make("ShoutedUser", nick=Shouted(max_length=9, default="bob"))
Child = make("Child", Plain, state=False, more=models.IntegerField(default=3))
Proxy = make("Proxy", Plain, state=False, meta={"proxy": True})
SLOW = [Blind, Tenanted, Refiltered, HiddenUser, AnnotatedUser, DeferringUser, ShoutedUser, Child, Proxy]
