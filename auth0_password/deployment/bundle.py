"""What this site wants in its tenant, as files for Auth0's deploy CLI (directory format). No network, nothing written.

Secrets stand in them as the CLI's keyword markers, never as values. What would overwrite what others have set in the
tenant is in no file, but in the README, to be done by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..conf import conf
from ..gateway import ConnectionOptions
from . import scopes
from .new_password import flow_body, form_body, rules_of
from .parts.actions import RUNTIME
from .parts.log_stream import sink_of
from .parts.vault import application_body, setup_body
from .wanted import APPLICATION, FLOW, FORM, LOG_STREAM, VAULT_CONNECTION, LogStream, Wanted, WantedAction

Json = dict[str, Any]
Bindings = Mapping[str, list[Json]]
"""For each trigger what it runs now, in order: `{"action_name", "display_name"}`."""

TRIGGERS = "triggers/triggers.json"
PREFIX = "AUTH0_PASSWORD_"
MARKER = re.compile(r'"(@@\w+@@)"')
FORM_ID, CLIENT_ID, CLIENT_SECRET, TOKEN = "FORM_ID", "FORM_CLIENT_ID", "FORM_CLIENT_SECRET", "LOG_STREAM_TOKEN"


@dataclass
class Bundle:
    """`keywords`: for each marker where its value comes from. `imports`: which types to import, one run after another,
    for what follows needs to know what the one before has made. `notes`: what is less than it could be."""

    files: dict[str, str] = field(default_factory=dict)
    keywords: dict[str, str] = field(default_factory=dict)
    imports: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> Json:
        return {"files": list(self.files), "keywords": self.keywords, "imports": self.imports, "notes": self.notes}

    def add(self, path: str, body: Json) -> None:
        """A marker stands without quotes: the CLI puts JSON there. Where it is given none, the file cannot be read;
        else the marker itself would become the secret, which everybody could guess."""
        text = json.dumps(body, indent=2, ensure_ascii=False)
        self.files[path] = MARKER.sub(r"\1", text) + "\n"

    def secret(self, name: str, source: str) -> str:
        self.keywords[PREFIX + name] = source
        return f"@@{PREFIX}{name}@@"

    def literal(self, name: str, source: str) -> str:
        """The CLI puts the value into a text."""
        self.keywords[PREFIX + name] = source
        return f"##{PREFIX}{name}##"


def make_bundle(wanted: Wanted, policy: ConnectionOptions, bindings: Bindings | None) -> Bundle:
    """`bindings` is what the triggers run now. None, not known: then none are in the bundle, for a list that is
    imported replaces the one before it."""
    bundle = Bundle()
    if wanted.asks_for("form"):
        add_form(bundle, policy)
    for action in wanted.actions.values():
        add_action(bundle, action)
    if bindings is None:
        bundle.notes.append("no trigger is in it: what they run could not be read, and an import would replace it")
    elif wanted.actions:
        bundle.add(
            TRIGGERS,
            {trigger: bound(action.name, bindings.get(trigger, [])) for trigger, action in wanted.actions.items()},
        )
    if wanted.log_stream and wanted.asks_for("log-stream"):
        add_log_stream(bundle, wanted.log_stream)
    folders = {path.partition("/")[0] for path in bundle.files}
    bundle.imports = [kinds for run in RUNS if (kinds := [kind for kind, folder in run.items() if folder in folders])]
    return bundle


RUNS = (
    {"clients": "clients", "clientGrants": "grants"},
    {"flowVaultConnections": "flow-vault-connections", "flows": "flows", "forms": "forms"},
    {"actions": "actions", "triggers": "triggers", "logStreams": "log-streams"},
)
"""The CLI's names of the types, and their folders."""


def add_form(bundle: Bundle, policy: ConnectionOptions) -> None:
    """The application's id and secret are Auth0's to make, so they are known after the first run only."""
    bundle.add(f"clients/{APPLICATION}.json", application_body())
    audience = f"{conf.DOMAIN.url}/api/v2/"
    grant = {"client_id": APPLICATION, "audience": audience, "scope": list(scopes.FORM)}
    bundle.add(f"grants/{APPLICATION}.json", grant)
    of_application = f"of the application {APPLICATION!r}, which the first run makes"
    client_id = bundle.secret(CLIENT_ID, f"the Client ID {of_application}")
    client_secret = bundle.secret(CLIENT_SECRET, f"the Client Secret {of_application}")
    setup = setup_body(conf.DOMAIN, client_id, client_secret)
    vault = {"name": VAULT_CONNECTION, "app_id": "AUTH0", "setup": setup}
    bundle.add(f"flow-vault-connections/{VAULT_CONNECTION}.json", vault)
    bundle.add(f"flows/{FLOW}.json", flow_body())
    bundle.add(f"forms/{FORM}.json", form_body(policy))
    if not rules_of(policy):
        bundle.notes.append(f"the form lists no rules for passwords: those of {conf.CONNECTION} could not be read")


def add_action(bundle: Bundle, action: WantedAction) -> None:
    form_id = (
        bundle.literal(FORM_ID, f"the id (ap_…) of the form {FORM!r}, which the run before makes")
        if action.form
        else ""
    )
    bundle.files[f"actions/{action.name}/code.js"] = action.code(form_id=form_id)
    bundle.add(
        f"actions/{action.name}.json",
        {
            "name": action.name,
            "code": f"./actions/{action.name}/code.js",
            "runtime": RUNTIME,
            "dependencies": [],
            "secrets": [{"name": name, "value": bundle.secret(name, setting(name))} for name in action.secrets],
            "supported_triggers": [{"id": action.trigger, "version": action.trigger_version}],
            "deployed": True,
        },
    )


def bound(name: str, before: list[Json]) -> list[Json]:
    """Ours where it is, else last."""
    is_there = any(binding["action_name"] == name for binding in before)
    return [*before, *([] if is_there else [{"action_name": name, "display_name": name}])]


def setting(name: str) -> str:
    """Where an Action's secret comes from: the first of a list is the one that signs."""
    if not name.startswith("RECEIVER_"):
        return f"AUTH0_PASSWORD[{name!r}], the first of a list"
    number = int(name.split("_")[1])
    return f"AUTH0_PASSWORD['DEPLOY']['receivers'][{number - 2}]['secret']"


def add_log_stream(bundle: Bundle, stream: LogStream) -> None:
    token = bundle.secret(TOKEN, setting(TOKEN))
    sink = sink_of(LogStream(url=stream.url, token=token))
    bundle.add(f"log-streams/{LOG_STREAM}.json", {"name": LOG_STREAM, "type": "http", "sink": sink})
