"""Packages from the npm registry, kept in build/npm: where npm is there and the registry answers."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "npm"
INSTALL = ("install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=20000")
LONGEST_S = 120


class NotToBeHadError(Exception):
    """Why there is no such package, in one line."""


def package(name: str, version: str) -> Path:
    """The directory with the ``node_modules`` that a package is in."""
    home = KEPT / f"{name.replace('/', '+')}@{version}"
    npm = shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        raise NotToBeHadError("npm is not installed")
    if not home.exists():
        _install(npm, f"{name}@{version}", home)
    return home


def _install(npm: str, wanted: str, home: Path) -> None:
    """Whole or not at all, also if two test runs want it at once."""
    KEPT.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=KEPT, prefix="."))
    try:
        command = [npm, *INSTALL, "--prefix", str(fresh), wanted]
        subprocess.run(command, check=True, capture_output=True, timeout=LONGEST_S)
        fresh.rename(home)
    except (OSError, subprocess.SubprocessError) as error:
        if not home.exists():
            raise NotToBeHadError(f"npm does not get {wanted}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
