"""How lists are paged: by number, or from a checkpoint on."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import JsonResponse

from demo_site.tenant.management import query
from demo_site.tenant.management.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from demo_site.tenant.records import Json

Show = Callable[[Any], Any]

PER_PAGE = 50
MOST_PER_PAGE = 100
MOST_BY_NUMBER = 1_000


def _as_it_is(item: Any) -> Any:
    return item


def by_number(request: HttpRequest, name: str, items: Sequence[Any], show: Show = _as_it_is) -> JsonResponse:
    """``page`` and ``per_page``; bare, or with ``include_totals`` in an object. An empty page ends a list."""
    size = query.number(request, "per_page", default=PER_PAGE, least=1, most=MOST_PER_PAGE)
    start = query.number(request, "page", default=0) * size
    found = [show(item) for item in items[start : start + size]]
    if not query.flag(request, "include_totals"):
        return JsonResponse(found, safe=False)
    return JsonResponse({"total": len(items), "start": start, "limit": size, name: found})


def by_either(
    request: HttpRequest, name: str, items: Sequence[Json], key: str = "id", show: Show = _as_it_is
) -> JsonResponse:
    """From a checkpoint where ``take`` or ``from`` asks for it; only so beyond the first thousand."""
    if request.GET.keys() & {"take", "from"}:
        return by_checkpoint(request, name, items, key, show)
    size = query.number(request, "per_page", default=PER_PAGE, least=1, most=MOST_PER_PAGE)
    page = query.number(request, "page", default=0)
    if (page + 1) * size > MOST_BY_NUMBER:
        words = f"Requesting page {page} exceeds the allowed maximum of {MOST_BY_NUMBER} records."
        raise ApiError(400, f"{words} To fetch results beyond {MOST_BY_NUMBER}, use the checkpoint pagination method.")
    return by_number(request, name, items, show)


def by_checkpoint(
    request: HttpRequest, name: str, items: Sequence[Json], key: str = "id", show: Show = _as_it_is
) -> JsonResponse:
    """``take`` of them, and ``next`` where more follow."""
    size = query.number(request, "take", default=PER_PAGE, least=1, most=MOST_PER_PAGE)
    start = _after(request.GET.get("from", ""), items, key)
    found = items[start : start + size]
    more = start + size < len(items)
    following = {"next": _checkpoint(start + size, found[-1][key])} if more else {}
    return JsonResponse({name: [show(item) for item in found], **following})


def _checkpoint(position: int, last: str) -> str:
    return base64.urlsafe_b64encode(f"{position},{last}".encode()).decode().rstrip("=")


def _after(checkpoint: str, items: Sequence[Json], key: str) -> int:
    """The place behind the last one sent; where that is gone, its position."""
    if not checkpoint:
        return 0
    try:
        text = base64.urlsafe_b64decode(checkpoint + "=" * (-len(checkpoint) % 4)).decode()
        position, _, last = text.partition(",")
        fallback = int(position)
    except (binascii.Error, ValueError) as error:
        raise query.invalid_query("Object didn't pass validation for format checkpoint", "from") from error
    return next((index + 1 for index, item in enumerate(items) if item[key] == last), fallback)
