"""`manage.py auth0_deploy`, as somebody types it, a pipeline runs it, and a program reads it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from auth0_password.deployment.scopes import DEPLOYMENT
from auth0_password.management.commands.auth0_deploy import Command
from auth0_password.management.deployment_client import DEPLOY_ID, DEPLOY_SECRET
from tests.deployment.conftest import FOREIGN, SITE, Terminal
from tests.support.deployed import CLIENT_SECRET, LOG_STREAM_TOKEN, SECRETS, deploying_client
from tests.support.tenant import demo_seed

ALL_SECRETS = [CLIENT_SECRET, LOG_STREAM_TOKEN, *SECRETS.values()]


def stop(_seconds):
    raise KeyboardInterrupt


class TestPlan:
    def test_it_is_what_happens_by_itself_and_changes_nothing(self, deploy, hands):
        status, text = deploy()
        assert status == 1
        assert "+ Action 'auth0-password post-login': create" in text
        assert "- ip-header: not asked for (WAYS has no form)" in text
        assert re.search(r"^Plan: \d+ to create, \d+ to change, \d+ unchanged, 1 not asked for$", text, re.MULTILINE)
        assert text.endswith("changes are pending: --apply makes them")
        assert hands.writes() == []

    def test_with_nothing_to_do(self, deploy, hands):
        hands.apply()
        status, text = deploy("--plan")
        assert status == 0
        assert "= Action 'auth0-password post-login': unchanged" in text
        assert re.search(r"^Plan: \d+ unchanged, 1 not asked for$", text, re.MULTILINE)

    def test_foreign_bindings_are_shown(self, deploy, hands):
        hands.create_action()
        hands.bind(FOREIGN)
        _, text = deploy()
        assert f". binding {FOREIGN!r} of post-login: foreign" in text
        assert "1 foreign left alone" in text

    def test_changed_code_is_a_diff_and_changed_fields_are_old_and_new(self, deploy, hands, configure):
        hands.apply()
        hands.api.patch("clients/demo-login-client", {"initiate_login_uri": "https://old.example.com/login"})
        configure(FORCE_AT="deny")
        _, text = deploy()
        assert '    -  "mode": "form",\n' in text
        assert '    +  "mode": "deny",\n' in text
        assert f'    initiate_login_uri: "https://old.example.com/login" -> "{SITE}/account/login/"\n' in text

    def test_colours_are_for_terminals(self, deploy, monkeypatch):
        from django.core.management.color import color_style

        monkeypatch.setattr(Command, "style", color_style(force_color=True), raising=False)
        init = Command.__init__

        def coloured(self, *args, **kwargs):
            init(self, *args, **kwargs)
            self.style = color_style(force_color=True)

        monkeypatch.setattr(Command, "__init__", coloured)
        assert "\x1b[" in deploy(out=Terminal())[1]
        assert "\x1b[" not in deploy()[1]

    def test_for_programs(self, deploy, capsys):
        status, text = deploy("--json")
        found = json.loads(text.splitlines()[0])
        assert status == 1
        assert found["counts"]["create"] == sum(step["change"] == "create" for step in found["steps"])
        assert found["pending"] == found["counts"]["create"] + found["counts"]["change"]
        assert {"part", "what", "change", "details"} == found["steps"][0].keys()

    def test_somebody_elses_action_of_our_name(self, deploy, hands):
        hands.create_action("auth0-password post-login")
        status, text = deploy()
        assert status == 2
        assert "! Action 'auth0-password post-login': refused (it has this name" in text


class TestApply:
    def test_each_step_is_told_and_the_second_time_there_is_none(self, deploy, hands):
        status, text = deploy("--apply")
        assert status == 0
        lines = text.splitlines()
        assert lines.index("+ Action 'auth0-password post-login' created") < lines.index(
            "+ binding 'auth0-password post-login' of post-login created"
        )
        assert lines[-1] == f"done: {len(lines) - 1}"
        hands.local.clear_requests()
        assert deploy("--apply") == (0, "nothing to do\n")
        assert hands.writes() == []

    def test_the_dry_run_is_the_plan(self, deploy, hands):
        assert deploy("--apply", "--dry-run")[0] == 1
        assert hands.writes() == []

    def test_for_programs(self, deploy):
        status, text = deploy("--apply", "--json")
        assert status == 0
        assert {"post-login", "log-stream"} <= {step["part"] for step in json.loads(text)["done"]}
        assert deploy("--apply", "--json") == (0, '{"done": [], "left": []}\n')

    def test_a_plan_of_auth0s_that_lacks_something(self, deploy, hands, tenant):
        """What is missing is said, and the rest is done."""
        words = "Please upgrade your subscription to use log streams"
        body = {"statusCode": 403, "error": "Forbidden", "message": words, "errorCode": "insufficient_entitlement"}
        tenant.faults([{"method": "POST", "path": "/log-streams", "status": 403, "body": body, "times": -1}])
        status, text = deploy("--apply")
        assert status == 1
        assert f"- log stream 'auth0-password logs' not on this plan ({words})" in text
        assert hands.bound() == ["auth0-password post-login"]

    def test_a_plan_of_auth0s_without_forms(self, deploy, hands, tenant):
        """The Action that would show it is not deployed: nobody could sign in."""
        body = {"statusCode": 403, "error": "Forbidden", "message": "Forms", "errorCode": "feature_not_enabled"}
        tenant.faults([{"method": "POST", "path": "/forms$", "status": 403, "body": body, "times": -1}])
        status, text = deploy("--apply")
        assert status == 2
        assert "needs the form 'auth0-password new password', which the tenant does not have" in text
        assert hands.actions() == []


class TestRemove:
    def test_only_what_is_ours_goes(self, deploy, hands):
        hands.create_action()
        hands.bind(FOREIGN)
        hands.api.post(
            "log-streams", {"name": "Theirs", "type": "http", "sink": {"httpEndpoint": "https://x.example"}}
        )
        hands.api.patch("tenants/settings", {"allowed_logout_urls": ["https://other.example.com/"]})
        before = hands.outcome()
        hands.apply()
        status, text = deploy("--remove")
        assert status == 0
        assert "- Action 'auth0-password post-login' removed" in text
        assert ". login route of the login client left (the site uses it without Actions, too)" in text
        after = hands.outcome()
        for kind in ("actions", "deployed", "bindings", "forms", "flows", "vault_connections", "log_streams"):
            assert after[kind] == before[kind], kind
        assert after["clients"].keys() == before["clients"].keys()
        assert after["tenant_settings"] == before["tenant_settings"]
        urls = hands.api.get("clients/demo-login-client")["oidc_logout"]["backchannel_logout_urls"]
        assert urls == []

    def test_and_again_there_is_nothing(self, deploy, hands):
        deploy("--apply")
        deploy("--remove")
        hands.local.clear_requests()
        assert deploy("--remove")[0] == 0
        assert hands.writes() == []

    def test_it_can_be_seen_before(self, deploy, hands):
        hands.apply()
        hands.local.clear_requests()
        status, text = deploy("--remove", "--dry-run")
        assert status == 1
        assert "- Action 'auth0-password post-login': remove" in text
        assert re.search(r"^Plan: \d+ to remove, 4 left as they are$", text, re.MULTILINE)
        assert hands.writes() == []

    def test_what_the_settings_ask_for_no_more_goes_too(self, deploy, hands, configure):
        hands.apply()
        configure(FORCE_AT="site", ACTION_SECRET=[], LOG_STREAM_TOKEN=[])
        deploy("--remove")
        state = hands.state()
        for table in ("actions", "forms", "flows", "vault_connections", "log_streams"):
            assert state[table] == {}
        assert "auth0-password form" not in {client["name"] for client in state["clients"].values()}

    def test_somebody_elses_action_of_our_name_stays(self, deploy, hands):
        hands.create_action("auth0-password post-login")
        status, text = deploy("--remove")
        assert status == 0
        assert ". Action 'auth0-password post-login' foreign" in text
        assert len(hands.actions()) == 1

    def test_cut_off_and_run_again(self, deploy, hands, tenant):
        hands.apply()
        for _ in range(3):
            tenant.faults([{"method": "DELETE", "path": "^/api/v2/", "drop": True, "after_apply": True, "times": 2}])
            deploy("--remove")
        tenant.clear_faults()
        assert deploy("--remove")[0] == 0
        assert hands.actions() == []

    def test_a_client_that_may_not_look_everywhere_says_so(self, deploy, hands, tenant):
        tenant.seed(with_scopes("read:actions", "update:actions", "delete:actions"))
        status, text = deploy("--remove")
        assert status == 0
        assert ". form left (not seen without read:client_grants, read:clients, read:flows" in text


class TestRefusals:
    @pytest.mark.parametrize("name", [DEPLOY_ID, DEPLOY_SECRET])
    def test_no_credentials(self, deploy, monkeypatch, name):
        monkeypatch.delenv(name)
        status, text = deploy()
        assert (status, name in text) == (2, True)

    def test_wrong_credentials(self, deploy, monkeypatch):
        monkeypatch.setenv("AUTH0_DEPLOY_CLIENT_SECRET", "not-it-at-all-0123456789")
        status, text = deploy()
        assert status == 2
        assert "could not run: Auth0 refuses the deployment client's id or secret" in text
        assert "check AUTH0_DEPLOY_CLIENT_ID and AUTH0_DEPLOY_CLIENT_SECRET" in text
        assert "not-it-at-all" not in text

    def test_a_client_without_the_management_api(self, deploy, tenant):
        """Nobody has authorised it: its id and secret are right."""
        body = {"error": "access_denied", "error_description": "Client is not authorized to access it."}
        tenant.faults([{"method": "POST", "path": "/oauth/token", "status": 403, "body": body}])
        status, text = deploy()
        assert status == 2
        assert "could not run: the deployment client is not authorised for the Management API" in text
        assert "dashboard, Applications > APIs" in text

    def test_a_host_that_is_no_tenant(self, deploy, tenant):
        tenant.faults([{"method": "POST", "path": "/oauth/token", "status": 404, "times": -1}])
        status, text = deploy("--apply")
        assert status == 2
        assert f"{tenant.domain} gives the deployment client no token: check DOMAIN" in text

    @pytest.mark.parametrize("scope", sorted({scope for one in DEPLOYMENT.values() for scope in one}))
    def test_a_missing_scope_is_named_before_anything_is_done(self, deploy, hands, tenant, scope):
        """Where nothing needs it (deleting, rotating), it is not missed."""
        tenant.seed(with_scopes(*(one for scopes in DEPLOYMENT.values() for one in scopes if one != scope)))
        status, text = deploy("--apply")
        if scope.startswith("delete:") or scope in SELDOM:
            assert status == 0
            return
        assert status == 2
        assert f"lacks {scope}: grant it there (dashboard, Applications > APIs" in text
        assert hands.writes() == []

    def test_the_plan_says_it_too(self, deploy, tenant):
        tenant.seed(with_scopes(*(one for scopes in DEPLOYMENT.values() for one in scopes if one != "create:forms")))
        status, text = deploy()
        assert status == 1
        assert "--apply needs scopes that the deployment client lacks: create:forms" in text

    def test_a_scope_that_the_token_did_not_tell_of(self, deploy, tenant):
        words = "Insufficient scope, expected any of: create:actions"
        body = {"statusCode": 403, "error": "Forbidden", "message": words, "errorCode": "insufficient_scope"}
        tenant.faults([{"method": "POST", "path": "/actions/actions$", "status": 403, "body": body}])
        status, text = deploy("--apply")
        assert status == 2
        assert words in text
        assert "dashboard, Applications > APIs" in text

    def test_a_tenant_that_is_down(self, deploy, settings, monkeypatch):
        settings.SOCIAL_AUTH_AUTH0_DOMAIN = "127.0.0.1:9"
        monkeypatch.setattr(Command, "sleep", staticmethod(lambda _seconds: None))
        status, text = deploy("--apply")
        assert status == 2
        assert text.startswith("127.0.0.1:9 does not answer (POST /oauth/token: ")
        assert "run it again" in text

    def test_it_goes_down_on_the_way(self, deploy, tenant):
        tenant.faults([{"path": "^/api/v2/log-streams", "drop": True, "times": -1}])
        status, text = deploy("--apply")
        assert status == 2
        assert "does not answer" in text

    def test_stopped_from_the_keyboard(self, deploy, monkeypatch):
        monkeypatch.setattr(Command, "sleep", staticmethod(stop))  # while Auth0 builds an Action
        status, text = deploy("--apply")
        assert status == 1
        assert "Action 'auth0-password post-login' created" not in text
        assert text.endswith("stopped. What was done until then stays: run it again")

    def test_a_site_without_its_address(self, deploy, configure):
        configure(SITE_URL="")
        status, text = deploy()
        assert (status, "AUTH0_PASSWORD['SITE_URL'] must be set" in text) == (2, True)

    def test_two_things_at_once(self, deploy):
        status, _ = deploy("--apply", "--remove")
        assert status != 0


def test_what_stands_in_the_tenant_cannot_steer_a_terminal(deploy, hands):
    hands.apply()
    found = hands.action()
    hands.api.patch(f"actions/actions/{found['id']}", {"code": found["code"] + "\n// \x1b[2J\x07"})
    hands.create_action("\x1b[31mred")
    hands.bind("auth0-password post-login", "\x1b[31mred")
    _, text = deploy()
    assert "-// \ufffd[2J\ufffd" in text
    assert "\x1b" not in text


class TestSecrets:
    """Nothing that is printed has one in it: not in words, not as JSON, not where something fails."""

    @pytest.mark.parametrize("arguments", [(), ("--apply",), ("--remove",)], ids=str)
    @pytest.mark.parametrize("json", [(), ("--json",)], ids=str)
    def test_what_is_printed(self, deploy, hands, arguments, json):
        if arguments != ("--apply",):
            hands.apply()
        _, text = deploy(*arguments, *json, "--traceback")
        assert len(text) > 10
        assert_no_secret(text, hands)

    def test_what_is_printed_when_auth0_repeats_it(self, deploy, hands, tenant):
        """Its refusals quote what was sent."""
        body = {
            "statusCode": 400,
            "error": "Bad Request",
            "message": f"'{LOG_STREAM_TOKEN}' is no token",
            "errorCode": "x",
        }
        tenant.faults([{"method": "POST", "path": "/log-streams", "status": 400, "body": body, "times": -1}])
        status, text = deploy("--apply")
        assert (status, "is no token" in text) == (2, True)
        assert_no_secret(text, hands)

    def test_what_is_shown_of_a_change(self, deploy, hands, configure):
        hands.apply()
        newer = {key: f"{secret[:-4]}abcd" for key, secret in SECRETS.items()}
        configure(**newer, LOG_STREAM_TOKEN=f"{LOG_STREAM_TOKEN}-2")
        for arguments in ((), ("--json",), ("--apply",)):
            _, text = deploy(*arguments)
            assert_no_secret(text, hands)
            assert not any(secret in text for secret in [*newer.values(), f"{LOG_STREAM_TOKEN}-2"])

    def test_what_is_wanted_hides_them(self, tenant):
        from auth0_password.deployment import wanted

        assert not any(secret in repr(wanted()) for secret in ALL_SECRETS)

    def test_secrets_of_applications_are_never_kept(self, hands, tmp_path, monkeypatch):
        """On this machine: no file is written."""
        opened = []
        monkeypatch.setattr(Path, "write_text", lambda self, *_, **__: opened.append(self))
        hands.apply()
        assert opened == []


SELDOM = {"update:client_keys", "update:flows", "update:forms", "update:log_streams"}
"""Needed where something is changed, not where it is made."""


def with_scopes(*scopes):
    return deploying_client(demo_seed(SITE), list(scopes))


def assert_no_secret(text, hands):
    state = hands.state()
    made = [client["client_secret"] for client in state["clients"].values()]
    assert not [secret for secret in [*ALL_SECRETS, *made] if secret in text]
