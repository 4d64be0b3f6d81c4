"""How commands name users."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import CommandParser
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from ..conf import conf
from ..models import subject_key
from .base import wrong_use


@dataclass(frozen=True)
class Named:
    """The users that were named, and the names that nobody has."""

    users: QuerySet[Any]
    unknown: list[str] = field(default_factory=list)


def add_who(parser: CommandParser) -> None:
    who = parser.add_argument_group("who (several add up)")
    who.add_argument("--username", action="append", default=[], metavar="NAME", help="may be repeated")
    who.add_argument(
        "--email", action="append", default=[], metavar="ADDRESS", help="as this site has it; may be repeated"
    )
    who.add_argument("--group", action="append", default=[], metavar="NAME", help="may be repeated")
    who.add_argument("--csv", metavar="FILE", help="with a column `username`, `email` or `subject` in its first line")
    who.add_argument("--everybody", action="store_true", help="every user of this site")


def named(options: dict[str, Any]) -> Named:
    """Whom the options name. Raises `CommandError` (2)."""
    model: Any = get_user_model()
    columns = {"username": list(options["username"]), "email": list(options["email"]), "subject": []}
    if options["csv"]:
        column, values = read_csv(options["csv"])
        columns[column] += values
    if options["everybody"]:
        return Named(model._default_manager.order_by("pk"))
    if not any(columns.values()) and not options["group"]:
        raise wrong_use("say who: --username, --email, --group, --csv or --everybody")
    keys, unknown = set(), []
    for column, values in columns.items():
        found, missing = find(column, values)
        keys |= found
        unknown += missing
    for group in options["group"]:
        if not Group.objects.filter(name=group).exists():
            raise wrong_use(f"there is no group {group!r}")
        keys |= set(model._default_manager.filter(groups__name=group).values_list("pk", flat=True))
    return Named(model._default_manager.filter(pk__in=keys).order_by("pk"), unknown)


def find(column: str, values: list[str]) -> tuple[set[Any], list[str]]:
    """The users' keys, and the values that nobody has. Addresses are compared without their case."""
    model: Any = get_user_model()
    lookup = {
        "username": model.USERNAME_FIELD,
        "email": f"{model.get_email_field_name()}__iexact",
        "subject": "password_state__subject_key",
    }[column]
    keys: set[Any] = set()
    unknown = []
    for value in dict.fromkeys(values):
        wanted = subject_key(conf.DOMAIN.host, value) if column == "subject" else value
        found = set(model._default_manager.filter(**{lookup: wanted}).values_list("pk", flat=True))
        keys |= found
        unknown += [] if found else [value]
    return keys, unknown


def read_csv(path: str) -> tuple[str, list[str]]:
    """The column that names users, and its values. Raises `CommandError` (2)."""
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise wrong_use(f"{path} cannot be read: {error}") from error
    columns = [name for name in ("username", "email", "subject") if rows and name in rows[0]]
    if not columns:
        raise wrong_use(f"{path} has no rows, or no column `username`, `email` or `subject`")
    values = [(row[columns[0]] or "").strip() for row in rows]
    return columns[0], [value for value in values if value]


def by_of(name: str | None) -> Any:
    """Who decided it; nobody in particular unless they are named. Raises `CommandError` (2)."""
    if name is None:
        return None
    model: Any = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(name)
    except model.DoesNotExist:
        raise wrong_use(f"there is no user {name!r}") from None


def moment(text: str) -> datetime:
    """A day or a time, in the site's time zone unless it names another. Raises `ValueError`."""
    day = parse_date(text) if "T" not in text and ":" not in text else None
    value = datetime.combine(day, time()) if day else parse_datetime(text)
    if value is None:
        raise ValueError(text)
    return value if timezone.is_aware(value) else timezone.make_aware(value)
