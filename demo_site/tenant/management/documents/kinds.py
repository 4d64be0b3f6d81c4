"""Forms, flows and vault connections: their fields, ids and words (auth0/docs-v2's OpenAPI, recorded exchanges)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demo_site.tenant.clock import iso
from demo_site.tenant.management.errors import invalid_body
from demo_site.tenant.management.payload import checked, required

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo_site.tenant.management.payload import Fields
    from demo_site.tenant.records import Document, Json
    from demo_site.tenant.state import State

LONGEST_NAME = 150
NODE = {"id": str, "type": str, "alias": str, "coordinates": dict, "config": dict}
NODE_TYPES = ("STEP", "FLOW", "ROUTER")
FLOW_ACTION: Fields = {
    "id": str,
    "type": str,
    "action": str,
    "alias": (str, type(None)),
    "params": dict,
    "allow_failure": bool,
    "mask_output": bool,
}
APPS = (
    "ACTIVECAMPAIGN", "AIRTABLE", "AUTH0", "BIGQUERY", "CLEARBIT", "DOCUSIGN", "GOOGLE_SHEETS", "HTTP", "HUBSPOT",
    "JWT", "MAILCHIMP", "MAILJET", "PIPEDRIVE", "SALESFORCE", "SENDGRID", "SLACK", "STRIPE", "TELEGRAM", "TWILIO",
    "WHATSAPP", "ZAPIER",
)  # fmt: skip
SHOWN_OF_A_TOKEN = 3


@dataclass(frozen=True)
class Kind:
    """``name`` is the table and the member of a list's answer; ``shown`` what an answer has beside the body."""

    table: str
    name: str
    scope: str
    prefix: str
    fields: Fields
    required: tuple[str, ...]
    unknown: str
    check: Callable[[Json], None]
    shown: Callable[[Document], Json]
    changeable: tuple[str, ...] = ()

    def of(self, state: State) -> dict[str, Document]:
        found: dict[str, Document] = getattr(state, self.table)
        return found

    def scopes(self, verb: str) -> str:
        return f"{verb}:{self.scope}"


def _times(document: Document) -> Json:
    return {"created_at": iso(document.created_at), "updated_at": iso(document.updated_at)}


def _check_name(body: Json) -> None:
    name = body.get("name")
    if name is not None and not 1 <= len(name) <= LONGEST_NAME:
        msg = f"'String does not match length 1 to {LONGEST_NAME}' on property name"
        raise invalid_body(msg)


def _check_form(body: Json) -> None:
    _check_name(body)
    for index, node in enumerate(body.get("nodes") or []):
        checked(node, NODE, f"nodes[{index}]")
        required(node, "id", "type", path=f"nodes[{index}]")
        if node["type"] not in NODE_TYPES:
            msg = f"'No enum match for: {node['type']}' on property nodes[{index}].type"
            raise invalid_body(msg)


def _check_flow(body: Json) -> None:
    _check_name(body)
    for index, action in enumerate(body.get("actions") or []):
        checked(action, FLOW_ACTION, f"actions[{index}]")
        required(action, "id", "type", "action", path=f"actions[{index}]")


def _check_vault_connection(body: Json) -> None:
    _check_name(body)
    if body.get("app_id", "HTTP") not in APPS:
        msg = f"'No enum match for: {body['app_id']}' on property app_id"
        raise invalid_body(msg)


def _form(document: Document) -> Json:
    """What is empty is left out; a form goes back to where it was asked for unless it says otherwise."""
    body = {"ending": {"resume_flow": True}} | {name: value for name, value in document.body.items() if value}
    return {"id": document.id, **body, **_times(document)}


def _flow(document: Document) -> Json:
    body = {name: value for name, value in document.body.items() if value}
    return {"id": document.id, **body, **_times(document)}


def _vault_connection(document: Document) -> Json:
    """``setup`` never comes back; of a token both ends are shown."""
    setup = document.secret
    named = {"account_name": _account(setup)} if "token" in setup else {}
    print_of = f"{document.id}{document.updated_at}"
    fingerprint = hashlib.md5(print_of.encode(), usedforsecurity=False).hexdigest()
    body = {"id": document.id, **document.body, **named, "ready": bool(setup)}
    return {**body, **_times(document), "fingerprint": fingerprint}


def _account(setup: Json) -> str:
    token: Any = setup["token"]
    return f"{str(setup.get('type', '')).capitalize()} {token[:SHOWN_OF_A_TOKEN]}***{token[-SHOWN_OF_A_TOKEN:]}"


PART = (dict, type(None))
FORMS = Kind(
    table="forms",
    name="forms",
    scope="forms",
    prefix="ap",
    fields={
        "name": str, "languages": PART, "messages": PART, "translations": PART, "start": PART, "ending": PART,
        "style": PART, "nodes": (list, type(None)),
    },
    required=("name",),
    unknown="Form not found",
    check=_check_form,
    shown=_form,
)  # fmt: skip
FLOWS = Kind(
    table="flows",
    name="flows",
    scope="flows",
    prefix="af",
    fields={"name": str, "actions": (list, type(None))},
    required=("name",),
    unknown="Flow not found",
    check=_check_flow,
    shown=_flow,
)
VAULT_CONNECTIONS = Kind(
    table="vault_connections",
    name="connections",
    scope="flows_vault_connections",
    prefix="ac",
    fields={"app_id": str, "name": str, "setup": dict},
    required=("app_id", "name"),
    unknown="Connection not found",
    check=_check_vault_connection,
    shown=_vault_connection,
    changeable=("name", "setup"),
)
