"""What comes back from a step: taken, and checked as far as the form itself says what is right."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any

from demo_site.tenant import policy
from demo_site.tenant.forms.failures import NONE, FormError, Mistakes
from demo_site.tenant.forms.functions import number
from demo_site.tenant.forms.visit import PASSWORD

if TYPE_CHECKING:
    from django.http import QueryDict

    from demo_site.tenant.forms.visit import Visit
    from demo_site.tenant.records import Json

PREFIX = "fields."
TICKED = "true"
BOXES = ("LEGAL", "BOOLEAN")
# The input's type by the field's; no other field is played.
INPUTS = {
    "TEXT": "text",
    "EMAIL": "email",
    "TEL": "tel",
    "URL": "url",
    "NUMBER": "number",
    "DATE": "date",
    PASSWORD: "password",
    **dict.fromkeys(BOXES, "checkbox"),
}
PATTERNS = {"EMAIL": r"[^@\s]+@[^@\s]+", "URL": r"https?://\S+", "DATE": r"\d{4}-\d\d-\d\d|\d\d:\d\d"}
SHORTEST_BY_NIST = 8
# Two keys are known by name; what the others are called, and all the words, are not.
REQUIRED, ACCEPTANCE = "ERR_REQUIRED_PROPERTY", "ERR_ACCEPTANCE_REQUIRED"
WORDS = {REQUIRED: "This field is required", ACCEPTANCE: "You must accept this to continue"}
WRONG = "This value is not valid"


def take_hidden(visit: Visit, sent: QueryDict) -> None:
    """They were in the browser: whoever likes may have changed them."""
    fields = visit.run.form["fields"]
    for key in visit.hidden_fields():
        if PREFIX + key in sent:
            fields[key] = sent[PREFIX + key]


def take(visit: Visit, components: list[Json], sent: QueryDict) -> Mistakes:
    """Nothing is kept of a step with a mistake, so that what is shown again is what was typed."""
    found: Json = {}
    wrong: Json = {}
    for item in components:
        if item["category"] == "FIELD":
            _take_one(visit, item, sent.get(PREFIX + item["id"], ""), found, wrong)
    if wrong:
        return Mistakes(fields=wrong)
    visit.run.form["fields"].update(found)
    return NONE


def _take_one(visit: Visit, item: Json, typed: str, found: Json, wrong: Json) -> None:
    if item["type"] not in INPUTS:
        raise FormError(f"Fields of the type {item['type']} are not played by the local tenant.")
    mistake = _mistake(visit, item, typed)
    if mistake:
        wrong[item["id"]] = mistake
    elif typed or item["type"] in BOXES:
        found[item["id"]] = _value(item, typed)


def _mistake(visit: Visit, item: Json, typed: str) -> str:
    if item.get("required") and item["type"] != "BOOLEAN" and not typed.strip():
        key = ACCEPTANCE if item["type"] == "LEGAL" else REQUIRED
        return visit.message("errors", key, WORDS[key])
    if not typed:
        return ""
    return _form_of(item, typed) or _length_of(item, typed) or _strength_of(item, typed)


def _form_of(item: Json, typed: str) -> str:
    kind = item["type"]
    if kind == "NUMBER" and not re.fullmatch(r"-?\d+(\.\d+)?", typed.strip()):
        return WRONG
    return "" if re.fullmatch(PATTERNS.get(kind, r"(?s:.*)"), typed) else WRONG


def _length_of(item: Json, typed: str) -> str:
    shortest, longest = item["config"].get("min_length"), item["config"].get("max_length")
    if shortest and len(typed) < shortest:
        return f"At least {shortest} characters are required"
    return f"At most {longest} characters are allowed" if longest and len(typed) > longest else ""


def _strength_of(item: Json, typed: str) -> str:
    """Of a password: the form's own rules, which are not those of the connection."""
    config = item["config"] if item["type"] == PASSWORD else {}
    if config.get("nist") and (len(typed) < SHORTEST_BY_NIST or typed.lower() in policy.common_passwords()):
        return "This password is too easy to guess"
    kinds = (str.isupper, str.islower, str.isdigit, lambda character: character in string.punctuation)
    if config.get("complexity") and not all(any(map(kind, typed)) for kind in kinds):
        return "An upper-case letter, a lower-case letter, a number and a symbol are required"
    return ""


def _value(item: Json, typed: str) -> Any:
    if item["type"] in BOXES:
        return typed == TICKED
    return number(typed) if item["type"] == "NUMBER" else typed
