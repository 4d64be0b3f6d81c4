"""Whoever installs the package gets what it imports; what is optional is imported by the optional rooms only."""

from __future__ import annotations

import ast
import re
import sys
from importlib import metadata
from pathlib import Path

import auth0_password

PACKAGE = Path(auth0_password.__file__).parent
OPTIONAL = {"rest_framework.py": {"rest_framework"}, "testing": {"pytest"}}
"""Rooms for who has these installed anyway, by file or folder."""


def needed(distribution: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """The names of what a distribution requires, and what that requires."""
    found = set()
    for line in metadata.requires(distribution) or []:
        name = re.match(r"[\w.-]+", line)[0].lower()
        if "extra ==" not in line and name not in seen and installed(name):
            found |= {name} | needed(name, seen | {name})
    return found


def installed(name: str) -> bool:
    try:
        return bool(metadata.distribution(name))
    except metadata.PackageNotFoundError:
        return False


def imported(path: Path) -> set[str]:
    """The first parts of the modules that a file imports, its own package's aside."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.split(".")[0] for name in names}


def test_what_is_imported_is_required():
    owners, required = metadata.packages_distributions(), needed("django-auth0-password")
    assert {"django", "auth0-python"} <= required
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).parts
        allowed = set().union(*(names for room, names in OPTIONAL.items() if room in {*parts, path.stem}))
        others = imported(path) - sys.stdlib_module_names - {"auth0_password"} - allowed
        strangers = {name for name in others if not {one.lower() for one in owners.get(name, [])} & required}
        assert strangers == set(), path
