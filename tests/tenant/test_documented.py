"""docs/local-tenant.md lists every address of the tenant with its methods, and none that it has not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "local-tenant.md"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Of these it can be seen from outside which methods they know: without a token they answer 401, else 404 or 405.
APIS = ("/api/v2/", "/me/v1/", "/_control/", "/dbconnections/", "/mfa/", "/oauth/")
WALK = """
import django; django.setup()
from django.urls import get_resolver

def walk(patterns, before):
    for item in patterns:
        here = before + str(item.pattern)
        if hasattr(item, "url_patterns"):
            walk(item.url_patterns, here)
        else:
            print(here)

walk(get_resolver().url_patterns, "/")
"""


@pytest.fixture(scope="module")
def served() -> set[str]:
    """Every address of the tenant's URL configuration, as the page writes it."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "demo_site.tenant.settings"}
    command = [sys.executable, "-c", WALK]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return {address for line in done.stdout.splitlines() for address in spelled(line)}


@pytest.fixture(scope="module")
def documented() -> dict[str, list[str]]:
    """The rows of the last table: an address and its methods; each row names a source too."""
    section = PAGE.read_text("utf-8").partition("\n## Every address\n")[2]
    rows = re.findall(r"^\| `(/\S*)` \| ([A-Z, ]+) \| (.+) \|$", section, re.MULTILINE)
    assert rows
    assert all(source.strip() for _, _, source in rows)
    assert len(rows) == len({address for address, _, _ in rows}), "an address stands there twice"
    return {address: methods.split(", ") for address, methods, _ in rows}


def spelled(pattern: str) -> list[str]:
    """``<str:user_id>`` is written ``{user_id}``; a choice of names is one address for each."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern.replace("^", "").replace("$", ""))
    choice = re.search(r"\(\?P\{\w+\}([^)]+)\)", path)
    return [path.replace(choice[0], name) for name in choice[1].split("|")] if choice else [path]


def test_every_address_is_there_and_no_other(served: set[str], documented: dict[str, list[str]]):
    assert served - documented.keys() == set(), "in the URL configuration, not in docs/local-tenant.md"
    assert documented.keys() - served == set(), "in docs/local-tenant.md, not in the URL configuration"


def test_with_the_methods_that_it_answers(tenant: LocalTenant, documented: dict[str, list[str]]):
    tenant.plan(my_account_api=True)
    wrong = {}
    for address, methods in documented.items():
        if not address.startswith(APIS):
            continue
        url = tenant.base_url + re.sub(r"\{\w+\}", "x", address)
        answers = {method: requests.request(method, url, timeout=5).status_code for method in METHODS}
        answered = [method for method, status in answers.items() if status not in (404, 405)]
        if answered != methods:
            wrong[address] = answered
    assert wrong == {}
