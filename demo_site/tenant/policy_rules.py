"""What a new password must be made of: Auth0's legacy levels, and the Flexible Password Policy.

Levels and their words are those of Auth0's open source rule engine, password-sheriff; the flexible ones are from
authenticate/database-connections/flexible-password-policy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demo_site.tenant.passwords import READ_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

CLASSES = {
    "lowercase": ("lower case letters (a-z)", re.compile(r"[a-z]")),
    "uppercase": ("upper case letters (A-Z)", re.compile(r"[A-Z]")),
    "number": ("numbers (0-9)", re.compile(r"[0-9]")),
    "special": ("special characters (!@#$%^&*)", re.compile(r"[!@#$%^&*]")),
}
FAIR_CLASSES = ("lowercase", "uppercase", "number")
THREE_OF_FOUR = 3
THREE_IDENTICAL = re.compile(r"(.)\1\1", re.DOTALL)
# Auth0 does not document its default lengths; these are the ones its SDKs' fixtures show.
DEFAULT_LENGTHS = {"none": 1, "low": 6, "fair": 8, "good": 8, "excellent": 10}
LEVELS = tuple(DEFAULT_LENGTHS)


@dataclass(frozen=True)
class Rule:
    """One line of the policy on a page, with what may satisfy it."""

    text: str
    holds: Callable[[str], bool]
    items: tuple[str, ...] = ()


def legacy(options: Mapping[str, Any]) -> list[Rule]:
    level = options.get("passwordPolicy") or "none"
    rules = [_length(int(options.get("password_complexity_options", {}).get("min_length", DEFAULT_LENGTHS[level])))]
    if level == "fair":
        rules.append(_all_of(FAIR_CLASSES))
    if level in ("good", "excellent"):
        rules.append(_three_of_four())
    if level == "excellent":
        rules.append(_no_three_identical())
    return rules


def flexible(complexity: Mapping[str, Any]) -> list[Rule]:
    """``password_options.complexity``: each requirement by itself."""
    rules = [_length(int(complexity.get("min_length", 1)))]
    if complexity.get("character_type_rule") == "three_of_four":
        rules.append(_three_of_four())
    elif complexity.get("character_types"):
        rules.append(_all_of(complexity["character_types"]))
    if complexity.get("identical_characters") == "block":
        rules.append(_no_three_identical())
    if complexity.get("sequential_characters") == "block":
        rules.append(Rule("No 3 characters in sequence, such as abc or 321", _has_no_sequence))
    if complexity.get("max_length_exceeded") == "error":
        text = f"At most {READ_BYTES} bytes"
        rules.append(Rule(text, lambda password: len(password.encode()) <= READ_BYTES))
    return rules


def _length(length: int) -> Rule:
    text = "Not empty" if length <= 1 else f"At least {length} characters in length"
    return Rule(text, lambda password: len(password) >= length)


def _all_of(names: Iterable[str]) -> Rule:
    kinds = [CLASSES[name] for name in names]
    return Rule("Should contain:", _contains(len(kinds), kinds), tuple(text for text, _ in kinds))


def _three_of_four() -> Rule:
    kinds = list(CLASSES.values())
    text = "At least 3 of the following 4 kinds of characters:"
    return Rule(text, _contains(THREE_OF_FOUR, kinds), tuple(text for text, _ in kinds))


def _no_three_identical() -> Rule:
    text = "No more than 2 identical characters in a row"
    return Rule(text, lambda password: not THREE_IDENTICAL.search(password))


def _contains(wanted: int, kinds: list[tuple[str, re.Pattern[str]]]) -> Callable[[str], bool]:
    return lambda password: sum(bool(pattern.search(password)) for _, pattern in kinds) >= wanted


def _has_no_sequence(password: str) -> bool:
    """Neither upwards nor downwards, in either case."""
    codes = [ord(letter) if letter.isascii() and letter.isalnum() else None for letter in password.lower()]
    for first, second, third in zip(codes, codes[1:], codes[2:], strict=False):
        if first and second and third and second - first == third - second and abs(second - first) == 1:
            return False
    return True
