"""The password policy of a database connection: shown as a list, enforced with Auth0's refusals.

Levels and their words are those of Auth0's open source rule engine, password-sheriff.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.auth import password_validation

from demo_site.tenant import passwords

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from demo_site.tenant.records import Json

CLASSES = {
    "lower case letters (a-z)": re.compile(r"[a-z]"),
    "upper case letters (A-Z)": re.compile(r"[A-Z]"),
    "numbers (0-9)": re.compile(r"[0-9]"),
    "special characters (!@#$%^&*)": re.compile(r"[!@#$%^&*]"),
}
FAIR_CLASSES = 3  # fair wants the first three of them, all; good and excellent any three of four
THREE_IDENTICAL = re.compile(r"(.)\1\1", re.DOTALL)
# Auth0 does not document its default lengths; these are the ones its SDKs' fixtures show.
DEFAULT_LENGTHS = {"none": 1, "low": 6, "fair": 8, "good": 8, "excellent": 10}
LEVELS = tuple(DEFAULT_LENGTHS)
SHORTEST_PERSONAL_WORD = 3
BUILT_IN_DICTIONARY = 10_000


@dataclass(frozen=True)
class Rule:
    """One line of the policy on a page, with what may satisfy it."""

    text: str
    holds: Callable[[str], bool]
    items: tuple[str, ...] = ()


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
    level = options.get("passwordPolicy") or "none"
    length = int(options.get("password_complexity_options", {}).get("min_length", DEFAULT_LENGTHS[level]))
    rules = [Rule(_length_text(length), lambda password: len(password) >= length)]
    if level == "fair":
        rules.append(Rule("Should contain:", _contains(FAIR_CLASSES, FAIR_CLASSES), tuple(CLASSES)[:FAIR_CLASSES]))
    if level in ("good", "excellent"):
        text = "At least 3 of the following 4 kinds of characters:"
        rules.append(Rule(text, _contains(3, len(CLASSES)), tuple(CLASSES)))
    if level == "excellent":
        text = "No more than 2 identical characters in a row"
        rules.append(Rule(text, lambda password: not THREE_IDENTICAL.search(password)))
    return rules


def other_rules(options: Mapping[str, Any]) -> list[str]:
    """What the page also says; a password alone does not show whether it holds."""
    lines = []
    if history_size(options):
        size = history_size(options)
        lines.append("Not your last password" if size == 1 else f"Not one of your last {size} passwords")
    if _enabled(options, "password_no_personal_info"):
        lines.append("Nothing from your name or e-mail address")
    if _enabled(options, "password_dictionary"):
        lines.append("Not a very common password")
    return lines


def refusal(options: Mapping[str, Any], password: str, profile: Json, earlier: Sequence[str]) -> Refusal | None:
    """Why Auth0 would not take this password; ``earlier`` are hashes, the present one first."""
    if not all(rule.holds(password) for rule in strength_rules(options)):
        return WEAK
    if _enabled(options, "password_dictionary") and _is_common(password, options["password_dictionary"]):
        return COMMON
    if _enabled(options, "password_no_personal_info") and contains_personal_info(password, profile):
        return PERSONAL
    if any(passwords.matches(password, old) for old in earlier[: history_size(options)]):
        return USED
    return None


def history_size(options: Mapping[str, Any]) -> int:
    return int(options["password_history"].get("size", 0)) if _enabled(options, "password_history") else 0


def contains_personal_info(password: str, profile: Json) -> bool:
    """Names, username, nickname, the local part of the address: the fields Auth0 documents."""
    metadata = profile.get("user_metadata") or {}
    values = [profile.get(key) for key in ("name", "username", "nickname")]
    values += [metadata.get(key) for key in ("name", "first", "last")]
    values.append(str(profile.get("email") or "").partition("@")[0])
    words = (str(value).lower() for value in values if value)
    return any(word in password.lower() for word in words if len(word) >= SHORTEST_PERSONAL_WORD)


def _length_text(length: int) -> str:
    return "Not empty" if length <= 1 else f"At least {length} characters in length"


def _contains(wanted: int, of: int) -> Callable[[str], bool]:
    patterns = list(CLASSES.values())[:of]
    return lambda password: sum(bool(pattern.search(password)) for pattern in patterns) >= wanted


def _enabled(options: Mapping[str, Any], key: str) -> bool:
    return bool((options.get(key) or {}).get("enable"))


def _is_common(password: str, dictionary: Mapping[str, Any]) -> bool:
    own = {str(word).lower() for word in dictionary.get("dictionary") or ()}
    return password.lower() in own | common_passwords()


@cache
def common_passwords() -> frozenset[str]:
    """Auth0 ships its 10,000 most common passwords; the list that comes with Django stands in for them."""
    path = Path(password_validation.__file__).with_name("common-passwords.txt.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        words = [line.strip().lower() for line in lines]
    return frozenset(words[:BUILT_IN_DICTIONARY])
