"""One policy, three shapes of refusal: the hosted page, the Management API's three keys, the tree of the sign-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.tenant.application import BOB, DATABASE, LOGIN, PASSWORDS, change_password
from tests.tenant.grants.caller import Caller, seed

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

DICTIONARY = {"password_dictionary": {"enable": True, "dictionary": ["Northwind-2026"]}}
FLEXIBLE = {
    "password_options": {
        "complexity": {
            "min_length": 10,
            "character_types": ["uppercase", "lowercase", "number"],
            "sequential_characters": "block",
            "max_length_exceeded": "error",
        },
        "profile_data": {"active": True, "blocked_fields": ["name", "email"]},
        "history": {"active": True, "size": 3},
        "dictionary": {"active": True, "default": "en_10k", "custom": ["Northwind-9471"]},
    }
}
# Options of the connection, a password, the two halves of the refusal.
REFUSED = [
    ({}, "short", "PasswordStrengthError", "Password is too weak"),
    (DICTIONARY, "northwind-2026", "PasswordDictionaryError", "Password is too common"),
    ({}, "Bob Miller-2026", "PasswordNoUserInfoError", "Password contains user information"),
    ({}, PASSWORDS["bob@example.com"], "PasswordHistoryError", "Password has previously been used"),
    (FLEXIBLE, "Harbour-1234x", "PasswordStrengthError", "Password is too weak"),
    (FLEXIBLE, "Häfen-9471" * 7, "PasswordStrengthError", "Password is too weak"),
    (FLEXIBLE, "NORTHWIND-9471", "PasswordStrengthError", "Password is too weak"),
    (FLEXIBLE, "Northwind-9471", "PasswordDictionaryError", "Password is too common"),
    (FLEXIBLE, "Bob Miller-9471", "PasswordNoUserInfoError", "Password contains user information"),
    (FLEXIBLE, PASSWORDS["bob@example.com"], "PasswordHistoryError", "Password has previously been used"),
]


def use(tenant: LocalTenant, options: dict[str, Any]) -> None:
    wanted = seed()
    wanted["connections"][0]["options"] |= options
    tenant.seed(wanted)


@pytest.mark.parametrize(("options", "password", "name", "words"), REFUSED)
def test_on_the_hosted_page(caller: Caller, browser: Browser, options: Any, password: str, name: str, words: str):
    use(caller.tenant, options)
    change_password(browser, caller.ticket(BOB), password)
    assert browser.page.status == 400
    assert words in browser.page.visible_text
    assert name not in browser.page.visible_text


@pytest.mark.parametrize(("options", "password", "name", "words"), REFUSED)
def test_by_the_management_api(caller: Caller, options: Any, password: str, name: str, words: str):
    use(caller.tenant, options)
    reply = caller.api("PATCH", f"users/{BOB}", json={"password": password, "connection": DATABASE})
    assert reply.status_code == 400
    assert reply.json() == {"statusCode": 400, "error": "Bad Request", "message": f"{name}: {words}"}


@pytest.mark.parametrize(
    ("options", "password", "name", "words"), [row for row in REFUSED if row[2] != "PasswordHistoryError"]
)
def test_at_the_sign_up(caller: Caller, options: Any, password: str, name: str, words: str):
    use(caller.tenant, options)
    reply = sign_up(caller, password, name="Bob Miller")
    body = reply.json()
    assert reply.status_code == 400
    assert (body["name"], body["message"], body["code"], body["statusCode"]) == (name, words, "invalid_password", 400)
    assert isinstance(body["description"], dict) == (name == "PasswordStrengthError")


def test_the_tree(caller: Caller, tenant: LocalTenant):
    """The capture in go-auth0's authentication_error_test.go, for the same policy and a like password."""
    wanted = seed()
    wanted["connections"][0]["options"] = {"passwordPolicy": "good"}
    tenant.seed(wanted)
    items = [
        {"message": "lower case letters (a-z)", "code": "lowerCase", "verified": True},
        {"message": "upper case letters (A-Z)", "code": "upperCase", "verified": False},
        {"message": "numbers (i.e. 0-9)", "code": "numbers", "verified": False},
        {"message": "special characters (e.g. !@#$%^&*)", "code": "specialCharacters", "verified": True},
    ]
    length = {"message": "At least %d characters in length", "code": "lengthAtLeast", "format": [8], "verified": True}
    kinds = {
        "message": "Contain at least %d of the following %d types of characters:",
        "code": "containsAtLeast",
        "format": [3, 4],
        "items": items,
        "verified": False,
    }
    assert sign_up(caller, "lower-only").json() == {
        "name": "PasswordStrengthError",
        "message": "Password is too weak",
        "code": "invalid_password",
        "description": {"rules": [length, kinds], "verified": False},
        "policy": "* At least 8 characters in length\n* Contain at least 3 of the following 4 types of characters:\n"
        " * lower case letters (a-z)\n * upper case letters (A-Z)\n * numbers (i.e. 0-9)\n"
        " * special characters (e.g. !@#$%^&*)",
        "statusCode": 400,
    }


