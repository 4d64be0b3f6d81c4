"""Long lists in pages, by links."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

PER_PAGE = 50
Item = TypeVar("Item")


def one_page(request: HttpRequest, found: Sequence[Item], **query: str) -> tuple[Sequence[Item], dict[str, str]]:
    """The part that ``?page=`` asks for, and the addresses of the ones beside it; ``query`` stays in them."""
    text = request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() else 0
    start = number * PER_PAGE
    beside = {
        "previous": address(request.path, page=number - 1, **query) if number else "",
        "next": address(request.path, page=number + 1, **query) if start + PER_PAGE < len(found) else "",
    }
    return found[start : start + PER_PAGE], beside


def address(path: str, **query: str | int) -> str:
    """What is empty, or the first page, is left out."""
    kept = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path
