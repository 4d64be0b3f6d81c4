"""What Auth0's API reference asks of forms and flows. Neither its deploy CLI nor the local tenant looks at it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

Json = dict[str, Any]

IDENTIFIER = re.compile(r"[A-Za-z0-9_]{1,40}")
ENDING = "$ending"
FORM_KEYS = {"name", "languages", "messages", "translations", "style", "start", "ending", "nodes"}
NODES = {"STEP", "FLOW", "ROUTER"}
FIELDS = {"PASSWORD"}
BLOCKS = {"RICH_TEXT": {"content"}, "NEXT_BUTTON": {"text"}, "JUMP_BUTTON": {"text", "next_node"}}
ACTIONS = {
    ("AUTH0", "GET_USER"): {"connection_id", "user_id"},
    ("AUTH0", "UPDATE_USER"): {"connection_id", "user_id", "changes"},
    ("FLOW", "BOOLEAN_CONDITION"): {"if", "then", "else"},
    ("FLOW", "ERROR_MESSAGE"): {"message"},
    ("FLOW", "STORE_VARS"): {"vars"},
}
OPERATORS = {"AND", "EQ"}
LENGTHS = {"name": 150, "alias": 150, "text": 150, "content": 10_000, "hint": 500, "message": 2048}
LONGEST_MESSAGE, FARTHEST = 255, 999_999
NAMED = re.compile(r"\{\{\s*(?:t\('(?P<key>\w+)'\)|(?P<path>\w+(?:\.\w+)*))(?P<rest>[^}]*)\}\}")
ROOTS = {"form": {"fields", "vars", "context"}, "flow": {"fields", "vars", "context", "actions"}}


def faults_of_form(form: Json, *, flows: Collection[str]) -> list[str]:
    """What is wrong with a form; `flows` are those that it may name."""
    return [*_form(form, flows)]


def faults_of_flow(
    flow: Json, *, vaults: Collection[str], messages: Collection[str], fields: Collection[str]
) -> list[str]:
    """What is wrong with a flow; the others are the vault connections, messages and fields that it may name."""
    actions = list(every_action(flow["actions"]))
    found = [*_names(actions), *_too_long(flow)]
    if set(flow) != {"name", "actions"}:
        found.append(f"a flow's members are name and actions, not {sorted(flow)}")
    for action in actions:
        found += _action(action, vaults)
    ids = {action["id"] for action in actions}
    for text in strings(flow):
        for named in NAMED.finditer(text):
            if named["key"] and named["key"] not in messages:
                found.append(f"there is no message {named['key']}")
            found += _path(named["path"] or "", "flow", fields=fields, actions=ids)
    return found


def every_action(actions: list[Json]) -> Iterator[Json]:
    """Those in branches, too."""
    for action in actions:
        yield action
        for branch in ("then", "else"):
            yield from every_action(action.get("params", {}).get(branch, []))


def components(form: Json) -> list[Json]:
    return [item for node in form["nodes"] if node["type"] == "STEP" for item in node["config"]["components"]]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def _form(form: Json, flows: Collection[str]) -> Iterator[str]:
    yield from (f"unknown member {key}" for key in set(form) - FORM_KEYS)
    items = components(form)
    yield from _names([*form["nodes"], *items])
    yield from _too_long(form)
    nodes = {node["id"] for node in form["nodes"]} | {ENDING}
    for pointer in [form["start"]["next_node"], *_pointers(form)]:
        if pointer not in nodes:
            yield f"there is no node {pointer}"
    for node in form["nodes"]:
        if node["type"] not in NODES:
            yield f"{node['id']}: unknown type {node['type']}"
        if node["type"] == "FLOW" and node["config"]["flow_id"] not in flows:
            yield f"there is no flow {node['config']['flow_id']}"
        if any(abs(place) > FARTHEST for place in node["coordinates"].values()):
            yield f"{node['id']}: too far away"
    for item in items:
        yield from _component(item)
    yield from _messages(form, {item["id"] for item in items})


def _pointers(form: Json) -> Iterator[str]:
    for holder in [*form["nodes"], *components(form)]:
        if "next_node" in holder["config"]:
            yield holder["config"]["next_node"]


def _component(item: Json) -> Iterator[str]:
    kind, config = item["type"], item["config"]
    if item["category"] == "FIELD":
        if kind not in FIELDS:
            yield f"{item['id']}: unknown field {kind}"
        if config.get("hash") != "NONE":
            yield f"{item['id']}: the hash would become the password"
        if not (item.get("required") and item.get("sensitive")):
            yield f"{item['id']}: a password is required and sensitive"
        if config.get("max_length", 0) < 1 or config.get("min_length", 1) < 1:
            yield f"{item['id']}: lengths are 1 or more"
    elif item["category"] != "BLOCK" or BLOCKS.get(kind) != set(config):
        yield f"{item['id']}: a {item['category']} of type {kind} with {sorted(config)}"


def _messages(form: Json, known: Collection[str]) -> Iterator[str]:
    own = form["messages"]
    used = {named["key"] for text in strings(form["nodes"]) for named in NAMED.finditer(text)} - {None}
    yield from (f"there is no message {key}" for key in used - own["custom"].keys())
    for language, part in form["translations"].items():
        for kind in ("errors", "custom"):
            if part["messages"][kind].keys() != own[kind].keys():
                yield f"{language}: other {kind} than the form's own"
        yield from (f"{language}: no component {name}" for name in part["components"].keys() - set(known))
    for part in (own, *(part["messages"] for part in form["translations"].values())):
        for text in strings(part):
            if not 1 <= len(text) <= LONGEST_MESSAGE:
                yield f"too long or empty: {text}"


def _action(action: Json, vaults: Collection[str]) -> Iterator[str]:
    kind, params = (action["type"], action["action"]), action["params"]
    if ACTIONS.get(kind) != set(params):
        yield f"{action['id']}: {kind} with {sorted(params)}"
    if {"allow_failure", "mask_output"} - set(action):
        yield f"{action['id']}: does not say whether it may fail and is masked"
    if params.get("connection_id", next(iter(vaults))) not in vaults:
        yield f"there is no vault connection {params['connection_id']}"
    yield from (f"{action['id']}: the operator {name}" for name in set(_operators(params.get("if"))) - OPERATORS)


def _operators(condition: Any) -> Iterator[str]:
    if isinstance(condition, dict):
        yield condition["operator"]
        for operand in condition["operands"]:
            yield from _operators(operand)


def _path(path: str, where: str, *, fields: Collection[str], actions: Collection[str]) -> Iterator[str]:
    root, _, rest = path.partition(".")
    known = {"fields": fields, "actions": actions}.get(root)
    if path and root not in ROOTS[where]:
        yield f"{path} cannot be named in a {where}"
    if known is not None and rest.partition(".")[0] not in known:
        yield f"there is no {path}"


def _names(holders: list[Json]) -> Iterator[str]:
    ids = [holder["id"] for holder in holders]
    yield from (f"{name} is no identifier" for name in ids if not IDENTIFIER.fullmatch(name))
    yield from (f"{name} is there twice" for name in set(ids) if ids.count(name) > 1)


def _too_long(value: Any) -> Iterator[str]:
    for key, item in value.items() if isinstance(value, dict) else ():
        if isinstance(item, str) and not 1 <= len(item) <= LENGTHS.get(key, 10_000):
            yield f"{key} is too long or empty"
        yield from _too_long(item)
    for item in value if isinstance(value, list) else ():
        yield from _too_long(item)
