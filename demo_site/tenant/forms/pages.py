"""A step as a page: components in their order, in a form that works without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.safestring import mark_safe

from demo_site.tenant.forms.answers import BOXES, INPUTS, PREFIX
from demo_site.tenant.forms.failures import FormError
from demo_site.tenant.forms.functions import text
from demo_site.tenant.forms.journey import JUMP, NEXT, PREVIOUS
from demo_site.tenant.forms.visit import PASSWORD
from demo_site.tenant.pages.rendering import page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.forms.failures import Mistakes
    from demo_site.tenant.forms.visit import Visit
    from demo_site.tenant.records import Json
    from demo_site.tenant.universal_login.challenges import Place

MARK_UP = ("RICH_TEXT", "HTML")
BUTTONS = (NEXT, PREVIOUS, JUMP)


def step(request: HttpRequest, visit: Visit, place: Place, address: str, mistakes: Mistakes) -> HttpResponse:
    """``address``: where the form is sent to."""
    shown = visit.trail[-1]
    components = [_component(request, visit, item, mistakes) for item in visit.components(shown)]
    has_heading = any("<h1" in item.get("content", "").lower() for item in components)
    context = {
        "name": visit.form.get("name"),
        "has_heading": has_heading,
        "address": address,
        "step": shown,
        "components": components,
        "hidden": [(PREFIX + key, text(visit.fields.get(key))) for key in visit.hidden_fields()],
        "username": visit.context["user"].get("email") if _asks_password(components) else None,
        "mistakes": mistakes,
    }
    return page(request, "form.html", context, status=400 if mistakes else 200, client=place.client)


def _component(request: HttpRequest, visit: Visit, item: Json, mistakes: Mistakes) -> Json:
    kind, words = item["type"], visit.scope().text(item["config"].get("text", ""))
    if kind in INPUTS:
        return _field(request, visit, item, mistakes)
    if kind in BUTTONS:
        return {"part": "button", "id": item["id"], "type": kind, "text": words}
    if kind in MARK_UP:
        return {"part": "content", "content": _mark_up(visit, item["config"].get("content", ""))}
    if kind == "DIVIDER":
        return {"part": "divider", "text": words}
    raise FormError(f"Components of the type {kind} are not played by the local tenant.")


def _field(request: HttpRequest, visit: Visit, item: Json, mistakes: Mistakes) -> Json:
    config, scope = item["config"], visit.scope()
    multiline = item["type"] == "TEXT" and config.get("multiline")
    legal = config.get("text", "") if item["type"] == "LEGAL" else ""
    return {
        "part": "multiline" if multiline else "box" if item["type"] in BOXES else "input",
        "id": item["id"],
        "name": PREFIX + item["id"],
        "type": INPUTS[item["type"]],
        "label": scope.text(item.get("label", "")) or ("" if legal else item["id"]),
        "legal": _mark_up(visit, legal),
        "hint": scope.text(item.get("hint", "")),
        "placeholder": scope.text(config.get("placeholder", "")),
        "required": bool(item.get("required")),
        "minimum": config.get("min_length"),
        "maximum": config.get("max_length"),
        "value": _typed(request, visit, item),
        "error": mistakes.fields.get(item["id"], ""),
    }


def _typed(request: HttpRequest, visit: Visit, item: Json) -> str:
    """What stood there, what is known, or the default; a password never comes back."""
    if item["type"] == PASSWORD:
        return ""
    if request.method == "POST":
        return request.POST.get(PREFIX + item["id"], "")
    known: Any = visit.fields.get(item["id"], visit.scope().filled(item["config"].get("default_value")))
    return text(known)


def _mark_up(visit: Visit, content: str) -> str:
    """The designer's, and safe in it is what people typed."""
    return mark_safe(visit.scope().html(content))  # noqa: S308


def _asks_password(components: list[Json]) -> bool:
    return any(item.get("type") == "password" for item in components)
