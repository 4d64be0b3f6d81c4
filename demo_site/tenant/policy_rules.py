"""What a new password must be made of, by Auth0's open source rule engine, auth0/password-sheriff.

The flexible policy is from authenticate/database-connections/flexible-password-policy; a legacy level is one of them.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demo_site.tenant.passwords import READ_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from demo_site.tenant.records import Json


@dataclass(frozen=True)
class CharacterClass:
    code: str
    message: str
    letters: str

    def is_in(self, password: str) -> bool:
        return not set(self.letters).isdisjoint(password)


CLASSES = {
    "lowercase": CharacterClass("lowerCase", "lower case letters (a-z)", string.ascii_lowercase),
    "uppercase": CharacterClass("upperCase", "upper case letters (A-Z)", string.ascii_uppercase),
    "number": CharacterClass("numbers", "numbers (i.e. 0-9)", string.digits),
    # OWASP's list.
    "special": CharacterClass(
        "specialCharacters", "special characters (e.g. !@#$%^&*)", " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    ),
}
THREE_OF_FOUR = 3
TWO = 2
THREE_IDENTICAL = re.compile(r"(.)\1\1", re.DOTALL)
ALL, BLOCK = "all", "block"
LOWEST: Json = {
    "min_length": 1,
    "character_types": [],
    "character_type_rule": ALL,
    "identical_characters": "allow",
    "sequential_characters": "allow",
    "max_length_exceeded": "truncate",
}
GOOD: Json = {"min_length": 8, "character_types": list(CLASSES), "character_type_rule": "three_of_four"}
# Auth0 does not document the lengths; these are the engine's.
LEVELS: dict[str, Json] = {
    "none": {},
    "low": {"min_length": 6},
    "fair": {"min_length": 8, "character_types": ["lowercase", "uppercase", "number"]},
    "good": GOOD,
    "excellent": GOOD | {"min_length": 10, "identical_characters": BLOCK},
}


@dataclass(frozen=True)
class Rule:
    """One line of the policy, with what may satisfy it. ``message`` and ``values`` as for printf."""

    code: str
    message: str
    holds: Callable[[str], bool]
    values: tuple[int | str, ...] = ()
    classes: tuple[CharacterClass, ...] = ()

    @property
    def text(self) -> str:
        return self.message % self.values if self.values and "%" in self.message else self.message

    @property
    def items(self) -> tuple[str, ...]:
        return tuple(item.message for item in self.classes)

    def explained(self, password: str) -> Json:
        """As the engine tells what is missing."""
        items = [
            {"message": item.message, "code": item.code, "verified": item.is_in(password)} for item in self.classes
        ]
        return {
            "message": self.message,
            "code": self.code,
            **({"format": list(self.values)} if self.values else {}),
            **({"items": items} if items else {}),
            "verified": self.holds(password),
        }


def complexity_of(options: Mapping[str, Any]) -> Json:
    """The connection's rules in the notation of ``password_options``, all of them named."""
    chosen = options.get("password_options")
    if chosen is not None:
        return LOWEST | (chosen.get("complexity") or {})
    level = LEVELS[options.get("passwordPolicy") or "none"]
    return LOWEST | level | (options.get("password_complexity_options") or {})


def rules(complexity: Mapping[str, Any]) -> list[Rule]:
    found = [_length(int(complexity["min_length"]))]
    if complexity["character_type_rule"] != ALL:
        found.append(_three_of_four())
    elif complexity["character_types"]:
        found.append(_all_of(complexity["character_types"]))
    if complexity["identical_characters"] == BLOCK:
        found.append(_no_three_identical())
    if complexity["sequential_characters"] == BLOCK:
        found.append(_no_three_in_sequence())
    if complexity["max_length_exceeded"] == "error":
        found.append(_not_too_long())
    return found


def _length(length: int) -> Rule:
    if length <= 1:
        return Rule("nonEmpty", "Non-empty password required", bool)
    words = "At least %d characters in length"
    return Rule("lengthAtLeast", words, lambda password: len(_units(password)) >= length, (length,))


def _all_of(names: Iterable[str]) -> Rule:
    kinds = tuple(CLASSES[name] for name in names)
    return Rule("shouldContain", "Should contain:", _contains(len(kinds), kinds), classes=kinds)


def _three_of_four() -> Rule:
    kinds = tuple(CLASSES.values())
    words = "Contain at least %d of the following %d types of characters:"
    return Rule("containsAtLeast", words, _contains(THREE_OF_FOUR, kinds), (THREE_OF_FOUR, len(kinds)), kinds)


def _no_three_identical() -> Rule:
    words = 'No more than %d identical characters in a row (e.g., "%s" not allowed)'
    return Rule("identicalChars", words, lambda password: not THREE_IDENTICAL.search(_units(password)), (TWO, "aaa"))


def _no_three_in_sequence() -> Rule:
    words = 'No more than %d sequential alphanumeric characters (e.g., "%s" not allowed)'
    return Rule("sequentialChars", words, _has_no_sequence, (TWO, "abc"))


def _not_too_long() -> Rule:
    words = "Maximum password length exceeded"
    return Rule("maxLength", words, lambda password: len(password.encode()) <= READ_BYTES, (READ_BYTES,))


def _contains(wanted: int, kinds: Iterable[CharacterClass]) -> Callable[[str], bool]:
    kinds = tuple(kinds)
    return lambda password: sum(kind.is_in(password) for kind in kinds) >= wanted


def _units(password: str) -> str:
    """The engine counts as JavaScript does: what is beyond 16 bits is two characters."""
    raw = password.encode("utf-16-le", "surrogatepass")
    return "".join(chr(raw[place] + 256 * raw[place + 1]) for place in range(0, len(raw), TWO))


def _has_no_sequence(password: str) -> bool:
    """Neither upwards nor downwards; a lower case letter does not follow an upper case one."""
    codes = [ord(letter) if letter.isascii() and letter.isalnum() else None for letter in password]
    for first, second, third in zip(codes, codes[1:], codes[2:], strict=False):
        if first and second and third and second - first == third - second and abs(second - first) == 1:
            return False
    return True
