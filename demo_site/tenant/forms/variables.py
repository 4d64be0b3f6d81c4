"""Variables in forms and flows: ``{{fields.name ?? vars.name}}``, ``{{actions.save.status}}``, ``{{t('hint')}}``."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.html import escape

from demo_site.tenant.forms.failures import FlowError
from demo_site.tenant.forms.functions import FUNCTIONS, MISSING, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo_site.tenant.records import Json

VARIABLE = re.compile(r"\{\{((?:(?!\}\}).)*)\}\}", re.DOTALL)
TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)"""
    r"""|(?P<name>[A-Za-z_$][\w$-]*(?:\.[\w$-]+)*)|(?P<sign>\?\?|[(),]))"""
)
WORDS = {"true": True, "false": False, "null": None, "undefined": MISSING}
CALLED = "functions."


@dataclass
class Scope:
    """What can be named. ``messages`` are the form's own, for t()."""

    context: Json = field(default_factory=dict)
    fields: Json = field(default_factory=dict)
    vars: Json = field(default_factory=dict)
    actions: Json = field(default_factory=dict)
    messages: Json = field(default_factory=dict)

    def filled(self, value: Any) -> Any:
        """With every variable replaced. One that stands alone keeps its type, or takes its member with it."""
        if isinstance(value, dict):
            found = {name: self.filled(item) for name, item in value.items()}
            return {name: item for name, item in found.items() if item is not MISSING}
        if isinstance(value, list):
            return [item for item in map(self.filled, value) if item is not MISSING]
        if not isinstance(value, str):
            return value
        alone = VARIABLE.fullmatch(value.strip())
        return self.value(alone[1]) if alone else self._replaced(value, text)

    def text(self, value: Any) -> str:
        return text(self.filled(value))

    def html(self, value: str) -> str:
        """The designer's own mark-up stays, what people typed does not become any."""
        return self._replaced(value, lambda found: escape(text(found)))

    def value(self, expression: str) -> Any:
        reading = _Reading(expression, self)
        try:
            found = reading.alternatives()
        except (ValueError, TypeError, IndexError) as error:
            raise FlowError(f"{{{{{expression}}}}} cannot be read: {error}") from error
        if reading.rest:
            raise FlowError(f"{{{{{expression}}}}} cannot be read")
        return found

    def named(self, path: str) -> Any:
        found: Any = vars(self)
        for name in path.split("."):
            if isinstance(found, list) and name.isdigit() and int(name) < len(found):
                found = found[int(name)]
            elif isinstance(found, dict) and name in found:
                found = found[name]
            else:
                return MISSING
        return found

    def _replaced(self, value: str, shown: Callable[[Any], str]) -> str:
        return VARIABLE.sub(lambda match: str(shown(self.value(match[1]))), value)


class _Reading:
    """One expression, from left to right."""

    def __init__(self, expression: str, scope: Scope) -> None:
        self.rest = expression.strip()
        self._scope = scope

    def alternatives(self) -> Any:
        found = self._operand()
        while self._takes("??"):
            other = self._operand()
            found = other if found is None or found is MISSING else found
        return found

    def _operand(self) -> Any:
        match = TOKEN.match(self.rest)
        if match is None or match["sign"]:
            raise ValueError("a name or a value is missing")
        self.rest = self.rest[match.end() :].lstrip()
        if match["name"] is None:
            return ast.literal_eval(match[0].strip())
        if self._takes("("):
            return self._called(match["name"], self._arguments())
        return WORDS[match["name"]] if match["name"] in WORDS else self._scope.named(match["name"])

    def _arguments(self) -> list[Any]:
        found: list[Any] = []
        while not self._takes(")"):
            if found and not self._takes(","):
                raise ValueError("a parenthesis is open")
            found.append(self.alternatives())
        return found

    def _called(self, name: str, arguments: list[Any]) -> Any:
        if name == "t":
            return self._scope.messages.get(text(arguments[0]), MISSING)
        function = FUNCTIONS.get(name.removeprefix(CALLED)) if name.startswith(CALLED) else None
        if function is None:
            raise ValueError(f"{name} is not played by the local tenant")
        return function(*arguments)

    def _takes(self, sign: str) -> bool:
        if not self.rest.startswith(sign):
            return False
        self.rest = self.rest[len(sign) :].lstrip()
        return True
