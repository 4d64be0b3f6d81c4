"""`auth0_deploy --export`: a bundle for Auth0's deploy CLI, and what that makes of it."""

from __future__ import annotations

import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from auth0_password.deployment import wanted
from auth0_password.deployment.export import export
from auth0_password.deployment.new_password import form_body
from auth0_password.deployment.sources import TRIGGERS
from auth0_password.exceptions import DeploymentError
from auth0_password.gateway import ConnectionOptions
from tests.deployment.designs import components, faults_of_flow, faults_of_form
from tests.support.deployed import CLIENT_ID, CLIENT_SECRET, SECRETS, deploying_client, target, tenant_api
from tests.support.tenant import demo_seed

SITE = "https://library.example"
NOWHERE = "127.0.0.1:9"
RECEIVER = {"url": "https://other.example/hook/", "secret": "local-only-secret-of-another-receiver"}
TOKEN = "Bearer local-only-log-stream-token-of-the-tests"
EVERYTHING = {
    "SITE_URL": SITE,
    "FORCE_AT": "form",
    "RESET_VERIFIER": "tests.unit.test_verify.Verifier",
    "DEPLOY": {"receivers": [RECEIVER]},
    **SECRETS,
    "LOG_STREAM_TOKEN": TOKEN,
}
VALUES = {f"AUTH0_PASSWORD_{name}": f'a "value" of {name}' for name in (
    "HANDOVER_SECRET", "ACTION_SECRET", "RECEIVER_2_SECRET", "VERIFIER_SECRET", "LOG_STREAM_TOKEN",
    "FORM_CLIENT_ID", "FORM_CLIENT_SECRET",
)} | {"AUTH0_PASSWORD_FORM_ID": "ap_ofTheForm"}  # fmt: skip


@pytest.fixture
def configure(db, settings, monkeypatch):
    """Everything is asked for, unless a setting says otherwise. There is no tenant at that address."""
    monkeypatch.delenv("AUTH0_DEPLOY_CLIENT_ID", raising=False)
    monkeypatch.delenv("AUTH0_DEPLOY_CLIENT_SECRET", raising=False)
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = NOWHERE

    def change(**changes):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, **EVERYTHING, **changes}

    change()
    return change


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "bundle"


def found(folder, kind):
    """The documents of a kind by name, as the CLI reads them once it knows the values."""
    documents = [json.loads(replaced(path.read_text("utf-8"))) for path in sorted((folder / kind).glob("*.json"))]
    return {document["name"]: document for document in documents}


def replaced(text):
    for name, value in VALUES.items():
        text = text.replace(f"@@{name}@@", json.dumps(value)).replace(f"##{name}##", value)
    assert not re.search(r"@@\w+@@|##\w+##", text)
    return text


class TestWhatIsInIt:
    @pytest.fixture(autouse=True)
    def bundle(self, configure, folder):
        return export(folder, wanted())

    def test_everything_that_the_settings_ask_for(self, folder):
        assert found(folder, "actions").keys() == {f"auth0-password {trigger}" for trigger in TRIGGERS}
        assert found(folder, "forms").keys() == {"auth0-password new password"}
        assert found(folder, "flows").keys() == {"auth0-password save new password"}
        assert found(folder, "flow-vault-connections").keys() == {"auth0-password form"}
        assert found(folder, "clients").keys() == {"auth0-password form"}
        sink = found(folder, "log-streams")["auth0-password logs"]["sink"]
        assert sink["httpEndpoint"] == f"{SITE}/account/hooks/logs/"

    def test_no_secret(self, folder):
        text = "".join(path.read_text("utf-8") for path in folder.rglob("*.*"))
        assert "AUTH0_PASSWORD_HANDOVER_SECRET" in text
        for secret in [*SECRETS.values(), TOKEN, RECEIVER["secret"]]:
            assert secret not in text

    def test_a_marker_for_each(self, folder, bundle):
        assert bundle.keywords.keys() == VALUES.keys()
        text = "".join(path.read_text("utf-8") for path in folder.rglob("*.js*"))
        assert set(re.findall(r"[@#]{2}(\w+)[@#]{2}", text)) == VALUES.keys()
        assert bundle.keywords["AUTH0_PASSWORD_RECEIVER_2_SECRET"].endswith("['receivers'][0]['secret']")

    def test_actions(self, folder):
        for name, action in found(folder, "actions").items():
            code = folder / action["code"]
            assert code.is_relative_to(folder)
            assert f"auth0-password: {name.removeprefix('auth0-password ')}, version" in code.read_text("utf-8")
            assert action["deployed"] is True
            [trigger] = action["supported_triggers"]
            assert name.endswith(trigger["id"])
        secrets = found(folder, "actions")["auth0-password post-change-password"]["secrets"]
        assert [secret["name"] for secret in secrets] == ["ACTION_SECRET", "RECEIVER_2_SECRET"]
        code = (folder / "actions/auth0-password post-login/code.js").read_text("utf-8")
        assert '"form": "##AUTH0_PASSWORD_FORM_ID##"' in code

    def test_names_that_lead_somewhere(self, folder):
        """The CLI imports names that lead nowhere as they are."""
        [form], [flow] = found(folder, "forms").values(), found(folder, "flows").values()
        fields = {item["id"] for item in components(form)}
        known = {"vaults": found(folder, "flow-vault-connections"), "messages": form["messages"]["custom"]}
        assert faults_of_form(form, flows=found(folder, "flows")) == []
        assert faults_of_flow(flow, fields=fields, **known) == []
        [grant] = (json.loads(path.read_text("utf-8")) for path in (folder / "grants").iterdir())
        assert grant["client_id"] in found(folder, "clients")
        assert set(grant["scope"]) == {"read:users", "update:users", "update:users_app_metadata"}

    def test_what_others_have_set_is_not_in_it(self, folder):
        """Imported, these would replace it."""
        assert not (folder / "triggers").exists()
        text = (folder / "README.md").read_text("utf-8")
        assert "Bind each Action last of its trigger" in text
        for name in ("initiate_login_uri", "allowed_logout_urls", "back-channel logout", "scopes"):
            assert name in text

    def test_how_it_is_imported(self, folder, bundle):
        text = (folder / "README.md").read_text("utf-8")
        runs = [json.loads(one) for one in re.findall(r"AUTH0_INCLUDED_ONLY='(.*?)'", text)]
        assert runs == bundle.imports == [
            ["clients", "clientGrants"],
            ["flowVaultConnections", "flows", "forms"],
            ["actions", "logStreams"],
        ]  # fmt: skip
        for name in VALUES:
            assert f"`{name}`" in text


