"""Packages from the npm registry, kept in build/npm: where npm is there and the registry answers."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from demo_site.tenant.actions.workers import node

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "npm"
INSTALL = ("install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=20000")
LONGEST_S = 120


class NotToBeHadError(Exception):
    """Why there is no such package, in one line."""


def package(name: str, version: str) -> Path:
    """The directory with the ``node_modules`` that a package is in. What is in them runs with ``node()``."""
    home = KEPT / f"{name.replace('/', '+')}@{version}"
    if not home.exists():
        _install(f"{name}@{version}", home)
    return home


def _npm() -> list[str]:
    """Beside the Node that runs Actions, or the machine's own."""
    script = Path(node()).parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if script.exists():
        return [node(), str(script)]
    found = shutil.which("npm")
    if found is None:
        raise NotToBeHadError("npm is not installed")
    return [found]


def _install(wanted: str, home: Path) -> None:
    """Whole or not at all, also if two test runs want it at once."""
    npm = _npm()
    KEPT.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=KEPT, prefix="."))
    try:
        command = [*npm, *INSTALL, "--prefix", str(fresh), wanted]
        subprocess.run(command, check=True, capture_output=True, timeout=LONGEST_S)
        fresh.rename(home)
    except (OSError, subprocess.SubprocessError) as error:
        if not home.exists():
            raise NotToBeHadError(f"npm does not get {wanted}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
