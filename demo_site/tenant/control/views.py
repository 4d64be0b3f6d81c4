"""JSON in, JSON out: what tests steer the tenant with."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, JsonResponse

from demo_site.tenant import mailbox, plan
from demo_site.tenant.actions.executions import shown
from demo_site.tenant.bodies import parsed
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.faults import FaultError, faults
from demo_site.tenant.pushes.queue import PushError
from demo_site.tenant.rate_limits import RateLimitError, rate_limits
from demo_site.tenant.requests_log import requests_log
from demo_site.tenant.seed import SeedError
from demo_site.tenant.store import store

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo_site.tenant.records import Json


# Certificates and tokens reach past the clock: it stays well within the years that dates can have.
FARTHEST_S = 20 * 365 * 86_400


class ControlError(ValueError):
    """The call cannot be understood."""


def control(**verbs: Callable[[Any], Json]) -> Callable[[HttpRequest], JsonResponse]:
    """A view of one function per method; no web page may call it from a browser."""

    def view(request: HttpRequest) -> JsonResponse:
        if request.headers.get("Origin", store.base_url) != store.base_url:
            return JsonResponse({"error": "not for web pages"}, status=403)
        verb = verbs.get((request.method or "").lower())
        if verb is None:
            return JsonResponse({"error": f"{request.method} is not known here"}, status=405)
        try:
            return JsonResponse(verb(_body(request)))
        except (ControlError, SeedError, FaultError, RateLimitError, PushError, plan.PlanError) as error:
            return JsonResponse({"error": str(error)}, status=400)

    return view


def _body(request: HttpRequest) -> Any:
    try:
        return parsed(request.body) if request.body else None
    except ValueError as error:
        raise ControlError("the body is not JSON") from error


def health(_body: Any) -> Json:
    return {"status": "ok", "now": iso(clock.now())}


def reset(_body: Any) -> Json:
    """Back to the beginning: seed, plan, clock, faults, rate limits, recorded requests."""
    store.reset()
    faults.clear()
    rate_limits.clear()
    requests_log.clear()
    return {}


def seed(body: Any) -> Json:
    store.plant(body)
    return {}


def move_clock(body: Any) -> Json:
    if not isinstance(body, dict) or set(body) not in ({"advance_s"}, {"offset_s"}):
        raise ControlError("clock: send either advance_s or offset_s")
    (value,) = body.values()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ControlError("clock: seconds must be a number")
    offset = value + (clock.offset if "advance_s" in body else 0)
    if not -FARTHEST_S <= offset <= FARTHEST_S:
        raise ControlError("clock: that is more than twenty years from now")
    store.move_clock(offset)
    return {"now": iso(clock.now())}


def set_rate_limits(body: Any) -> Json:
    rate_limits.configure(body)
    return rate_limits.shown()


def change_plan(body: Any) -> Json:
    """What is not named stays as it is; the answer is the whole plan."""
    with store.change() as state:
        state.plan = plan.changed(state.plan, body)
        return asdict(state.plan)


def add_faults(body: Any) -> Json:
    return {"ids": faults.add(body)}


def clear_faults(_body: Any) -> Json:
    faults.clear()
    return {}


def rotate_keys(_body: Any) -> Json:
    store.rotate_keys()
    return {"kid": store.signing_keys[0].kid}


def requests(_body: Any) -> Json:
    return {"requests": requests_log.entries()}


def clear_requests(_body: Any) -> Json:
    requests_log.clear()
    return {}


def executions(_body: Any) -> Json:
    """Of Actions, newest first, as the Management API shows them one by one."""
    with store.look() as state:
        return {"executions": [shown(item) for item in reversed(state.executions.values())]}


def mails(_body: Any) -> Json:
    """Newest first."""
    with store.change() as state:
        return {"mails": [asdict(mail) for mail in reversed(state.mails.values())]}


def take_mail(body: Any) -> Json:
    """A mail that the site itself sends, for its inbox."""
    fields = ("to", "subject", "text", "html")
    if not isinstance(body, dict) or set(body) != set(fields) or not all(isinstance(body[name], str) for name in body):
        raise ControlError(f"mails: send the texts {', '.join(fields)}")
    with store.change() as state:
        return {"id": mailbox.take(state, **body).id}


def users(_body: Any) -> Json:
    with store.change() as state:
        return {"users": [{**user.profile} for user in state.users.values()]}
