"""``fields`` and ``include_fields``: which members of an object a caller wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

    from demo_site.tenant.records import Json


def selected(item: Json, request: HttpRequest) -> Json:
    names = {name for name in request.GET.get("fields", "").split(",") if name}
    if not names:
        return item
    include = request.GET.get("include_fields") != "false"
    return {name: value for name, value in item.items() if (name in names) == include}
