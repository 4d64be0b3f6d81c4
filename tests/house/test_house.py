"""The rooms and the arrows between them, and how big things get."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "auth0_password"
FILES = sorted(
    path for path in [*PACKAGE.rglob("*.py"), *(ROOT / "demo_site").rglob("*.py")] if "migrations" not in path.parts
)
LEVELS = [
    {"conf", "exceptions", "signals", "decorators"},
    {"gateway", "models"},
    {"services", "loading", "deployment"},
    {"answers"},
    {"middleware", "backends", "pipeline", "receivers", "views", "forms", "urls", "webhooks", "admin", "tasks",
     "management", "contrib", "testing", "templatetags"},
    {"checks", "apps"},
]  # fmt: skip
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
ALLOWED_SIDEWAYS = {
    ("exceptions", "conf"), ("conf", "exceptions"), ("urls", "views"), ("urls", "webhooks"), ("views", "forms"),
    ("pipeline", "backends"), ("contrib", "middleware"), ("checks", "pipeline"), ("apps", "checks"),
    ("apps", "receivers"),
}  # fmt: skip


def imports(path: Path) -> set[str]:
    """The modules that a file imports, absolute."""
    package = ".".join(path.relative_to(ROOT).with_suffix("").parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names} | {module}
    return found


def room_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if parts[0] == "auth0_password" and len(parts) > 1 and parts[1] in LEVEL else None


ARROWS = sorted(
    {
        (here, there)
        for path in FILES
        if path.is_relative_to(PACKAGE)
        for here in [room_of("auth0_password." + path.relative_to(PACKAGE).with_suffix("").parts[0])]
        for there in map(room_of, imports(path))
        if here and there and here != there
    }
)


def test_every_room_has_a_level():
    rooms = {path.relative_to(PACKAGE).with_suffix("").parts[0] for path in FILES if path.is_relative_to(PACKAGE)}
    assert rooms - {"__init__"} <= LEVEL.keys()


@pytest.mark.parametrize(("here", "there"), ARROWS, ids="->".join)
def test_arrows_run_downwards(here, there):
    assert LEVEL[there] < LEVEL[here] or (here, there) in ALLOWED_SIDEWAYS


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_who_may_import_what(path):
    names, place = imports(path), path.relative_to(ROOT).parts
    tops = {name.split(".")[0] for name in names}
    if place[0] == "auth0_password":
        assert "demo_site" not in tops
        assert "auth0" not in tops or place[1] == "gateway"
    if place[:2] == ("demo_site", "tenant"):
        assert "auth0_password" not in tops
    if place[0] == "auth0_password" and LEVEL.get(Path(place[1]).stem, 9) <= 2:
        assert not {name for name in names if name.startswith("django.http")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sizes(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 250
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert node.end_lineno - node.lineno + 1 <= 25, f"{node.name} is long"


def test_most_functions_are_short():
    sizes = [
        node.end_lineno - node.lineno + 1
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    assert statistics.median(sizes) <= 8
