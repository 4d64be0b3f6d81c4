"""GET /logs, /logs/{id} and /users/{id}/logs: by checkpoint, or by search criteria."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpRequest, JsonResponse

from demo_site.tenant import hosts
from demo_site.tenant.logs import search
from demo_site.tenant.logs.reading import indexed
from demo_site.tenant.management import query
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError
from demo_site.tenant.management.fields import selected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

SCOPES = ("read:logs", "read:logs_users")
PER_PAGE, MOST_PER_PAGE, MOST_HITS = 50, 100, 1_000
ORDERS = {"1": False, "-1": True}


@endpoint("GET", *SCOPES)
def read_all(request: HttpRequest, state: State) -> JsonResponse:
    """``from`` and ``take`` ask for a checkpoint, and then nothing else counts."""
    if request.GET.keys() & {"from", "take"}:
        return _by_checkpoint(request, state)
    return _by_criteria(request, _found(request, indexed(state)))


@endpoint("GET", *SCOPES)
def read(_request: HttpRequest, state: State, log_id: str) -> JsonResponse:
    """The words of this 404 are unverified."""
    record = next((item for item in indexed(state) if item["log_id"] == log_id), None)
    if record is None:
        raise ApiError(404, "The log does not exist.")
    return JsonResponse(record)


@endpoint("GET", *SCOPES)
def read_of_user(request: HttpRequest, state: State, user_id: str) -> JsonResponse:
    """Also of users that are gone; nobody's is an empty list."""
    return _by_criteria(request, [record for record in indexed(state) if record["user_id"] == user_id])


def _by_checkpoint(request: HttpRequest, state: State) -> JsonResponse:
    """Newer than a log id, oldest first. The Link leads on, or here again where nothing has come yet."""
    after, size = request.GET.get("from", ""), query.number(request, "take", default=PER_PAGE, most=MOST_PER_PAGE)
    found = [record for record in indexed(state) if record["log_id"] > after][:size]
    response = JsonResponse(found, safe=False)
    last = found[-1]["log_id"] if found else after
    following = f"{hosts.base_url(request, state)}/api/v2/logs?{urlencode({'from': last, 'take': size})}"
    response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def _found(request: HttpRequest, records: list[Json]) -> Iterable[Json]:
    """``search`` is the older name of ``q``."""
    wanted = (request.GET.get("q") or request.GET.get("search") or "").strip()
    if not wanted:
        return records
    try:
        test = search.parsed(wanted)
    except search.SearchError as error:
        raise ApiError(400, f"The query is not valid: {error}.", "invalid_query_string") from error
    return [record for record in records if test(record)]


def _by_criteria(request: HttpRequest, records: Iterable[Json]) -> JsonResponse:
    """Newest first. With ``include_totals`` the total is that of the page, as documented."""
    size = query.number(request, "per_page", default=PER_PAGE, most=MOST_PER_PAGE)
    start = query.number(request, "page", default=0) * size
    if start + size > MOST_HITS:
        words = f"You can only page through the first {MOST_HITS} records."
        raise ApiError(400, words, "invalid_paging")
    hits = _sorted(records, request.GET.get("sort") or "date:-1")
    page = [selected(record, request) for record in hits[start : start + size]]
    if not query.flag(request, "include_totals"):
        return JsonResponse(page, safe=False)
    return JsonResponse({"start": start, "limit": size, "length": len(page), "total": len(page), "logs": page})


def _sorted(records: Iterable[Json], order: str) -> list[Json]:
    field, _, direction = order.partition(":")
    if field not in search.FIELDS or direction not in ORDERS:
        msg = f"String does not match pattern: {order}"
        raise query.invalid_query(msg, "sort")
    return sorted(records, key=lambda item: (str(item[field] or ""), item["log_id"]), reverse=ORDERS[direction])
