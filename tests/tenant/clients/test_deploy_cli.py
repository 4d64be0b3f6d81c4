"""Auth0's own deploy CLI imports a bundle of Actions, triggers, forms, flows and vault connections, over TLS."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from demo_site.tenant.actions.workers import node
from tests.support.browser import Browser
from tests.support.npm import NotToBeHadError, package
from tests.tenant.application import MANAGEMENT, SITE, Application

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

BUNDLE = Path(__file__).with_name("bundle")
WANTED = ["actions", "triggers", "forms", "flows", "flowVaultConnections"]
LONGEST_S = 120


@pytest.fixture(scope="module")
def a0deploy() -> list[str]:
    try:
        home = package("auth0-deploy-cli", "8.44.0")
    except NotToBeHadError as reason:
        pytest.skip(f"No deploy CLI: {reason}")
    return [node(), str(home / "node_modules" / ".bin" / "a0deploy")]


def imported(command: list[str], tenant: LocalTenant, greeting: str) -> str:
    """What the CLI wrote."""
    setup = {"type": "OAUTH_APP", "client_id": "m2m", "client_secret": "m2m-secret", "domain": tenant.domain}
    said = {
        "AUTH0_DOMAIN": tenant.domain,
        "AUTH0_CLIENT_ID": MANAGEMENT[0],
        "AUTH0_CLIENT_SECRET": MANAGEMENT[1],
        "AUTH0_INCLUDED_ONLY": json.dumps(WANTED),
        "AUTH0_KEYWORD_REPLACE_MAPPINGS": json.dumps({"GREETING": greeting, "VAULT_SETUP": setup}),
        "NODE_EXTRA_CA_CERTS": str(tenant.ca_file),
    }
    ran = subprocess.run(
        [*command, "import", "-i", str(BUNDLE)],
        capture_output=True, text=True, timeout=LONGEST_S, check=False, env=os.environ | said,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def only(secure: Application, path: str, name: str) -> dict[str, Any]:
    """The only one of its kind, as its own address shows it."""
    (item,) = secure.api("GET", path, params={} if name == "actions" else {"include_totals": "true"}).json()[name]
    return dict(secure.api("GET", f"{path}/{item['id']}").json())


def test_a_bundle_is_imported_and_runs_and_imported_again_it_is_changed(secure: Application, a0deploy: list[str]):
    imported(a0deploy, secure.tenant, "Welcome")
    vault = only(secure, "flows/vault/connections", "connections")
    flow = only(secure, "flows", "flows")
    form = only(secure, "forms", "forms")
    action = only(secure, "actions/actions", "actions")
    assert (vault["name"], vault["ready"]) == ("auth0-password", True)
    assert flow["actions"][0]["params"]["connection_id"] == vault["id"]
    assert form["nodes"][1]["config"]["flow_id"] == flow["id"]
    secure.tenant.advance(1)
    assert greeting(secure) == "Welcome, Alice Example"

    assert "Updated [actions]" in imported(a0deploy, secure.tenant, "Good evening")
    changed = only(secure, "actions/actions", "actions")
    assert (changed["id"], changed["deployed_version"]["number"]) == (action["id"], 2)
    for path, before in {"flows/vault/connections": vault, "flows": flow, "forms": form}.items():
        assert only(secure, path, path.rpartition("/")[2])["id"] == before["id"]
    secure.tenant.advance(1)
    assert greeting(secure) == "Good evening, Alice Example"


def greeting(secure: Application) -> str:
    claims = secure.claims(secure.sign_in(Browser(stop_at=SITE)))
    return str(claims["https://example.com/greeting"])
