"""The form that asks for a new password inside the sign-in, and the flow that saves it (FORCE_AT = "form").

Names stand where a tenant wants ids: the flow's in the form (`flow_id`), the vault connection's in the flow
(`connection_id`). Auth0's deploy CLI reads them so; who calls the Management API replaces them.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from ..gateway import ConnectionOptions

LEVELS = {
    "low": ConnectionOptions(name="low", min_length=6),
    "fair": ConnectionOptions(name="fair", min_length=8, character_types=("lowercase", "uppercase", "number")),
    "good": ConnectionOptions(name="good", min_length=8, character_type_rule="three_of_four"),
    "excellent": ConnectionOptions(
        name="excellent", min_length=10, character_type_rule="three_of_four", no_identical=True
    ),
}
"""What the older policy's words stand for (Auth0's rule engine, auth0/password-sheriff)."""

TYPES = ("lowercase", "uppercase", "number", "special")
RULE = "rule_"
"""How the names of the form's messages begin that say a rule of the policy."""


def flow_body() -> dict[str, Any]:
    """One call sets the password and lowers the flag. Why it was refused is said on the step, which is shown again.

    A look before it refuses what the flag's copy forbids by now: it is down, or there was a breach. The Action saw it
    when the form was rendered; whoever typed the old password then may not be its owner. Only a copy that is seen to
    say so counts: what `GET_USER` puts out is not verified (a response with `body`, or the user), and where it cannot
    be read it is saved. As text, since whether a condition takes false for "false" is not verified either.
    """
    return read("save-new-password.json")


def form_body(policy: ConnectionOptions) -> dict[str, Any]:
    """The form, with the policy's rules in words as far as they are known.

    Its fields take 72 characters: Auth0 reads 72 bytes of a password, and a form cannot count bytes. They are not
    hashed in the browser, or the hash would become the password.
    """
    body, rules = read("new-password.json"), rules_of(policy)
    for texts in (body, *body["translations"].values()):
        texts["messages"]["custom"] = with_rules(texts["messages"]["custom"], rules)
    step = body["nodes"][0]["config"]
    listed = "".join(f"<li>{{{{t('{key}')}}}}</li>" for key in rules)
    step["components"] = [
        {**component, "config": {"content": f"<ul>{listed}</ul>"}} if component["id"] == "rules" else component
        for component in step["components"]
        if listed or component["id"] != "rules"
    ]
    return body


def with_rules(messages: dict[str, str], rules: dict[str, dict[str, int]]) -> dict[str, str]:
    """The messages that the form needs, with the policy's numbers in them."""
    return {
        key: text.format(**rules[key]) if key in rules else text
        for key, text in messages.items()
        if key in rules or not key.startswith(RULE)
    }


def rules_of(policy: ConnectionOptions) -> dict[str, dict[str, int]]:
    """The messages that say what a new password needs, in the order in which they are shown, with their numbers."""
    level = LEVELS.get(policy.policy, policy)
    length = policy.min_length or level.min_length or 1
    three_of_four = level.character_type_rule == "three_of_four"
    applies = {
        "rule_length": length > 1,
        "rule_three_of_four": three_of_four,
        **{f"rule_{kind}": not three_of_four and kind in level.character_types for kind in TYPES},
        "rule_identical": level.no_identical,
        "rule_sequential": level.no_sequences,
        "rule_history_of_one": policy.history == 1,
        "rule_history": policy.history > 1,
        "rule_personal": policy.no_personal_info,
        "rule_common": policy.dictionary,
    }
    numbers = {"rule_length": {"length": length}, "rule_history": {"history": policy.history}}
    return {key: numbers.get(key, {}) for key, holds in applies.items() if holds}


def read(name: str) -> dict[str, Any]:
    text = files(__package__).joinpath("forms", name).read_text(encoding="utf-8")
    return dict[str, Any](json.loads(text))