class TestLess:
    def test_only_what_is_asked_for(self, configure, folder):
        configure(FORCE_AT="deny", LOG_STREAM_TOKEN=[], RESET_VERIFIER="", DEPLOY={"challenge": False})
        bundle = export(folder, wanted())
        assert {path.name for path in folder.iterdir()} == {"actions", "README.md"}
        assert bundle.imports == [["actions"]]
        assert bundle.keywords.keys() == {"AUTH0_PASSWORD_HANDOVER_SECRET", "AUTH0_PASSWORD_ACTION_SECRET"}

    def test_what_is_skipped(self, configure, folder):
        configure(DEPLOY={"skip": ["form", "log-stream"]})
        export(folder, wanted())
        assert not {"forms", "flows", "clients", "log-streams"} & {path.name for path in folder.iterdir()}

    @pytest.mark.parametrize("there", ["a file", "a folder"])
    def test_it_writes_over_nothing(self, configure, folder, there):
        if there == "a folder":
            (folder / "triggers").mkdir(parents=True)
        else:
            folder.write_text("mine", "utf-8")
        with pytest.raises(DeploymentError, match="is there already"):
            export(folder, wanted())
        assert not (folder / "README.md").exists()


class TestWithATenant:
    @pytest.fixture(autouse=True)
    def at_tenant(self, configure, tenant, settings):
        settings.SOCIAL_AUTH_AUTH0_DOMAIN = tenant.domain
        tenant.seed(deploying_client(demo_seed(SITE)))

    def test_others_actions_stay_where_they_are(self, tenant, folder):
        bind_foreign(tenant, "Greet", tenant_api(tenant))
        export(folder, wanted(), target(tenant))
        triggers = json.loads((folder / "triggers/triggers.json").read_text("utf-8"))
        assert triggers["post-login"] == [
            {"action_name": "Greet", "display_name": "Says hello"},
            {"action_name": "auth0-password post-login", "display_name": "auth0-password post-login"},
        ]
        assert triggers.keys() == {"post-login", "post-change-password", "password-reset-post-challenge"}
        named = {binding["action_name"] for bindings in triggers.values() for binding in bindings}
        assert named - {"Greet"} == found(folder, "actions").keys()

    def test_the_form_tells_the_connections_rules(self, tenant, folder):
        assert export(folder, wanted(), target(tenant)).notes == []
        [form] = found(folder, "forms").values()
        policy = ConnectionOptions(name="", policy="good", min_length=10, history=3, no_personal_info=True)
        assert form == form_body(policy)

    def test_the_command(self, tenant, folder, monkeypatch):
        monkeypatch.setenv("AUTH0_DEPLOY_CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv("AUTH0_DEPLOY_CLIENT_SECRET", CLIENT_SECRET)
        out = StringIO()
        call_command("auth0_deploy", export=str(folder), stdout=out)
        assert f"written: {folder / 'triggers/triggers.json'}" in out.getvalue()
        said = "keyword AUTH0_PASSWORD_ACTION_SECRET: AUTH0_PASSWORD['ACTION_SECRET'], the first of a list"
        assert said in out.getvalue()
        assert not [secret for secret in SECRETS.values() if secret in out.getvalue()]
        changing = [one for one in tenant.requests() if one["method"] != "GET" and one["path"] != "/oauth/token"]
        assert changing == []


def test_a_dry_run_says_what_it_would_write(configure, folder):
    out = StringIO()
    call_command("auth0_deploy", export=str(folder), dry_run=True, stdout=out)
    assert f"would be written: {folder / 'README.md'}" in out.getvalue()
    assert not folder.exists()


def test_the_command_without_credentials(configure, folder):
    out = StringIO()
    call_command("auth0_deploy", export=str(folder), json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert told["keywords"].keys() == VALUES.keys()
    assert told["files"][-1] == "README.md"
    assert len(told["notes"]) == 2
    assert "no rules" in told["notes"][0]
    assert "no trigger" in told["notes"][1]
    with pytest.raises(CommandError, match="is there already") as caught:
        call_command("auth0_deploy", export=str(folder), stdout=out)
    assert caught.value.returncode == 2


def bind_foreign(tenant, name, api):
    triggers = [{"id": "post-login", "version": "v3"}]
    code = "exports.onExecutePostLogin = async () => {};"
    action = api.post("actions/actions", {"name": name, "code": code, "supported_triggers": triggers})
    tenant.advance(1)
    api.post(f"actions/actions/{action['id']}/deploy")
    tenant.advance(1)
    bindings = [{"ref": {"type": "action_name", "value": name}, "display_name": "Says hello"}]
    api.patch("actions/triggers/post-login/bindings", {"bindings": bindings})
