"""The documents name what there is, as it is called in the code."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable
from dataclasses import fields
from enum import Enum
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.dispatch import Signal

from auth0_password import checks, exceptions, models, services, signals, testing, urls
from auth0_password.answers.blocked import CODE
from auth0_password.conf import KEYS, conf
from auth0_password.conf.limits import LIMITS
from auth0_password.gateway import Gateway
from auth0_password.services import tell
from auth0_password.services.kinds import KINDS
from auth0_password.services.ways import WHY_NOT, Way
from auth0_password.templatetags.auth0_password import register

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "auth0_password"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
SIGNALS = [name for name, value in vars(signals).items() if isinstance(value, Signal)]
COMMANDS = [name for name, app in get_commands().items() if app == "auth0_password"]
CHECKS = {
    found
    for path in (PACKAGE / "checks").glob("*.py")
    for found in re.findall(r'id="auth0_password\.([EW]\d+)"', path.read_text(encoding="utf-8"))
}
DJANGOS_OWN = {"help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color",
               "skip_checks"}  # fmt: skip


@cache
def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def missing(name: str, wanted: Iterable[str]) -> list[str]:
    """Those that a page of the documents does not have; there has to be something to look for."""
    looked_for = list(wanted)
    assert looked_for
    return [text for text in looked_for if text not in page(name)]


def default_of(value: object) -> object:
    """A default as the documents write it: an enum's word, and three dots for what only code can say."""
    if isinstance(value, Enum):
        return value.value
    return type("Dots", (), {"__repr__": lambda _self: "…"})() if callable(value) else value


def written(verb: object) -> str:
    """A verb as the documents write it: names and defaults, no types."""
    signature, empty = inspect.signature(verb), inspect.Parameter.empty
    plain = [
        one.replace(annotation=empty, default=empty if one.default is empty else default_of(one.default))
        for one in signature.parameters.values()
    ]
    text = str(signature.replace(parameters=plain, return_annotation=empty))
    return f"`{verb.__name__}{text}`".replace("'", '"')


def test_settings_and_limits():
    assert missing("reference", (f"\n| `{key}` | " for key in KEYS)) == []
    assert missing("reference", (f"\n| `{name}` | `{rate}` | " for name, rate in LIMITS.items())) == []


def test_defaults_of_settings(settings):
    settings.AUTH0_PASSWORD = {}
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \|", page("reference"), re.MULTILINE))
    literal = {key: ast.literal_eval(text) for key, text in rows.items() if not text.startswith("SOCIAL_AUTH")}
    assert {"WAYS", "ENFORCE", "EXEMPT_VIEWS", "RETENTION_DAYS"} <= literal.keys()
    for key, value in literal.items():
        default = getattr(conf, key)
        assert (list(default) if isinstance(value, list) else default) == value, key


def test_codes_of_problems():
    texts = [
        path.read_text(encoding="utf-8") for room in ("answers", "views") for path in (PACKAGE / room).glob("*.py")
    ]
    codes = {code for text in texts for code in re.findall(r'\bcode="(\w+)"|^CODE = "(\w+)"', text, re.MULTILINE)}
    named = {one or other for one, other in codes}
    assert {"session_ended", CODE} <= named
    assert missing("reference", (code for code in named)) == []


def test_no_table_is_cut_in_two():
    """A line without its header is no row."""
    for path in PAGES:
        lines = path.read_text(encoding="utf-8").splitlines()
        for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
            begins = line.startswith("|") and not before.startswith("|")
            assert not begins or after.startswith("| ---"), f"{path.name}: {line}"


def test_checks():
    assert missing("reference", (f"\n| `auth0_password.{found}` | " for found in CHECKS)) == []
    assert set(re.findall(r"\b([EW]\d{3}) ", checks.__doc__)) == CHECKS


def test_addresses():
    assert missing("reference", (f"\n| `{one.name}` | `{one.pattern}` | " for one in urls.urlpatterns)) == []


@pytest.mark.parametrize("pattern", urls.urlpatterns, ids=lambda pattern: pattern.name)
def test_methods_of_addresses(pattern):
    methods = [name.upper() for name in pattern.callback.view_class.http_method_names if name in {"get", "post"}]
    assert missing("reference", [f"\n| `{pattern.name}` | `{pattern.pattern}` | {', '.join(methods)} | "]) == []


