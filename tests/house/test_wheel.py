"""What is in the wheel: the package, with its pages, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True)
    [wheel] = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_everything_of_the_package_is_in_it(names):
    package = ROOT / "auth0_password"
    kinds = {".py", ".html", ".css", ".js", ".json", ".txt", ".mo"}
    wanted = [path for path in package.rglob("*") if path.suffix in kinds or path.name == "py.typed"]
    assert {str(path.relative_to(ROOT)) for path in wanted} <= names


def test_nothing_else_is_in_it(names):
    assert {name.split("/")[0] for name in names} == {"auth0_password", "django_auth0_password-0.1.0.dist-info"}
