"""An import of users: each by itself; with ``upsert`` metadata is replaced, never merged.

From Auth0's manage-users/user-migration/{bulk-user-imports,bulk-user-import-schema}.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo_site.tenant import accounts
from demo_site.tenant.bodies import parsed
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.management.payload import EMAIL

if TYPE_CHECKING:
    from demo_site.tenant.records import Connection, Job, Json, User
    from demo_site.tenant.state import State

KINDS: dict[str, type] = {
    "email": str,
    "email_verified": bool,
    "phone_number": str,
    "phone_verified": bool,
    "user_id": str,
    "username": str,
    "given_name": str,
    "family_name": str,
    "name": str,
    "nickname": str,
    "picture": str,
    "blocked": bool,
    "password_hash": str,
    "custom_password_hash": dict,
    "app_metadata": dict,
    "user_metadata": dict,
    "mfa_factors": list,
}
UPSERTED = (
    "email_verified", "phone_number", "phone_verified", "given_name", "family_name", "name", "nickname", "picture",
    "blocked", "app_metadata", "user_metadata",
)  # fmt: skip
NOT_JSON = "Failed to parse users file JSON when importing users. Make sure it is valid JSON."
DUPLICATE = {"code": "DUPLICATED_USER", "message": "The user already exist and upsert parameter is false"}
TWICE = {"code": "DUPLICATED_USER", "message": "The user is in the file more than once"}


def perform(state: State, job: Job, work: Json) -> None:
    users = _read(work["users"])
    connection = state.connection_by_id(job.shown["connection_id"])
    if users is None or connection is None:
        job.shown |= {"status": "failed", "status_details": NOT_JSON if users is None else "The connection is gone."}
        return
    counts = {"failed": 0, "updated": 0, "inserted": 0, "total": len(users)}
    seen: set[str] = set()
    for item in users:
        counts[_take(state, connection, item, job, seen, upsert=work["upsert"])] += 1
    job.shown["summary"] = counts


def _read(text: str) -> list[Any] | None:
    try:
        users = parsed(text)
    except ValueError:
        return None
    return users if isinstance(users, list) else None


def _take(  # noqa: PLR0913 - one line of the file, and what it is checked against
    state: State, connection: Connection, item: Any, job: Job, seen: set[str], *, upsert: bool
) -> str:
    """What was done with it, by its name in the summary."""
    errors = _mistakes(item)
    email = str(item.get("email", "")).lower() if not errors else ""
    user = state.database_user(connection.name, email) if email else None
    if email and email in seen:
        errors = [TWICE]
    elif not errors and ((user and not upsert) or (user is None and accounts.exists(state, connection, item))):
        errors = [DUPLICATE]
    if errors:
        job.errors.append({"user": item, "errors": errors})
        return "failed"
    seen.add(email)
    if user is None:
        _enrol(accounts.create(state, connection, item), item)
        return "inserted"
    _replace(user, item)
    return "updated"


def _mistakes(item: Any) -> list[Json]:
    if not isinstance(item, dict):
        return [{"code": "INVALID_TYPE", "message": "Expected type object", "path": ""}]
    if not (item.get("email") or item.get("username") or item.get("phone_number")):
        return [{"code": "ANY_OF_MISSING", "message": "Missing required property: email", "path": "email"}]
    found = []
    for name, value in item.items():
        if name not in KINDS:
            found.append({"code": "NOT_PASSED", "message": f"Additional properties not allowed: {name}", "path": name})
        elif type(value) is not KINDS[name]:
            found.append({"code": "INVALID_TYPE", "message": f"Invalid type for {name}", "path": name})
    if not found and not all(isinstance(factor, dict) for factor in item.get("mfa_factors", [])):
        found.append({"code": "INVALID_TYPE", "message": "Invalid type for mfa_factors", "path": "mfa_factors"})
    if not found and "email" in item and not EMAIL.fullmatch(item["email"]):
        found.append({"code": "FORMAT", "message": "Object didn't pass validation for format email", "path": "email"})
    return found


def _enrol(user: User, item: Json) -> None:
    """Password hashes are not played: whoever comes with one must choose a new password first."""
    for factor in item.get("mfa_factors", []):
        secret = (factor.get("totp") or {}).get("secret")
        user.otp_secret = secret or user.otp_secret


def _replace(user: User, item: Json) -> None:
    user.profile |= accounts.given(item, UPSERTED)
    for name in ("app_metadata", "user_metadata"):
        if item.get(name) == {}:
            del user.profile[name]
    user.profile["updated_at"] = iso(clock.now())
    _enrol(user, item)
