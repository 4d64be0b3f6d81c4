"""The password policy: a table of legacy levels, and properties that hold for any password."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_site.tenant import passwords, policy, seed_format
from demo_site.tenant.policy_rules import LEVELS
from tests.support.tenant import demo_seed

PROFILE = {
    "name": "Bob Miller",
    "nickname": "bobby",
    "email": "bob.miller@example.com",
    "user_metadata": {"first": "Robert"},
}
WEAK, COMMON, USED, PERSONAL = (
    "PasswordStrengthError",
    "PasswordDictionaryError",
    "PasswordHistoryError",
    "PasswordNoUserInfoError",
)


@pytest.mark.parametrize(
    ("level", "password", "good"),
    [
        (None, "a", True),
        ("none", "a", True),
        ("none", "", False),
        ("low", "abcdef", True),
        ("low", "abcde", False),
        ("fair", "Abcdefg1", True),
        ("fair", "abcdefg1", False),
        ("fair", "ABCDEFG1", False),
        ("fair", "Abcdefgh", False),
        ("good", "abcdefg1", False),
        ("good", "Abcdefg1", True),
        ("good", "abcdef1!", True),
        ("good", "ABCDEF1!", True),
        ("good", "Abcdef1", False),
        ("excellent", "Abcdefgh12", True),
        ("excellent", "Abcdefg112", True),
        ("excellent", "Abcdef1112", False),
        ("excellent", "Abcdefgh1", False),
    ],
)
def test_levels(level: str | None, password: str, good: bool):
    assert (policy.refusal({"passwordPolicy": level}, password, {}, []) is None) == good


@pytest.mark.parametrize("length", [1, 12, 40])
def test_min_length_wins_over_the_levels_own(length: int):
    options = {"passwordPolicy": "low", "password_complexity_options": {"min_length": length}}
    assert policy.refusal(options, "x" * length, {}, []) is None
    assert _name(options, "x" * (length - 1)) == WEAK


@pytest.mark.parametrize(
    "password",
    ["xx-BOB MILLER-1", "Bobby-was-here-1", "my-bob.miller-1A", "ROBERTs-Password-1"],
)
def test_personal_data(password: str):
    options = {"passwordPolicy": "low", "password_no_personal_info": {"enable": True}}
    assert _name(options, password) == PERSONAL
    assert _name({**options, "password_no_personal_info": {"enable": False}}, password) is None


def test_dictionary():
    options = {"passwordPolicy": "low", "password_dictionary": {"enable": True, "dictionary": ["Northwind1"]}}
    assert _name(options, "PassWord1") == COMMON
    assert _name(options, "northWIND1") == COMMON
    assert _name(options, "northwind-but-longer") is None
    assert len(policy.common_passwords()) == 10_000


def test_history():
    options = {"passwordPolicy": "low", "password_history": {"enable": True, "size": 2}}
    earlier = [passwords.hashed(word) for word in ("present", "before", "long-ago")]
    assert policy.refusal(options, "present", {}, earlier) == policy.USED
    assert policy.refusal(options, "before", {}, earlier) == policy.USED
    assert policy.refusal(options, "long-ago", {}, earlier) is None
    assert policy.USED.name == USED


class TestFlexiblePolicy:
    """``password_options`` in place of the five legacy options."""

    @pytest.mark.parametrize(
        ("complexity", "good", "weak"),
        [
            ({"min_length": 10}, "a" * 10, "a" * 9),
            ({"character_types": ["number", "special"]}, "a1!", "a1"),
            ({"character_type_rule": "three_of_four", "character_types": ["number"]}, "Aa!", "1"),
            ({"identical_characters": "block"}, "aabb", "aaab"),
            ({"identical_characters": "allow"}, "aaab", ""),
            ({"sequential_characters": "block"}, "acegz1357", "xxabcxx"),
            ({"sequential_characters": "block"}, "ab-c12-3", "x321x"),
            ({"sequential_characters": "block"}, "aBc", "aBCD"),
            ({"max_length_exceeded": "error"}, "ü" * 36, "ü" * 37),
            ({"max_length_exceeded": "truncate"}, "ü" * 37, ""),
        ],
    )
    def test_complexity(self, complexity: dict[str, Any], good: str, weak: str):
        options = {"passwordPolicy": "excellent", "password_options": {"complexity": complexity}}
        assert _name(options, good) is None
        assert _name(options, weak) == WEAK

    def test_the_rest_is_switched_on_by_active(self):
        parts: dict[str, Any] = {
            "history": {"active": True, "size": 1},
            "dictionary": {"active": True, "default": "en_10k", "custom": ["Northwind1"]},
            "profile_data": {"active": True, "blocked_fields": ["name", "email"]},
        }
        options = {"password_options": parts}
        assert policy.refusal(options, "present", {}, [passwords.hashed("present")]) == policy.USED
        assert [_name(options, word) for word in ("northWIND1", "x-bob.miller", "x-bobby")] == [COMMON, PERSONAL, None]
        assert len(policy.other_rules(options)) == 3
        off = {"password_options": {name: {**part, "active": False} for name, part in parts.items()}}
        assert policy.refusal(off, "present", {}, [passwords.hashed("present")]) is None
        assert [_name(off, word) for word in ("northWIND1", "x-bob.miller")] == [None, None]
        assert policy.other_rules(off) == []


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"strength": {}}, "password_options: unknown key 'strength'"),
        ({"history": {"enable": True}}, "password_options.history: unknown key 'enable'"),
        ({"complexity": {"character_types": ["emoji"]}}, "character_types: must be a list of some of lowercase,"),
    ],
)
def test_a_flexible_policy_that_is_none(wanted: dict[str, Any], message: str):
    seed = demo_seed()
    seed["connections"][0]["options"]["password_options"] = wanted
    with pytest.raises(seed_format.SeedError, match=message):
        seed_format.check(seed)


@given(level=st.sampled_from(list(LEVELS)), password=st.text(max_size=80))
def test_a_password_is_weak_exactly_if_a_shown_rule_does_not_hold(level: str, password: str):
    options = {"passwordPolicy": level}
    shown = all(rule.holds(password) for rule in policy.strength_rules(options))
    assert (policy.refusal(options, password, {}, []) is None) == shown


@given(password=st.text(max_size=80), more=st.text(alphabet="abcABC123!-", min_size=1, max_size=5))
def test_fair_good_and_low_never_get_worse_by_typing_more(password: str, more: str):
    for level in ("low", "fair", "good"):
        if _name({"passwordPolicy": level}, password) is None:
            assert _name({"passwordPolicy": level}, password + more) is None


# Keyed hashes pad with NUL, and bcrypt ends there.
TYPED = st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8"), max_size=100)


@given(password=TYPED, other=TYPED)
def test_hashes_read_72_bytes(password: str, other: str):
    same = password.encode()[:72] == other.encode()[:72]
    assert passwords.matches(other, passwords.hashed(password)) == same
    assert passwords.matches(password, passwords.hashed(password))


def test_the_demonstrations_passwords_satisfy_its_policy():
    seed = demo_seed()
    options = seed["connections"][0]["options"]
    for user in seed["users"]:
        if "password" in user:
            assert policy.refusal(options, user["password"], user, []) is None


def _name(options: dict[str, Any], password: str) -> str | None:
    refused = policy.refusal(options, password, PROFILE, [])
    return refused.name if refused else None
