"""GET /users: a list or a search. It answers from an index that lags behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, JsonResponse

from demo_site.tenant.clock import clock
from demo_site.tenant.management import query
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError
from demo_site.tenant.management.fields import selected
from demo_site.tenant.search import lucene
from demo_site.tenant.search.words import QuerySyntaxError

if TYPE_CHECKING:
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

PARAMETERS = (
    "page", "per_page", "include_totals", "sort", "connection", "fields", "include_fields", "q", "search_engine",
    "primary_order",
)  # fmt: skip
MOST_PER_PAGE = 100
MOST_HITS = 1_000
TOO_FAR = (
    "You can only page through the first 1000 records."
    " See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation"
)
ORDERS = {"1": False, "-1": True}


@endpoint("GET", "read:users")
def read_all(request: HttpRequest, state: State) -> JsonResponse:
    """``connection`` is for the oldest search engine only, and ignored. Nobody sees more than 1,000 hits."""
    query.check_names(request, PARAMETERS)
    if request.GET.get("search_engine", "v3") != "v3":
        raise query.invalid_query("No enum match for value", "search_engine")
    size = query.number(request, "per_page", default=50, most=MOST_PER_PAGE)
    start = query.number(request, "page", default=0) * size
    if start + size > MOST_HITS:
        raise ApiError(400, TOO_FAR, "invalid_paging")
    hits = _sorted(_hits(request, state), request.GET.get("sort"))[:MOST_HITS]
    found = [selected(profile, request) for profile in hits[start : start + size]]
    if not query.flag(request, "include_totals"):
        return JsonResponse(found, safe=False)
    shown = {"start": start, "limit": size, "length": len(found), "users": found, "total": len(hits)}
    return JsonResponse(shown)


def _hits(request: HttpRequest, state: State) -> list[Json]:
    wanted = request.GET.get("q", "").strip()
    noticed = clock.now() - state.plan.search_index_delay_s
    try:
        test = lucene.parsed(wanted) if wanted else None
    except QuerySyntaxError as error:
        raise ApiError(400, f"The query is not valid: {error}.", "invalid_query_string") from error
    return [profile for profile in state.users.as_of(noticed) if test is None or test(profile)]


def _sorted(hits: list[Json], order: str | None) -> list[Json]:
    """``field:1`` or ``field:-1``; not by metadata. Who does not have the field comes last."""
    if not order:
        return hits
    field, _, direction = order.partition(":")
    if direction not in ORDERS or field.startswith(("app_metadata", "user_metadata")):
        msg = f"String does not match pattern: {order}"
        raise query.invalid_query(msg, "sort")
    having = [profile for profile in hits if field in profile]
    ordered = sorted(having, key=lambda profile: _comparable(profile[field]), reverse=ORDERS[direction])
    return ordered + [profile for profile in hits if field not in profile]


def _comparable(value: Any) -> tuple[bool, Any]:
    return (False, value) if isinstance(value, int) else (True, str(value))
