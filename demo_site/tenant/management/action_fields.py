"""What an Action may be made of: the fields of its endpoints, and Auth0's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo_site.tenant.actions import triggers
from demo_site.tenant.management.errors import ApiError, invalid_body
from demo_site.tenant.management.payload import checked, required

if TYPE_CHECKING:
    from demo_site.tenant.records import Json

UPDATE = {
    "name": str,
    "supported_triggers": list,
    "code": str,
    "dependencies": list,
    "runtime": str,
    "secrets": list,
    "modules": list,
}
CREATE = UPDATE | {"deploy": bool}
PARTS: dict[str, dict[str, type]] = {
    "supported_triggers": {"id": str, "version": str},
    "dependencies": {"name": str, "version": str, "registry_url": str},
    "secrets": {"name": str, "value": str},
}
REQUIRED = {
    "supported_triggers": ("id", "version"),
    "dependencies": ("name", "version"),
    "secrets": ("name", "value"),
}
MOST = {"supported_triggers": 1, "dependencies": 10, "secrets": 30, "modules": 3}
LARGEST_CODE = 100_000
LONGEST_SECRET_NAME, LONGEST_SECRET = 128, 4_096
# Still offered for Actions of before.
LEGACY_RUNTIMES = ("node18",)


def check(body: Json) -> None:
    for name in UPDATE:
        if isinstance(body.get(name), list):
            _check_list(name, body[name])
    if len(body.get("code", "").encode()) > LARGEST_CODE:
        raise invalid_body(f"'Code is larger than {LARGEST_CODE} bytes' on property code")
    if body.get("name") == "":
        raise invalid_body("'String is too short (0 chars), minimum 1' on property name")
    if body.get("runtime", triggers.DEFAULT_RUNTIME) not in (*triggers.RUNTIMES, *LEGACY_RUNTIMES):
        raise ApiError(400, "runtime is not supported")
    _check_triggers(body)
    _check_secrets(body)


def _check_triggers(body: Json) -> None:
    for trigger in body.get("supported_triggers", []):
        if not triggers.is_known(trigger["id"], trigger["version"]):
            raise ApiError(400, f"The trigger {trigger['id']} {trigger['version']} is not supported")


def _check_secrets(body: Json) -> None:
    for secret in body.get("secrets", []):
        if len(secret["name"]) > LONGEST_SECRET_NAME or len(secret["value"]) > LONGEST_SECRET:
            raise invalid_body("'String is too long' on property secrets")


def _check_list(name: str, items: list[Any]) -> None:
    if len(items) > MOST[name]:
        raise invalid_body(f"'Array is too long ({len(items)}), maximum {MOST[name]}' on property {name}")
    if name == "supported_triggers" and not items:
        raise invalid_body("'Array is too short (0), minimum 1' on property supported_triggers")
    for index, item in enumerate(items):
        if name in PARTS:
            checked(item, PARTS[name], f"{name}.{index}")
            required(item, *REQUIRED[name], path=f"{name}.{index}")
