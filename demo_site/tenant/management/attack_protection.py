"""The settings of attack protection: read, and changed in part."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.http import HttpRequest, JsonResponse

from demo_site.tenant.attack_protection import settings
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import invalid_body
from demo_site.tenant.management.payload import checked, json_object

if TYPE_CHECKING:
    from demo_site.tenant.records import Json
    from demo_site.tenant.state import State

NAMES = {
    "brute-force-protection": settings.BRUTE_FORCE,
    "breached-password-detection": settings.BREACHED,
    "suspicious-ip-throttling": settings.SUSPICIOUS_IP,
}
COMMON: Mapping[str, type] = {"enabled": bool, "shields": list}
FIELDS: dict[str, Mapping[str, type]] = {
    settings.BRUTE_FORCE: {**COMMON, "allowlist": list, "mode": str, "max_attempts": int},
    settings.BREACHED: {**COMMON, "admin_notification_frequency": list, "method": str, "stage": dict},
    settings.SUSPICIOUS_IP: {**COMMON, "allowlist": list, "stage": dict},
}
STAGES: dict[str, Mapping[str, type]] = {
    settings.BREACHED: {"shields": list},
    settings.SUSPICIOUS_IP: {"max_attempts": int, "rate": int},
}
MOST_ATTEMPTS = 100


@endpoint("GET", "read:attack_protection")
def read(_request: HttpRequest, state: State, feature: str) -> JsonResponse:
    return JsonResponse(settings.of(state, NAMES[feature]))


@endpoint("PATCH", "update:attack_protection")
def update(request: HttpRequest, state: State, feature: str) -> JsonResponse:
    """What is not named stays as it is."""
    name = NAMES[feature]
    body = json_object(request, FIELDS[name])
    _check(name, body)
    kept: Json = getattr(state.attack_protection, name)
    stages = {**kept.get("stage", {}), **body.get("stage", {})}
    setattr(state.attack_protection, name, kept | body | ({"stage": stages} if stages else {}))
    return JsonResponse(settings.of(state, name))


def _check(name: str, body: Json) -> None:
    for stage, value in body.get("stage", {}).items():
        checked({stage: value}, dict.fromkeys(settings.DEFAULTS[name]["stage"], dict), "stage")
        checked(value, STAGES[name], f"stage.{stage}")
    if not 1 <= body.get("max_attempts", 1) <= MOST_ATTEMPTS:
        raise invalid_body("'Value is out of range' on property max_attempts")
    for address in body.get("allowlist", ()):
        _check_address(address)


def _check_address(address: object) -> None:
    try:
        ipaddress.ip_network(str(address), strict=False)
    except ValueError as error:
        raise invalid_body("'Not an address or a range' on property allowlist") from error
