"""One person at one form: what is known of them, what they have typed, and the form in their language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from demo_site.tenant.forms.failures import FormError
from demo_site.tenant.forms.functions import MASK
from demo_site.tenant.forms.variables import Scope

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, Run
    from demo_site.tenant.state import State

EMPTY = {"id": "", "category": "", "type": ""}
PASSWORD = "PASSWORD"  # noqa: S105 - a type of field
# To whom the plan shows passwords in the clear.
TO_FLOWS, TO_ACTIONS = "flow", "action"


@dataclass
class Visit:
    """``context`` as variables know it; ``languages`` in the order in which the browser prefers them."""

    state: State
    run: Run
    context: Json
    languages: list[str] = field(default_factory=list)

    @property
    def form(self) -> Json:
        document = self.state.forms.get(self.run.form["id"])
        if document is None:
            raise FormError("This form is not there any more.")
        return document.body

    @property
    def fields(self) -> Json:
        return dict[str, Any](self.run.form["fields"])

    @property
    def vars(self) -> Json:
        """They stay on the server."""
        found: Json = self.run.form["vars"]
        return found

    @property
    def trail(self) -> list[str]:
        """The steps on the way to the present one, which is the last."""
        found: list[str] = self.run.form["trail"]
        return found

    def node(self, node_id: str) -> Json:
        for node in self.form.get("nodes") or []:
            if node["id"] == node_id:
                return {**node, "config": node.get("config") or {}}
        raise FormError(f"The form has no node {node_id}.")

    def components(self, node_id: str) -> list[Json]:
        """Of a step, translated. What a stored form left out is empty."""
        found = self.node(node_id)["config"].get("components") or []
        return [{**EMPTY, **item, **self._translated(item)} for item in found]

    def start(self) -> Json:
        return self.form.get("start") or {}

    def hidden_fields(self) -> list[str]:
        return [item["key"] for item in self.start().get("hidden_fields") or [] if "key" in item]

    def message(self, kind: str, key: str, default: str) -> str:
        """``kind``: errors or custom."""
        return str(self.messages(kind).get(key, default))

    def messages(self, kind: str) -> Json:
        own = (self.form.get("messages") or {}).get(kind) or {}
        return {**own, **(self._translation().get("messages", {}).get(kind) or {})}

    def flow_scope(self) -> Scope:
        return self.scope(clear=TO_FLOWS in self.state.plan.form_passwords_shown_to)

    def scope(self, *, clear: bool = False) -> Scope:
        shown = self.fields if clear else self.masked()
        return Scope(self.context, shown, self.vars, messages=self.messages("custom"))

    def masked(self) -> Json:
        """Documented: the output of a password field is masked."""
        steps = [node["id"] for node in self.form.get("nodes") or [] if node["type"] == "STEP"]
        secret = {item["id"] for step in steps for item in self.components(step) if item["type"] == PASSWORD}
        return {name: MASK if name in secret and value else value for name, value in self.fields.items()}

    def prompt(self) -> Json:
        """For event.prompt."""
        clear = TO_ACTIONS in self.state.plan.form_passwords_shown_to
        return {"id": self.run.form["id"], "fields": self.fields if clear else self.masked(), "vars": self.vars}

    def _translation(self) -> Json:
        """The first of the browser's languages that is the form's own, or one that it is translated into."""
        known = self.form.get("translations") or {}
        primary = (self.form.get("languages") or {}).get("primary", "en")
        for language in self.languages:
            if language == primary:
                break
            if language in known:
                return dict[str, Any](known[language])
        return {}

    def _translated(self, component: Json) -> Json:
        other = (self._translation().get("components") or {}).get(component.get("id")) or {}
        config = {**(component.get("config") or {}), **(other.get("config") or {})}
        return {**other, "config": config}
