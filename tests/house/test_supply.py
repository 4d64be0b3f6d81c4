"""SUP-01: no version with a known advisory is let in, and importing the package asks nobody for anything."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
REQUIRED = {
    one.name: one
    for one in map(Requirement, tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"])
}

ADVISORIES = {
    ("django", "5.2.12"): "CVE-2026-4292, -3902, -33033, -33034: fixed in 5.2.13",
    ("django", "6.0"): "the same: fixed in 6.0.4",
    ("django", "6.0.3"): "the same",
    ("social-auth-app-django", "5.5.1"): "CVE-2025-61783: fixed in 5.6.0",
    ("pyjwt", "2.11.0"): "CVE-2026-32597: fixed in 2.12.0",
    ("pyjwt", "2.13.0"): "CVE-2026-102268, -102267: fixed in 2.14.0",
    ("pyjwt", "2.14.0"): "CVE-2026-102275: fixed in 2.15.0",
    ("requests", "2.32.3"): "CVE-2024-47081: fixed in 2.32.4",
    ("requests", "2.32.5"): "CVE-2026-25645: fixed in 2.33.0",
    ("httpcore", "1.0.8"): "lets in h11 before 0.16, CVE-2025-43859",
}
"""The last version of each line that has one. Later ones are added here, and make the floors rise."""

WANTED = {"django": ["5.2.13", "5.2.19", "6.0.4", "6.1"], "social-auth-app-django": ["8.0.0"]}


@pytest.mark.parametrize(("name", "version"), ADVISORIES)
def test_the_floors_hold_advisories_off(name, version):
    assert version not in REQUIRED[name].specifier, ADVISORIES[name, version]


@pytest.mark.parametrize(("name", "version"), [(name, one) for name, many in WANTED.items() for one in many])
def test_and_let_in_what_we_support(name, version):
    assert version in REQUIRED[name].specifier


@pytest.mark.parametrize("name", REQUIRED)
def test_each_has_a_floor_that_is_met_here(name):
    assert any(one.operator == ">=" for one in REQUIRED[name].specifier)
    assert Version(metadata.version(name)) in REQUIRED[name].specifier


FORBID = """
import sys
ASKING = {"connect", "getaddrinfo", "gethostbyname", "gethostbyaddr", "sendto", "sendmsg"}

def forbid(event, args):
    if event.removeprefix("socket.") in ASKING:
        raise RuntimeError(f"{event} {args}")

sys.addaudithook(forbid)
"""
IMPORT_ALL = """
import importlib, pkgutil, django, auth0_password
django.setup()
for module in pkgutil.walk_packages(auth0_password.__path__, "auth0_password."):
    importlib.import_module(module.name)
    print(module.name)
from django.core.management import call_command
call_command("check", "--deploy", "--fail-level", "CRITICAL")
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "demo_site.settings"}
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_importing_and_checking_needs_no_network():
    done = run(FORBID + IMPORT_ALL)
    assert done.returncode == 0, done.stderr
    assert {"auth0_password.gateway.transport", "auth0_password.admin.states"} <= set(done.stdout.split())


@pytest.mark.parametrize("ask", ["create_connection(('127.0.0.1', 9))", "getaddrinfo('tenant.eu.auth0.com', 443)"])
def test_whatever_would_ask_is_noticed(ask):
    done = run(f"{FORBID}\nimport socket\nsocket.{ask}")
    assert done.returncode != 0
    assert "RuntimeError: socket." in done.stderr
