"""DEV-01: the local tenant is for this machine and for trying things out, and nothing of it reaches a real site."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from demo_site import seed
from tests.support.tenant import LocalTenant

ROOT = Path(__file__).parents[2]
TENANT = ROOT / "demo_site" / "tenant"


def start(*words: str, **environment: str) -> tuple[int, str]:
    """Exit status and errors of a tenant that ought not to run: one that does is stopped, and has the status 0."""
    command = [sys.executable, "-m", "demo_site.tenant", "--port", "0", *words]
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"} | environment
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if process.stdout.readline():  # it is ready
        process.kill()
        process.communicate()
        return 0, ""
    return process.wait(20), process.communicate()[1]


@pytest.fixture
def site(tmp_path):
    """The environment of a site whose settings are these lines."""

    def named(*lines: str, name: str = "library_settings") -> dict[str, str]:
        (tmp_path / f"{name}.py").write_text("\n".join(["SECRET_KEY = 'x'", *lines]), encoding="utf-8")
        return {"DJANGO_SETTINGS_MODULE": name, "PYTHONPATH": str(tmp_path)}

    return named


class TestProduction:
    """Where a site is served in earnest the tenant does not start."""

    @pytest.mark.parametrize(
        "lines",
        [
            ["DEBUG = False"],
            ["DEBUG: bool = False"],
            ["DEBUG = True", "DEBUG = False"],
            ["import os", "DEBUG = os.environ.get('NOBODY_SETS_THIS') == 'yes'"],
            ["ALLOWED_HOSTS = ['www.example.com']"],  # Django's default is False
            ["DEBUG = True", "if SECRET_KEY:", "    DEBUG = False"],
            ["DEBUG = True", "from production import *"],
            ["import os", "DEBUG = os.environ['NOBODY_SETS_THIS']"],
            ["DEBUG = True", "def"],
        ],
        ids=[
            "off",
            "annotated",
            "off in the end",
            "by the environment",
            "unsaid",
            "by a condition",
            "by another file",
            "not readable here",
            "no Python",
        ],
    )
    def test_settings_without_debug(self, site, lines):
        site("DEBUG = False", "ALLOWED_HOSTS = ['*']", name="production")
        status, why = start(**site(*lines))
        assert status == 2
        assert "library_settings" in why
        assert "Traceback" not in why

    @pytest.mark.parametrize("value", ["False", "false", "0", "no", "OFF", " false "])
    @pytest.mark.parametrize("name", ["DEBUG", "DJANGO_DEBUG"])
    def test_an_environment_without_debug(self, name, value):
        status, why = start(**{name: value})
        assert status == 2
        assert f"{name}=" in why

    def test_the_settings_of_a_wheels_site_in_their_base(self, site):
        site("DEBUG = True", name="base")
        assert start(**site("from base import *", "DEBUG = False"))[0] == 2

    def test_settings_in_a_package_that_wants_its_secrets(self, tmp_path):
        (tmp_path / "library").mkdir()
        (tmp_path / "library" / "__init__.py").write_text("import os; KEY = os.environ['NOBODY_SETS_THIS']")
        (tmp_path / "library" / "settings.py").write_text("DEBUG = True")
        assert start(DJANGO_SETTINGS_MODULE="library.settings", PYTHONPATH=str(tmp_path))[0] == 2

    def test_the_reason_says_a_way_out(self, site):
        assert "unset DJANGO_SETTINGS_MODULE" in start(**site("DEBUG = False"))[1]


class TestDevelopment:
    @pytest.mark.parametrize(
        "lines",
        [["DEBUG = True"], ["import os", "DEBUG = os.environ.get('NOBODY_SETS_THIS') is None"]],
        ids=["on", "by the environment"],
    )
    def test_a_developers_site_may_be_named(self, site, lines):
        assert start(**site(*lines)) == (0, "")

    @pytest.mark.parametrize(
        "environment",
        [
            {},
            {"DEBUG": "1"},
            {"DEBUG": "", "DJANGO_DEBUG": "true"},
            {"DJANGO_SETTINGS_MODULE": "demo_site.settings"},
            {"DJANGO_SETTINGS_MODULE": "tests.settings"},
            {"DJANGO_SETTINGS_MODULE": "no.such.settings"},
            {"DJANGO_SETTINGS_MODULE": ""},
        ],
        ids=str,
    )
    def test_so_may_the_demonstration_and_nothing(self, environment):
        assert start(**environment) == (0, "")

    def test_the_named_settings_are_not_run_in_its_process(self, site, tmp_path):
        lines = ["import os, pathlib", f"pathlib.Path({str(tmp_path)!r}, str(os.getpid())).touch()", "DEBUG = True"]
        assert start(**site(*lines)) == (0, "")
        assert not [path for path in tmp_path.iterdir() if path.name.isdigit()]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "127.0.0.1.example.com", "localhost"])  # noqa: S104
def test_no_other_address(host):
    status, why = start("--host", host)
    assert status == 2
    assert "127.0.0.1 only" in why


def test_keys_of_its_own_at_every_start():
    """Two of the same seed; a state file keeps one tenant's over its restarts."""
    with LocalTenant.start() as one, LocalTenant.start() as other:
        keys = [requests.get(f"{it.base_url}/.well-known/jwks.json", timeout=5).json()["keys"] for it in (one, other)]
    assert all(keys)
    assert not {key["n"] for key in keys[0]} & {key["n"] for key in keys[1]}


def test_no_key_is_printed_anywhere():
    texts = [
        path for path in ROOT.glob("[!.b]*/**/*") if path.suffix in {".py", ".json", ".md", ".html", ".js", ".pem"}
    ]
    assert len(texts) > 100
    assert not [path for path in texts if re.search("BEGIN [A-Z ]*PRIVATE KEY", path.read_text("utf-8"))]


def test_there_is_one_layout_and_it_says_what_it_is():
    whole = [path for path in (TENANT / "templates").glob("*.html") if "<html" in path.read_text("utf-8")]
    assert [path.name for path in whole] == ["base.html"]
    said, _, content = whole[0].read_text("utf-8").partition("{% block content %}")
    assert '<span class="pill">local tenant · not Auth0</span>' in said
    assert content


@pytest.mark.parametrize("path", ["/", "/inbox", "/users", "/logs", "/no-such-page", "/u/login?state=none"])
def test_it_is_said_on_pages_and_errors(page_of, path):
    assert "local tenant · not Auth0" in page_of(path)


@pytest.fixture(scope="module")
def page_of():
    with LocalTenant.start() as tenant:
        yield lambda path: requests.get(f"{tenant.base_url}{path}", timeout=5).text


def test_nothing_of_the_package_leads_to_it():
    """Not even a name in a string or a template."""
    texts = [path for path in (ROOT / "auth0_password").rglob("*") if path.suffix in {".py", ".html", ".txt", ".js"}]
    assert len(texts) > 100
    assert not [path for path in texts if "demo_site" in path.read_text("utf-8")]


def test_seeded_passwords_are_of_addresses_that_nobody_has():
    assert {person["email"].partition("@")[2] for person in seed.people()} == {"example.com"}
