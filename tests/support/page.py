"""What a browser without scripts makes of an answer: title, text, links and forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import requests

UNSEEN = ("script", "style", "template", "head")
LINES = ("p", "div", "h1", "h2", "h3", "li", "ul", "ol", "dl", "dt", "dd", "tr", "table", "br")
SECTIONS = ("section", "header", "footer", "main", "nav", "form", "label", "button", "summary")
BLOCKS = frozenset(LINES + SECTIONS)
Attributes = dict[str, str]


def squeezed(text: str) -> str:
    return " ".join(text.split())


@dataclass
class Field:
    """One control of a form and what it would send."""

    name: str
    kind: str
    value: str = ""
    on: bool = True
    options: list[str] = field(default_factory=list)


@dataclass
class Button:
    text: str
    name: str = ""
    value: str = ""
    attributes: Attributes = field(default_factory=dict)

    def answers_to(self, wanted: str) -> bool:
        return wanted in (self.text, self.name, self.attributes.get("aria-label"))


@dataclass
class Form:
    action: str
    method: str
    attributes: Attributes = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        return {item.name for item in self.fields if item.name}

    @property
    def button_texts(self) -> list[str]:
        return [button.text for button in self.buttons]

    @property
    def values(self) -> dict[str, str]:
        return {item.name: item.value for item in self.fields if item.on}

    def has_button(self, wanted: str) -> bool:
        return any(button.answers_to(wanted) for button in self.buttons)

    def has_fields(self, wanted: Mapping[str, str]) -> bool:
        return set(wanted) <= self.names

    def filled(self, button: str | None, values: Mapping[str, str | None]) -> list[tuple[str, str]]:
        """The pairs a browser sends: filled and hidden fields, ticked boxes, the pressed button."""
        data = [pair for item in self.fields for pair in _sent(item, values)]
        pressed = next((item for item in self.buttons if button and item.answers_to(button)), None)
        return [*data, (pressed.name, pressed.value)] if pressed and pressed.name else data


def _sent(item: Field, values: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    if item.name not in values:
        if item.on:
            yield item.name, item.value
        return
    value = values[item.name]
    if value is None:
        return
    if item.kind == "radio":
        if item.value == value:
            yield item.name, value
    else:
        yield item.name, value


@dataclass
class Page:
    """The page a browser shows."""

    url: str = ""
    status: int = 0
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    h1: str = ""
    refresh: int | None = None  # seconds after which it reloads itself
    forms: list[Form] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    visible_text: str = ""

    @classmethod
    def of(cls, url: str, answer: requests.Response) -> Page:
        page = cls(url=url, status=answer.status_code, text=answer.text, headers=answer.headers)
        if "html" not in answer.headers.get("content-type", ""):
            page.visible_text = answer.text
            return page
        reader = _Reader()
        reader.feed(answer.text)
        page.title, page.h1 = squeezed(reader.title), squeezed(reader.h1)
        page.refresh, page.forms, page.links = reader.refresh, reader.forms, reader.links
        lines = (squeezed(line) for line in "".join(reader.seen).split("\n"))
        page.visible_text = "\n".join(line for line in lines if line)
        return page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = self.h1 = ""
        self.refresh: int | None = None
        self.seen: list[str] = []
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self._open: list[str] = []
        self._form: Form | None = None
        self._into: list[str] | None = None  # the text of the open link, button, option or text area
        self._link = ""
        self._control: Attributes = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in BLOCKS:
            self.seen.append("\n")
        if tag in (*UNSEEN, "title", "h1"):
            self._open.append(tag)
        opener = getattr(self, f"_start_{tag}", None)
        if opener:
            opener(attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.seen.append("\n")
        if tag in self._open:
            self._open.remove(tag)
        closer = getattr(self, f"_end_{tag}", None)
        if closer:
            closer()

    def handle_data(self, data: str) -> None:
        if "title" in self._open:
            self.title += data
        if "h1" in self._open:
            self.h1 += data
        if self._into is not None:
            self._into.append(data)
        if not any(tag in self._open for tag in UNSEEN):
            self.seen.append(data)

    def _start_meta(self, attributes: Attributes) -> None:
        if attributes.get("http-equiv", "").lower() == "refresh":
            self.refresh = int(attributes["content"].partition(";")[0])

    def _start_a(self, attributes: Attributes) -> None:
        if "href" in attributes:
            self._link, self._into = attributes["href"], []

    def _end_a(self) -> None:
        if self._into is not None:
            self.links.append((squeezed("".join(self._into)), self._link))
        self._into = None

    def _start_form(self, attributes: Attributes) -> None:
        method = attributes.get("method", "get").upper()
        self._form = Form(attributes.get("action", ""), method, attributes)
        self.forms.append(self._form)

    def _end_form(self) -> None:
        self._form = None

    def _start_button(self, attributes: Attributes) -> None:
        self._control, self._into = attributes, []

    def _end_button(self) -> None:
        text, attributes = squeezed("".join(self._into or [])), self._control
        if self._form is not None and attributes.get("type", "submit") == "submit":
            button = Button(text, attributes.get("name", ""), attributes.get("value", ""), attributes)
            self._form.buttons.append(button)
        self._into = None

    def _start_input(self, attributes: Attributes) -> None:
        kind, name = attributes.get("type", "text"), attributes.get("name", "")
        if self._form is None or "disabled" in attributes:
            return
        if kind == "submit":
            value = attributes.get("value", "Submit")
            self._form.buttons.append(Button(value, name, value if name else "", attributes))
        elif name:
            box = kind in ("checkbox", "radio")
            value = attributes.get("value", "on" if box else "")
            self._form.fields.append(Field(name, kind, value, not box or "checked" in attributes))

    def _start_textarea(self, attributes: Attributes) -> None:
        self._control, self._into = attributes, []

    def _end_textarea(self) -> None:
        if self._form is not None and self._control.get("name"):
            text = "".join(self._into or []).removeprefix("\n")
            self._form.fields.append(Field(self._control["name"], "textarea", text))
        self._into = None

    def _start_select(self, attributes: Attributes) -> None:
        if self._form is not None and attributes.get("name"):
            self._form.fields.append(Field(attributes["name"], "select"))

    def _start_option(self, attributes: Attributes) -> None:
        select = self._form.fields[-1] if self._form and self._form.fields else None
        if select is None or select.kind != "select":
            return
        value = attributes.get("value", "")
        if "selected" in attributes or not select.options:
            select.value = value
        select.options.append(value)
