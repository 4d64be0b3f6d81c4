"""Rows in the database where they are written: a replica may not have what was just committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import router
from django.db.models import Model

if TYPE_CHECKING:
    from django.db.models import QuerySet

Row = TypeVar("Row", bound=Model)


def rows_of(model: type[Row]) -> QuerySet[Row]:
    return model._default_manager.using(router.db_for_write(model))
