"""The fields of a profile that can be searched, and how their values compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo_site.tenant.search.words import QuerySyntaxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from demo_site.tenant.records import Json

    Test = Callable[[Json], bool]

# Compared without regard to case; everything else with.
CASELESS = ("email", "name", "given_name", "family_name", "nickname")
SEARCHABLE = {
    *CASELESS, "email_verified", "user_id", "username", "phone_number", "phone_verified", "blocked", "picture",
    "created_at", "updated_at", "last_login", "last_ip", "logins_count",
    "identities.connection", "identities.provider", "identities.user_id", "identities.isSocial", "email.domain",
}  # fmt: skip
METADATA = ("app_metadata.", "user_metadata.")


def exists(field: str) -> Test:
    _check(field)
    return lambda profile: any(True for _ in _values(profile, field))


def equals(field: str, wanted: str) -> Test:
    """Numbers and booleans by their notation in JSON."""
    _check(field)
    if field in CASELESS or field == "email.domain":
        return lambda profile: any(str(value).lower() == wanted.lower() for value in _values(profile, field))
    return lambda profile: any(_notation(value) == wanted for value in _values(profile, field))


def _check(field: str) -> None:
    if field not in SEARCHABLE and not field.startswith(METADATA):
        msg = f"{field!r} cannot be searched"
        raise QuerySyntaxError(msg)


def _notation(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(profile: Json, field: str) -> Iterator[Any]:
    if field == "email.domain":
        email = profile.get("email")
        return iter([email.partition("@")[2]] if email else [])
    return _within(profile, field.split("."))


def _within(value: Any, path: list[str]) -> Iterator[Any]:
    """The level of an array does not count. What is null or empty is not indexed."""
    if isinstance(value, list):
        for item in value:
            yield from _within(item, path)
    elif isinstance(value, dict):
        if not path:
            yield from [value] if value else []
        elif path[0] in value:
            yield from _within(value[path[0]], path[1:])
    elif not path and value not in (None, ""):
        yield value