def test_ways():
    assert missing("reference", (f"\n| `{name}` | " for name in WHY_NOT)) == []
    words = set(re.findall(r"`([a-z_]+)`", Way.__doc__)) - {"why_not"}
    assert missing("reference", (f"\n| `{word}` | " for word in words)) == []


def test_signals():
    events = [getattr(signals, "".join(map(str.title, name.split("_"))) + "Event") for name in SIGNALS]
    assert (
        missing(
            "reference", (f"\n| `{name}` | `{event.__name__}` | " for name, event in zip(SIGNALS, events, strict=True))
        )
        == []
    )
    assert missing("reference", (f"`{field.name}`" for event in events for field in fields(event))) == []
    assert missing("reference", ["`event_id`", "`user_pk`"]) == []
    for name in SIGNALS:
        assert f"\n{name}(" in (signals.__doc__ or "")


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(name):
    """Each has its part, with every option that is its own."""
    _, _, part = page("commands").partition(f"\n## `{name}`\n")
    part, general = part.partition("\n## ")[0], page("commands").partition("\n## ")[0]
    parser = load_command_class("auth0_password", name).create_parser("manage.py", name)
    options = [one for one in parser._actions if one.dest not in DJANGOS_OWN]
    assert part
    assert options
    for option in options:
        for choice in [option.option_strings[0], *map(str, option.choices or [])]:
            assert re.search(rf"`{choice}\b", part + general), choice


def test_kinds_of_work():
    assert missing("operations", (f"\n| `{kind}` | " for kind in KINDS)) == []


def test_how_users_are_told():
    assert missing("administration", (f"\n| `{word}` | " for word in models.Tell.values)) == []
    outcomes = [tell.SENT, tell.NOT_NEEDED, tell.LIMIT, *tell.FINAL.values(), "address_refused", "mail_server"]
    assert missing("administration", (f"`{word}`" for word in outcomes)) == []


def test_permissions():
    own = [name for name, _ in models.PasswordState._meta.permissions]
    assert missing("administration", (f" | `{name}` | " for name in own)) == []


def test_verbs_as_they_are_written():
    assert missing("services", (f"\n{written(getattr(services, verb))}\n: " for verb in services.__all__)) == []
    assert missing("services", (f"`{reason}`" for reason in models.Reason.values)) == []


def test_errors():
    ours = [
        name for name, value in vars(exceptions).items() if getattr(value, "__module__", "") == exceptions.__name__
    ]
    ours.remove("Auth0PasswordError")
    assert missing("services", (f"`{name}` | " for name in ours)) == []


def test_what_tests_can_use():
    types = {"ChangePassword", "FlagUser"}
    assert missing("your-tests", (f"`{name}`" for name in set(testing.__all__) - types)) == []
    verbs = {name for name, _ in inspect.getmembers(Gateway, inspect.isfunction)} | {"now"}
    own = {name for name in dir(testing.InMemoryGateway()) if not name.startswith("_")} - verbs
    assert missing("your-tests", (f"`{name}" for name in own)) == []


def test_templates_blocks_and_tags():
    texts = {path: path.read_text(encoding="utf-8") for path in (PACKAGE / "templates").rglob("*.*")}
    names = [str(path.relative_to(PACKAGE / "templates")) for path in texts]
    shown = [name.removeprefix("admin/").removeprefix("auth0_password/") for name in names]
    assert missing("templates", (f"`{name}`" for name in shown)) == []
    assert (
        missing(
            "templates", {f"`{block}`" for text in texts.values() for block in re.findall(r"{% block ([\w-]+)", text)}
        )
        == []
    )
    assert missing("templates", (f"|{name}`" for name in register.filters)) == []
    assert missing("templates", (f"`{{% {name} " for name in register.tags)) == []


def test_colours():
    sheet = (PACKAGE / "static" / "auth0_password" / "account.css").read_text(encoding="utf-8")
    assert missing("templates", {f"`{name}`" for name in re.findall(r"(--ap-[\w-]+):", sheet)}) == []


def test_links_and_pictures_lead_somewhere():
    """To a file that is there, and to a heading of it."""
    for path in PAGES:
        for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", path.read_text(encoding="utf-8")):
            there = path.parent / target if target else path
            assert there.exists(), f"{path.name}: {target}"
            assert not anchor or anchor in anchors(there), f"{path.name}: {target}#{anchor}"


def anchors(path: Path) -> set[str]:
    """What links can name in a page: its headings, as they are on the web, and the marks before them."""
    text = path.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE))
