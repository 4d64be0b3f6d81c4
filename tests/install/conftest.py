"""An empty project, the package from its wheel in an environment of its own, and the README in hand."""

from __future__ import annotations

import os
import site as python_site
import socket
import subprocess
import sys
import time
import venv
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from tests.install.readme import ROOT, Lines
from tests.support.tenant import LocalTenant, demo_seed

if TYPE_CHECKING:
    from collections.abc import Iterator

FROM_A_CHECKOUT = (ROOT / "auth0_password").is_dir()
"""Else these tests run where the wheel is installed already (`.ci/cell`)."""


@dataclass
class Project:
    """A folder with a `manage.py`, and the Python that runs it."""

    folder: Path
    python: str

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Run Python in the folder; nothing of this test run's surroundings leads to the checkout."""
        left_out = {"PYTHONPATH", "DJANGO_SETTINGS_MODULE"}
        env = {name: value for name, value in os.environ.items() if name not in left_out}
        written = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen([self.python, *words], cwd=self.folder, env=env, **written)

    def run(self, *words: str) -> tuple[int, str]:
        """Exit status, and what it wrote."""
        process = self.start(*words)
        written, _ = process.communicate(timeout=60)
        return process.returncode, written

    def append(self, name: str, text: str) -> None:
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}")

    @contextmanager
    def served(self, port: int) -> Iterator[str]:
        """Its address, while Django's own server runs."""
        url = f"http://localhost:{port}"
        process = self.start("manage.py", "runserver", "--noreload", str(port))
        try:
            for _ in range(600):
                if process.poll() is not None or answers(url):
                    break
                time.sleep(0.05)
            assert process.poll() is None, process.communicate()[0]
            yield url
        finally:
            process.terminate()
            process.communicate(timeout=10)


@pytest.fixture(scope="module")
def readme() -> Lines:
    return Lines.of_readme()


@pytest.fixture(scope="module")
def project(tmp_path_factory, readme) -> Project:
    """What `django-admin startproject` makes, after the README's first line."""
    folder = tmp_path_factory.mktemp("library")
    python = an_environment(tmp_path_factory.mktemp("environment"), readme.pip) if FROM_A_CHECKOUT else sys.executable
    made = Project(folder, python)
    status, written = made.run("-m", "django", "startproject", "library", ".")
    assert status == 0, written
    return made


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def tenant(port) -> Iterator[LocalTenant]:
    """In place of Auth0: the demonstration's people and applications, for a site at that port."""
    with LocalTenant.start(demo_seed(f"http://localhost:{port}")) as running:
        yield running


@pytest.fixture(scope="module")
def installed(project, readme, tenant) -> Project:
    """The project with the README's lines at the end of its settings and its URLs."""
    login, server = demo_seed()["clients"][:2]
    theirs = [tenant.domain, *ids(login), *ids(server)]
    project.append("library/settings.py", readme.settings_with(theirs))
    project.append("library/urls.py", readme.urls)
    return project


@pytest.fixture(scope="module")
def site(installed, readme, port) -> Iterator[str]:
    """The address of the project's running site, its tables made as the README says."""
    for command in readme.manage:
        status, written = installed.run(*command[1:])
        assert status == 0, written
    with installed.served(port) as url:
        yield url


def an_environment(folder: Path, pip: list[str]) -> str:
    """A Python with what this one has, but the package from a wheel, by the README's line. No index is asked for it.

    A path in a `.pth` file leads to the packages of this environment, not to its editable installations: Python
    reads no `.pth` files there.
    """
    wheels, home = folder / "wheels", folder / "venv"
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(wheels), str(ROOT)]
    subprocess.run(command, check=True)
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    [packages] = home.glob("lib/python*/site-packages")
    (packages / "others.pth").write_text("\n".join(python_site.getsitepackages()), encoding="utf-8")
    assert pip[0] == "pip"
    surroundings = {"NO_INDEX": "1", "FIND_LINKS": str(wheels), "NO_DEPS": "1", "IGNORE_INSTALLED": "1", "QUIET": "1"}
    env = os.environ | {f"PIP_{name}": value for name, value in surroundings.items()}
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), *pip[1:]], check=True, env=env)
    return str(python)


def ids(client: dict[str, str]) -> list[str]:
    return [client["client_id"], client["client_secret"]]


def answers(url: str) -> bool:
    try:
        return bool(requests.get(url, timeout=5).status_code)
    except requests.ConnectionError:
        return False