def test_the_flexible_rules_have_codes_of_their_own(caller: Caller):
    use(caller.tenant, FLEXIBLE)
    rules = sign_up(caller, "abc").json()["description"]["rules"]
    assert {rule["code"]: rule["verified"] for rule in rules} == {
        "lengthAtLeast": False,
        "shouldContain": False,
        "sequentialChars": False,
        "maxLength": True,
    }


class TestSignUp:
    def test_as_recorded(self, caller: Caller):
        """go-auth0's TestDatabaseSignUp_WithEmailIdentifier."""
        reply = sign_up(caller, "Quiet-Bridge-31!")
        assert reply.status_code == 200
        assert reply.json().keys() == {"_id", "email", "email_verified"}
        assert reply.json()["email_verified"] is False
        user = caller.profile(f"auth0|{reply.json()['_id']}")
        assert "last_password_reset" not in user, "absent at creation"
        assert "logins_count" not in user
        assert caller.sign_in_with("new@example.com", "Quiet-Bridge-31!").status_code == 200
        assert [mail["to"] for mail in caller.tenant.mails()] == ["new@example.com"]

    def test_an_address_that_is_taken(self, caller: Caller):
        reply = sign_up(caller, "Quiet-Bridge-31!", email="bob@example.com")
        assert reply.status_code == 400
        assert reply.json() == {
            "name": "BadRequestError",
            "code": "invalid_signup",
            "description": "Invalid sign up",
            "statusCode": 400,
        }

    @pytest.mark.parametrize(
        ("change", "words"),
        [({"connection": "nowhere"}, "connection not found"), ({"client_id": "nobody"}, "invalid_request")],
    )
    def test_refused(self, caller: Caller, change: dict[str, Any], words: str):
        assert sign_up(caller, "Quiet-Bridge-31!", **change).json()["error"] == words

    def test_switched_off(self, caller: Caller):
        use(caller.tenant, {"disable_signup": True})
        assert sign_up(caller, "Quiet-Bridge-31!").json() == {"error": "public signup is disabled"}

    def test_many_from_one_address(self, caller: Caller):
        stage = {"pre-user-registration": {"max_attempts": 1, "rate": 60_000}}
        caller.protect("suspicious-ip-throttling", stage=stage)
        assert sign_up(caller, "Quiet-Bridge-31!").status_code == 200
        assert sign_up(caller, "Quiet-Bridge-31!", email="newer@example.com").json()["error"] == "too_many_attempts"


def sign_up(caller: Caller, password: str, **change: Any) -> requests.Response:
    body = {"client_id": LOGIN[0], "connection": DATABASE, "email": "new@example.com", "password": password, **change}
    return requests.post(f"{caller.tenant.base_url}/dbconnections/signup", json=body, timeout=5)
