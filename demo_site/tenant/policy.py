"""The password policy of a database connection: shown as a list, enforced with Auth0's refusals."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.auth import password_validation

from demo_site.tenant import passwords
from demo_site.tenant.policy_rules import Rule, complexity_of, rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from demo_site.tenant.records import Json

SHORTEST_PERSONAL_WORD = 3
LEGACY_NAMES = {
    "history": "password_history",
    "dictionary": "password_dictionary",
    "profile_data": "password_no_personal_info",
}
LEGACY_FIELDS = (
    "name",
    "username",
    "nickname",
    "user_metadata.name",
    "user_metadata.first",
    "user_metadata.last",
    "email",
)
BUILT_IN_DICTIONARY = 10_000


@dataclass(frozen=True)
class Refusal:
    """``name`` and ``message`` are the two halves of the Management API's refusal."""

    name: str
    message: str


WEAK = Refusal("PasswordStrengthError", "Password is too weak")
COMMON = Refusal("PasswordDictionaryError", "Password is too common")
USED = Refusal("PasswordHistoryError", "Password has previously been used")
PERSONAL = Refusal("PasswordNoUserInfoError", "Password contains user information")


def strength_rules(options: Mapping[str, Any]) -> list[Rule]:
    """The Flexible Password Policy replaces the legacy one where a connection has it."""
    return rules(complexity_of(options))


def in_flexible_form(options: Mapping[str, Any]) -> Json:
    """The whole policy in the notation of ``password_options``, as the My Account API shows it."""
    personal, dictionary = _part(options, "profile_data"), _part(options, "dictionary")
    fields = (personal or {}).get("blocked_fields")
    return {
        "complexity": complexity_of(options),
        "profile_data": {
            "active": bool(personal),
            "blocked_fields": list(LEGACY_FIELDS if fields is None else fields),
        },
        "history": {"active": history_size(options) > 0, "size": history_size(options)},
        "dictionary": {"active": bool(dictionary), "default": (dictionary or {}).get("default", "en_10k")},
    }


def explained(options: Mapping[str, Any], password: str) -> Json:
    """Which rules hold, as POST /dbconnections/signup tells it."""
    found = [rule.explained(password) for rule in strength_rules(options)]
    return {"rules": found, "verified": all(rule["verified"] for rule in found)}


def described(options: Mapping[str, Any]) -> str:
    """The rules as a list in Markdown."""
    lines = []
    for rule in strength_rules(options):
        lines.append(f"* {rule.text}")
        lines += [f" * {item}" for item in rule.items]
    return "\n".join(lines)


def other_rules(options: Mapping[str, Any]) -> list[str]:
    """What the page also says; a password alone does not show whether it holds."""
    lines = []
    if history_size(options):
        size = history_size(options)
        lines.append("Not your last password" if size == 1 else f"Not one of your last {size} passwords")
    if _part(options, "profile_data"):
        lines.append("Nothing from your name or e-mail address")
    if _part(options, "dictionary"):
        lines.append("Not a very common password")
    return lines


def refusal(options: Mapping[str, Any], password: str, profile: Json, earlier: Sequence[str]) -> Refusal | None:
    """Why Auth0 would not take this password; ``earlier`` are hashes, the present one first."""
    if not all(rule.holds(password) for rule in strength_rules(options)):
        return WEAK
    dictionary, personal = _part(options, "dictionary"), _part(options, "profile_data")
    if dictionary and _is_common(password, dictionary):
        return COMMON
    if personal and contains_personal_info(password, profile, personal.get("blocked_fields")):
        return PERSONAL
    if any(passwords.matches(password, old) for old in earlier[: history_size(options)]):
        return USED
    return None


def history_size(options: Mapping[str, Any]) -> int:
    history = _part(options, "history")
    return int(history.get("size", 0)) if history else 0


def contains_personal_info(password: str, profile: Json, fields: Sequence[str] | None = None) -> bool:
    """Any of these fields; without a list those that Auth0 documents for the legacy option."""
    metadata = profile.get("user_metadata") or {}
    values = [_value(profile, metadata, name) for name in (LEGACY_FIELDS if fields is None else fields)]
    words = (str(value).lower() for value in values if value)
    return any(word in password.lower() for word in words if len(word) >= SHORTEST_PERSONAL_WORD)


def _value(profile: Json, metadata: Json, field: str) -> Any:
    """Of an e-mail address the local part."""
    if field == "email":
        return str(profile.get("email") or "").partition("@")[0]
    place, _, key = field.rpartition(".")
    return metadata.get(key) if place == "user_metadata" else profile.get(field)


def _part(options: Mapping[str, Any], part: str) -> Mapping[str, Any] | None:
    """One part of the policy where it is switched on: by "active" in the flexible notation, else by "enable"."""
    chosen = options.get("password_options")
    settings = options.get(LEGACY_NAMES[part]) if chosen is None else chosen.get(part)
    switch = "enable" if chosen is None else "active"
    return settings if settings and settings.get(switch) else None


def _is_common(password: str, dictionary: Mapping[str, Any]) -> bool:
    own = {str(word).lower() for word in dictionary.get("dictionary") or dictionary.get("custom") or ()}
    return password.lower() in own | common_passwords()


@cache
def common_passwords() -> frozenset[str]:
    """Auth0 ships its 10,000 most common passwords; the list that comes with Django stands in for them."""
    path = Path(password_validation.__file__).with_name("common-passwords.txt.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        words = [line.strip().lower() for line in lines]
    return frozenset(words[:BUILT_IN_DICTIONARY])
