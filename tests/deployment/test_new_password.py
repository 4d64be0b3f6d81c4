"""The form for a new password inside the sign-in, and its flow: as Auth0 takes them, and in four languages."""

from __future__ import annotations

import json
import re

import pytest

from auth0_password.deployment.new_password import flow_body, form_body, rules_of
from auth0_password.gateway import ConnectionOptions
from auth0_password.gateway.connections import options_from
from tests.deployment.designs import components, every_action, faults_of_flow, faults_of_form, strings

UNKNOWN = ConnectionOptions(name="unknown")
EVERYTHING = ConnectionOptions(
    name="everything", min_length=12, character_types=("uppercase", "lowercase", "number", "special"),
    character_type_rule="all", history=5, dictionary=True, no_personal_info=True, no_identical=True, no_sequences=True,
)  # fmt: skip
TOO_FAMILIAR = {
    "de": r"\b(du|dich|dir|dein\w*)\b",
    "es": r"\b(tú|tu|tus|te|contigo)\b",
    "fr": r"\b(tu|te|toi|ton|ta|tes)\b",
}


def options(**found):
    return options_from("Database", found)


def custom(form, language="en"):
    return (form if language == "en" else form["translations"][language])["messages"]["custom"]


def lines(policy, language="en"):
    """The rules as the form shows them."""
    form = form_body(policy)
    shown = next((one for one in components(form) if one["id"] == "rules"), {"config": {"content": ""}})
    return [
        custom(form, language)[key] for key in re.findall(r"<li>{{t\('(\w+)'\)}}</li>", shown["config"]["content"])
    ]


class TestAsAuth0TakesThem:
    @pytest.mark.parametrize("policy", [UNKNOWN, EVERYTHING], ids=lambda policy: policy.name)
    def test_the_form(self, policy):
        assert faults_of_form(form_body(policy), flows={flow_body()["name"]}) == []

    def test_the_flow(self):
        form = form_body(UNKNOWN)
        fields = {item["id"] for item in components(form)}
        known = {"vaults": {"auth0-password form"}, "messages": custom(form), "fields": fields}
        assert faults_of_flow(flow_body(), **known) == []

    def test_one_call_does_it_all(self):
        """Or a password could be new while the flag stands, or the flag down while it is the old one."""
        [_, update] = [action for action in every_action(flow_body()["actions"]) if action["type"] == "AUTH0"]
        assert update["params"]["changes"] == {
            "password": "{{fields.new_password}}",
            "connection": "{{vars.connection}}",
            "app_metadata": {"needsPasswordReset": False},
        }
        assert (update["allow_failure"], update["mask_output"]) == (True, True)

    def test_nothing_keeps_what_was_typed(self):
        """Values that are stored or shown again would stand in the executions of the flow."""
        typed = [text for text in strings(flow_body()) if "fields." in text]
        assert sorted(typed) == [
            "{{fields.new_password_again}}", *3 * ["{{fields.new_password}}"],
        ]  # fmt: skip
        assert "fields." not in json.dumps(form_body(EVERYTHING))

    def test_each_is_a_body_of_its_own(self):
        form_body(EVERYTHING)["nodes"].clear()
        assert form_body(EVERYTHING)["nodes"]


class TestThePolicyInWords:
    def test_of_the_demonstration(self):
        policy = options(
            passwordPolicy="good",
            password_complexity_options={"min_length": 10},
            password_history={"enable": True, "size": 3},
            password_no_personal_info={"enable": True},
        )
        assert lines(policy) == [
            "At least 10 characters",
            "Three of these four: lower-case letters, upper-case letters, digits, special characters",
            "Not one of your last 3 passwords",
            "Nothing from your name or e-mail address",
        ]
        assert lines(policy, "de")[0] == "Mindestens 10 Zeichen"
        assert lines(policy, "fr")[2] == "Aucun de vos 3 derniers mots de passe"
        assert lines(policy, "es")[3] == "Nada de su nombre ni de su dirección de correo electrónico"

    def test_flexible(self):
        complexity = {
            "min_length": 12, "character_types": ["number", "lowercase"], "character_type_rule": "all",
            "identical_characters": "block", "sequential_characters": "block",
        }  # fmt: skip
        policy = options(password_options={"complexity": complexity, "dictionary": {"active": True}})
        assert lines(policy) == [
            "At least 12 characters",
            "A lower-case letter (a-z)",
            "A digit (0-9)",
            "Not the same character three times in a row",
            "No three characters in sequence, such as abc or 321",
            "Not one of the most common passwords",
        ]

    @pytest.mark.parametrize(
        ("level", "rules"),
        [
            ("none", []),
            ("low", ["rule_length"]),
            ("fair", ["rule_length", "rule_lowercase", "rule_uppercase", "rule_number"]),
            ("good", ["rule_length", "rule_three_of_four"]),
            ("excellent", ["rule_length", "rule_three_of_four", "rule_identical"]),
        ],
    )
    def test_levels(self, level, rules):
        assert [*rules_of(options(passwordPolicy=level))] == rules

    def test_the_last_password_alone(self):
        assert lines(options(password_history={"enable": True, "size": 1})) == ["Not your present password"]

    def test_of_what_is_not_known_nothing_is_said(self):
        form = form_body(UNKNOWN)
        assert "rules" not in [item["id"] for item in components(form)]
        assert [key for key in custom(form) if key.startswith("rule_")] == []


