"""The forms of a hosted page, as a browser without scripts finds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED = {"text", "email", "tel"}
SENT = {*TYPED, "hidden", "password"}


@dataclass
class Form:
    """`values`: what would be sent if nobody typed anything; `kinds`: the type of each field, by its name."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    has_button: bool = False

    def fields(self, *kinds: str) -> list[str]:
        return [name for name, kind in self.kinds.items() if kind in kinds]

    @property
    def passwords(self) -> list[str]:
        return self.fields("password")

    @property
    def texts(self) -> list[str]:
        return self.fields(*TYPED)

    def filled(self, *, email: str, password: str) -> dict[str, str]:
        """What a person would send: the address where a text is asked for, and the password, as often as asked."""
        return self.values | dict.fromkeys(self.texts, email) | dict.fromkeys(self.passwords, password)


def forms_in(html: str) -> list[Form]:
    reader = _Reader()
    reader.feed(html)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._form: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form" and attributes.get("method", "").lower() == "post":
            self._form = Form(attributes.get("action", ""))
            self.forms.append(self._form)
        elif self._form is not None and tag in {"input", "button"} and "disabled" not in attributes:
            self._take(self._form, tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None

    @staticmethod
    def _take(form: Form, tag: str, attributes: dict[str, str]) -> None:
        name, kind = (
            attributes.get("name", ""),
            attributes.get("type", "submit" if tag == "button" else "text").lower(),
        )
        if kind == "submit":
            if name and not form.has_button:  # the first button is the one that Enter presses (HTML, 4.10.21.2)
                form.values[name] = attributes.get("value", "")
            form.has_button = True
        elif name and kind in SENT:
            form.values[name], form.kinds[name] = attributes.get("value", ""), kind
