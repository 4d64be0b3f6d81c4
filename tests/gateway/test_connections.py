"""What a connection asks of passwords: both spellings, what is left out, and how long it is remembered."""

from __future__ import annotations

import pytest

from auth0_password import exceptions
from auth0_password.gateway import ConnectionOptions, connections
from tests.gateway.wire import answer

NAME = "Username-Password-Authentication"
PATH = "GET /api/v2/connections"


def listed(**fields):
    return answer(200, {"connections": [{"name": "another"}, {"name": NAME, **fields}]})


def test_the_older_spelling(wire, gateway):
    options = {
        "passwordPolicy": "good",
        "password_complexity_options": {"min_length": 10},
        "password_history": {"enable": True, "size": 3},
        "password_dictionary": {"enable": True, "dictionary": ["library"]},
        "password_no_personal_info": {"enable": True},
        "disable_self_service_change_password": True,
    }
    wire.script[PATH] = listed(options=options)
    assert gateway.read_connection(NAME) == ConnectionOptions(
        name=NAME,
        policy="good",
        min_length=10,
        history=3,
        dictionary=True,
        no_personal_info=True,
        self_service_change=False,
    )


def test_the_flexible_policy(wire, gateway):
    options = {
        "password_options": {
            "complexity": {
                "min_length": 12,
                "character_types": ["uppercase", "number"],
                "character_type_rule": "all",
                "identical_characters": "block",
                "sequential_characters": "allow",
            },
            "profile_data": {"active": True, "blocked_fields": ["name"]},
            "history": {"active": True, "size": 5},
            "dictionary": {"active": False, "default": "en_10k"},
        }
    }
    wire.script[PATH] = listed(options=options)
    assert gateway.read_connection(NAME) == ConnectionOptions(
        name=NAME,
        min_length=12,
        character_types=("uppercase", "number"),
        character_type_rule="all",
        history=5,
        no_personal_info=True,
        no_identical=True,
        self_service_change=True,
    )


def test_without_the_scope_for_options_nothing_is_promised(wire, gateway):
    wire.script[PATH] = listed()
    assert gateway.read_connection(NAME) == ConnectionOptions(name=NAME)
    assert gateway.read_connection(NAME).self_service_change is None


@pytest.mark.parametrize(
    "options",
    [
        {"passwordPolicy": None, "password_complexity_options": None, "password_history": [], "password_options": 7},
        {"password_complexity_options": {"min_length": True}, "password_history": {"enable": "yes", "size": 3}},
        {"password_complexity_options": {"min_length": -1}, "password_dictionary": {"enable": 1}},
        {"password_complexity_options": {"min_length": 10**30}, "passwordPolicy": {"a": 1}},
        {"password_options": {"complexity": {"min_length": "12", "character_types": "all"}}},
        {"disable_self_service_change_password": "true"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_not_promised(wire, gateway, options):
    wire.script[PATH] = listed(options=options)
    assert gateway.read_connection(NAME) == ConnectionOptions(name=NAME, self_service_change=True)


@pytest.mark.parametrize(("method", "expected"), [("otp", True), ("link", False), (None, False)])
def test_mails_with_a_code(wire, gateway, method, expected):
    wire.script[PATH] = listed(options={"attributes": {"email": {"verification_method": method}}})
    assert gateway.read_connection(NAME).reset_by_code == expected


def test_a_history_without_a_size(wire, gateway):
    wire.script[PATH] = listed(options={"password_history": {"enable": True, "size": 99}})
    assert gateway.read_connection(NAME).history == 1


def test_only_databases_are_asked_for(wire, gateway):
    gateway.read_connection(NAME)
    assert f"name={NAME}" in wire.asked[-1]
    assert "strategy=auth0" in wire.asked[-1]


def test_it_is_remembered_for_some_minutes(wire, gateway, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(connections, "monotonic", lambda: now[0])
    for moment in (0, 1, connections.KEPT - 1):
        now[0] = moment
        gateway.read_connection(NAME)
    assert wire.count(PATH) == 1
    now[0] = connections.KEPT
    gateway.read_connection(NAME)
    assert wire.count(PATH) == 2


@pytest.mark.parametrize(("status", "asked"), [(403, 1), (401, 2 * 2), (503, 2)])
def test_of_errors_only_a_missing_scope_is_remembered(wire, gateway, status, asked):
    wire.script[PATH] = answer(status, {"errorCode": "insufficient_scope"})
    for _ in range(2):
        with pytest.raises(exceptions.GatewayError) as caught:
            gateway.read_connection(NAME)
        assert caught.value.status == status
    assert wire.count(PATH) == asked


@pytest.mark.parametrize("nothing", [answer(200, {"connections": []}), answer(404, {"statusCode": 404})])
def test_a_connection_that_is_not_there(wire, gateway, nothing):
    wire.script[PATH] = nothing
    with pytest.raises(exceptions.UnexpectedAnswerError):
        gateway.read_connection(NAME)
