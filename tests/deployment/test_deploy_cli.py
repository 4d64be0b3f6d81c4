"""Auth0's own deploy CLI takes the exported bundle: it finds no fault, and after its import nothing is left to do."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from auth0_password.deployment import Tenant, make_plan, wanted
from auth0_password.deployment.export import export
from auth0_password.gateway.tenant_api import TenantApi
from demo_site.tenant.actions.workers import node
from tests.deployment.test_export import EVERYTHING, RECEIVER, VALUES, bind_foreign
from tests.support.deployed import CLIENT_ID, CLIENT_SECRET, SECRETS, deploying_client
from tests.support.npm import NotToBeHadError, package
from tests.support.tenant import LocalTenant, demo_seed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LONGEST_S = 240
# Which vault connection has the application's secret is noted by auth0_deploy alone, so it would make a new one.
VAULT = "vault connection 'auth0-password form'"
BY_HAND = {"scopes", "login-route", "logout-url", "ip-header", "back-channel-logout", "instructions-url"}
KINDS = ["actions", "triggers", "forms", "flows", "flowVaultConnections", "logStreams", "clients", "clientGrants"]
VALIDATE = """
const { setupContext } = require('auth0-deploy-cli/lib/context');
const { Auth0 } = require('auth0-deploy-cli/lib/tools');
const config = {
  AUTH0_DOMAIN: 'offline.invalid', AUTH0_ACCESS_TOKEN: 'x', AUTH0_INPUT_FILE: process.argv[2],
  AUTH0_INCLUDED_ONLY: JSON.parse(process.argv[3]), AUTH0_KEYWORD_REPLACE_MAPPINGS: JSON.parse(process.argv[4]),
};
(async () => {
  const context = await setupContext(config, 'import');
  await context.loadAssetsFromLocal();
  await new Auth0(context.mgmtClient, context.assets, (key) => config[key]).validate();
  const { actions, forms, triggers } = context.assets;
  const codes = Object.fromEntries(actions.map(({ name, code }) => [name, code]));
  console.log(JSON.stringify({ codes, forms: forms.length, triggers: Object.keys(triggers) }));
})().catch((error) => { console.error(error.message); process.exit(1); });
"""


@pytest.fixture(scope="module")
def cli() -> Path:
    try:
        return package("auth0-deploy-cli", "8.44.0") / "node_modules"
    except NotToBeHadError as reason:
        pytest.skip(f"No deploy CLI: {reason}")


@pytest.fixture
def configure(db, settings):
    def at(domain: str, **changes: Any) -> None:
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, **EVERYTHING, **changes, "DOMAIN": domain}

    return at


class TestValidation:
    @pytest.fixture
    def bundle(self, configure, tmp_path: Path) -> Path:
        """Written without a tenant, and the triggers as if somebody had bound another one."""
        configure("127.0.0.1:9")
        export(tmp_path / "bundle", wanted())
        (tmp_path / "bundle" / "triggers").mkdir()
        bound = [{"action_name": "auth0-password post-login", "display_name": "ours"}]
        (tmp_path / "bundle" / "triggers" / "triggers.json").write_text(json.dumps({"post-login": bound}), "utf-8")
        return tmp_path / "bundle"

    def test_its_own(self, cli: Path, bundle: Path):
        """There is no network in it."""
        ran = validated(cli, bundle, VALUES)
        assert ran.returncode == 0, ran.stderr
        told = json.loads(ran.stdout.splitlines()[-1])
        assert (told["forms"], told["triggers"]) == (1, ["post-login"])
        assert told["codes"].keys() == {f"auth0-password {trigger}" for trigger in wanted().actions}
        for action in wanted().actions.values():
            assert told["codes"][action.name] == action.code(form_id=VALUES["AUTH0_PASSWORD_FORM_ID"])

    def test_a_value_that_is_missing_is_noticed(self, cli: Path, bundle: Path):
        """It must not be imported as it stands there: everybody knows it."""
        less = {name: value for name, value in VALUES.items() if name != "AUTH0_PASSWORD_VERIFIER_SECRET"}
        ran = validated(cli, bundle, less)
        assert ran.returncode == 1
        assert "Error parsing JSON" in ran.stderr
        assert "password-reset-post-challenge.json" in ran.stderr


def validated(cli: Path, bundle: Path, values: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    script = bundle.with_name("validate.js")
    script.write_text(VALIDATE, "utf-8")
    command = [node(), str(script), str(bundle), json.dumps(KINDS), json.dumps(values)]
    environment = os.environ | {"NODE_PATH": str(cli)}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=LONGEST_S, check=False, env=environment, cwd=bundle
    )


@pytest.fixture
def secure(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalTenant]:
    """A tenant over https, which is what the CLI speaks."""
    with LocalTenant.start(deploying_client(demo_seed(EVERYTHING["SITE_URL"])), tls=True) as tenant:
        monkeypatch.setenv("SSL_CERT_FILE", str(tenant.ca_file))
        yield tenant
    assert not tenant.errors, "".join(tenant.errors)


def imported(cli: Path, tenant: LocalTenant, folder: Path, kinds: list[str], values: Mapping[str, str]) -> None:
    """As the bundle's README says it, with the values in the environment."""
    said = {
        "AUTH0_DOMAIN": tenant.domain,
        "AUTH0_CLIENT_ID": CLIENT_ID,
        "AUTH0_CLIENT_SECRET": CLIENT_SECRET,
        "AUTH0_INCLUDED_ONLY": json.dumps(kinds),
        "NODE_EXTRA_CA_CERTS": str(tenant.ca_file),
        **{f"AUTH0_PASSWORD_{name}": value for name, value in values.items()},
    }
    command = [node(), str(cli / ".bin" / "a0deploy"), "import", "--input_file", "."]
    ran = subprocess.run(
        command, capture_output=True, text=True, timeout=LONGEST_S, check=False, env=os.environ | said, cwd=folder
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_an_import_gives_what_auth0_deploy_gives(configure, cli: Path, secure: LocalTenant, tmp_path: Path):
    configure(secure.base_url)
    api = TenantApi(CLIENT_ID, CLIENT_SECRET, sleep=secure.advance)
    bind_foreign(secure, "Greet", api)
    folder = tmp_path / "bundle"
    runs = export(folder, wanted(), Tenant(api)).imports

    imported(cli, secure, folder, runs[0], {})
    [application] = [one for one in api.list("clients", "clients") if one["name"] == "auth0-password form"]
    made = api.post(f"clients/{application['client_id']}/rotate-secret")
    values = {"FORM_CLIENT_ID": made["client_id"], "FORM_CLIENT_SECRET": made["client_secret"]}
    imported(cli, secure, folder, runs[1], values)
    [form] = api.list("forms", "forms")
    values = {"FORM_ID": form["id"], "RECEIVER_2_SECRET": RECEIVER["secret"], **SECRETS}
    imported(cli, secure, folder, runs[2], values | {"LOG_STREAM_TOKEN": EVERYTHING["LOG_STREAM_TOKEN"]})

    secure.advance(5)
    plan = make_plan(Tenant(api), wanted())
    left = {step.what: step.details for step in plan.pending if step.part not in BY_HAND}
    assert left.keys() == {VAULT}, left
    assert api.list("flows/vault/connections", "connections")[0]["ready"] is True
    bound = api.list("actions/triggers/post-login/bindings", "bindings")
    assert [binding["action"]["name"] for binding in bound] == ["Greet", "auth0-password post-login"]