class TestWords:
    FORM = form_body(EVERYTHING)

    @pytest.mark.parametrize("language", TOO_FAMILIAR)
    def test_everything_is_translated(self, language):
        translation = self.FORM["translations"][language]
        assert translation["messages"].keys() == self.FORM["messages"].keys()
        for key, text in custom(self.FORM, language).items():
            assert text != custom(self.FORM)[key], key
        named = {item["id"]: item for item in components(self.FORM) if item["type"] != "RICH_TEXT"}
        assert translation["components"].keys() == named.keys()
        for name, other in translation["components"].items():
            words = [*strings(other)]
            assert len(words) == 1
            assert words[0] not in [*strings(named[name])]

    @pytest.mark.parametrize("language", TOO_FAMILIAR)
    def test_the_tone(self, language):
        texts = [*strings(self.FORM["translations"][language]["components"]), *custom(self.FORM, language).values()]
        assert [text for text in texts if re.search(TOO_FAMILIAR[language], text, re.IGNORECASE)] == []

    @pytest.mark.parametrize("language", ["en", *TOO_FAMILIAR])
    def test_numbers_are_filled_in(self, language):
        said = " ".join(custom(self.FORM, language).values())
        assert "12" in said
        assert not set("{}<>&") & set(said)


def part(form, name):
    return next(item for item in components(form) if item["id"] == name)


def changed(body, **changes):
    body.update(changes)


class TestTheChecks:
    """What looks over the bodies above sees what is wrong."""

    @pytest.mark.parametrize(
        ("spoil", "fault"),
        [
            (lambda form: changed(form["nodes"][1]["config"], flow_id="another"), "there is no flow another"),
            (lambda form: changed(form["start"], next_node="nowhere"), "there is no node nowhere"),
            (
                lambda form: changed(part(form, "new_password")["config"], hash="SHA256"),
                "new_password: the hash would",
            ),
            (
                lambda form: changed(part(form, "new_password"), sensitive=False),
                "new_password: a password is required and",
            ),
            (lambda form: changed(part(form, "save"), id="cancel"), "cancel is there twice"),
            (lambda form: changed(part(form, "save"), id="a-b"), "a-b is no identifier"),
            (lambda form: changed(part(form, "save"), type="SUBMIT"), "save: a BLOCK of type SUBMIT"),
            (lambda form: changed(form, id="ap_1"), "unknown member id"),
            (lambda form: form["messages"]["custom"].pop("title"), "there is no message title"),
            (lambda form: changed(custom(form, "de"), title="x" * 256), "too long or empty: xxx"),
            (lambda form: changed(form["translations"]["fr"]["components"], other={}), "fr: no component other"),
        ],
    )
    def test_of_forms(self, spoil, fault):
        form = form_body(UNKNOWN)
        spoil(form)
        assert [one for one in faults_of_form(form, flows={flow_body()["name"]}) if one.startswith(fault)]

    @pytest.mark.parametrize(
        ("before", "after", "fault"),
        [
            ('"EQ"', '"NEQ"', "same_twice: the operator NEQ"),
            ("auth0-password form", "another", "there is no vault connection another"),
            ("t('differ')", "t('nothing')", "there is no message nothing"),
            ("fields.new_password_again", "fields.nothing", "there is no fields.nothing"),
            ("actions.update_user.status", "actions.nothing.status", "there is no actions.nothing.status"),
            ("vars.connection", "secrets.connection", "secrets.connection cannot be named in a flow"),
            ('"UPDATE_USER"', '"PATCH_USER"', "update_user: ('AUTH0', 'PATCH_USER')"),
            ('"allow_failure": true', '"other": true', "update_user: does not say whether it may fail"),
            ('"say_weak"', '"say_differ"', "say_differ is there twice"),
        ],
    )
    def test_of_flows(self, before, after, fault):
        text = json.dumps(flow_body())
        assert before in text
        form = form_body(UNKNOWN)
        fields = {item["id"] for item in components(form)}
        known = {"vaults": {"auth0-password form"}, "messages": custom(form), "fields": fields}
        found = faults_of_flow(json.loads(text.replace(before, after)), **known)
        assert [one for one in found if one.startswith(fault)], found
