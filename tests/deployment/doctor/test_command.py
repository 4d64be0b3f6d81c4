"""What the command prints, how it ends, and what it never says or does."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError

from auth0_password.deployment.doctor import AREAS, CHECKS, Level
from auth0_password.management import deployment_client
from auth0_password.management.base import COULD_NOT_RUN, NEEDS_YOU
from auth0_password.management.commands import auth0_doctor
from tests.deployment.doctor.spoils import SPOILS, TOGETHER
from tests.support import deployed as support

LEAST = ["read:users", "create:user_tickets"]
KEYS = {"id", "area", "level", "what", "do", "why", "scope"}


class Terminal(StringIO):
    def isatty(self):
        return True


@pytest.fixture
def spoiled(ward, monkeypatch):
    for name in TOGETHER:
        SPOILS[name](ward, monkeypatch)
    return ward


@pytest.fixture
def least(ward, monkeypatch):
    """No deployment client, and of the site's own only what nothing works without."""
    monkeypatch.delenv(deployment_client.DEPLOY_ID)
    monkeypatch.delenv(deployment_client.DEPLOY_SECRET)
    ward.rescope(lambda _scopes: LEAST)
    return ward


@pytest.fixture
def silent(ward, settings):
    """Nobody listens where the tenant was."""
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = "127.0.0.1:1"
    return ward


def test_ids_are_each_of_one_check_and_of_a_known_area():
    ids = [check.id for check in CHECKS]
    assert len(set(ids)) == len(ids)
    assert list(dict.fromkeys(name.partition(".")[0] for name in ids)) == list(AREAS)


def test_well_set_up_it_ends_with_0(ward):
    text = ward.text()
    assert (ward.status, ward.errors) == (0, "")
    assert all(title in text for title in ("This site", "The login client", "Work and pushes"))


def test_with_errors_it_ends_with_1_and_says_what_to_do(spoiled):
    text = spoiled.text()
    number = len([level for level in spoiled.bad().values() if level == "error"])
    assert (spoiled.status, spoiled.errors) == (NEEDS_YOU, f"{number} errors")
    assert "-> Switch that grant type on." not in text
    assert "-> Add the category user.success to its filters, or remove them." in text


def test_without_settings_it_cannot_run(ward):
    ward.configure(MANAGEMENT_CLIENT_ID="")
    assert ward.text() == ""
    assert ward.status == COULD_NOT_RUN
    assert "MANAGEMENT_CLIENT_ID" in ward.errors


def test_json_has_every_finding_in_the_order_of_the_checks(spoiled):
    report = spoiled.report()
    assert report.keys() == {"findings", "counts", "missing_scopes", "answers"}
    assert all(finding.keys() == KEYS for finding in report["findings"])
    found, known = [finding["id"] for finding in report["findings"]], [check.id for check in CHECKS]
    assert found == [name for name in known if name in found]
    assert sum(report["counts"].values()) == len(found)
    assert set(report["counts"]) == {str(level) for level in Level}


def test_twice_it_says_the_same(spoiled):
    """But for the seconds between two clocks."""
    first, second = ({**spoiled.findings(), "tenant.clock": None} for _ in range(2))
    assert first == second


def test_it_needs_no_more_than_the_least_scopes(least):
    findings = least.findings()
    assert least.status == 0
    assert findings["credentials.needed_scopes"]["level"] == "ok"
    unseen = {name: one["scope"] for name, one in findings.items() if one["level"] == "could not look"}
    assert unseen["login_client.callbacks"] == "read:clients"
    assert unseen["connection.exists"] == "read:connections"
    assert unseen["actions.post_login"] == "read:actions"
    assert unseen["log_stream.status"] == "read:log_streams"
    assert unseen["tenant.brute_force"] == "read:attack_protection"
    assert all(unseen.values())


def test_what_could_not_be_seen_is_one_line_for_each_scope(least):
    text = least.text()
    assert "12 checks: needs the scope read:clients" in text
    assert text.count("read:clients") == 2
    assert "Scopes that would let it look further: read:actions, " in text


def test_with_the_deployment_client_it_looks_with_that(least, monkeypatch):
    monkeypatch.setenv(deployment_client.DEPLOY_ID, support.CLIENT_ID)
    monkeypatch.setenv(deployment_client.DEPLOY_SECRET, support.CLIENT_SECRET)
    findings = least.findings()
    assert "could not look" not in {one["level"] for one in findings.values()}


def test_the_options_of_a_connection_have_a_scope_of_their_own(least, monkeypatch):
    least.rescope(lambda _scopes: [*LEAST, "read:connections"])
    assert least.connection_options_are_hidden()
    findings = least.findings()
    assert findings["connection.exists"]["level"] == "ok"
    assert findings["connection.policy"]["scope"] == "read:connections_options"


def test_a_silent_tenant_is_told_once_and_the_site_is_looked_at(silent):
    findings = silent.findings()
    assert silent.status == NEEDS_YOU
    assert [name for name, one in findings.items() if one["level"] == "error"] == ["tenant.answers"]
    assert findings["webhooks.action"]["level"] == "ok"
    assert findings["login_client.callbacks"]["why"].startswith("Auth0 does not answer")
    assert "Traceback" not in silent.text()


def test_nobody_waits_for_a_silent_tenant_at_every_check(ward):
    ward.tenant.faults([{"method": "POST", "path": "/oauth/token", "drop": True, "times": -1}])
    ward.tenant.clear_requests()
    ward.findings()
    asked = [one for one in ward.tenant.requests() if one["path"] == "/oauth/token"]
    assert len(asked) <= 2


@pytest.mark.parametrize("body", ["[]", "{}", '"text"', "[1]", "null", '{"keys": 1, "actions": [1]}', "<html>"])
def test_answers_of_any_shape(ward, body):
    fault = {"method": "GET", "path": "/(api|.well-known)/.*", "status": 200, "body": body, "times": -1}
    ward.tenant.faults([{**fault, "content_type": "application/json"}])
    findings = ward.findings()
    assert findings["tenant.answers"]["level"] == "error"
    assert findings["webhooks.action"]["level"] == "ok"


@pytest.mark.parametrize("code", ["feature_not_enabled", "insufficient_entitlement"])
def test_what_the_plan_lacks_is_no_fault(ward, code):
    body = {"statusCode": 403, "error": "Forbidden", "message": "Please upgrade", "errorCode": code}
    path = "/api/v2/attack-protection/breached-password-detection"
    ward.tenant.faults([{"method": "GET", "path": path, "status": 403, "body": json.dumps(body), "times": -1}])
    assert ward.bad() == {}
    assert ward.findings()["tenant.breached_passwords"]["level"] == "not on this plan"


def test_a_tenant_without_actions(ward):
    body = {"statusCode": 403, "error": "Forbidden", "message": "Not enabled", "errorCode": "feature_not_enabled"}
    fault = {"method": "GET", "path": "/api/v2/actions/.*", "status": 403, "body": json.dumps(body), "times": -1}
    ward.tenant.faults([fault])
    actions = {name: one["level"] for name, one in ward.findings().items() if name.startswith("actions.")}
    assert set(actions.values()) == {"not on this plan"}
    assert {"actions.post_login", "actions.secrets", "actions.verified_only"} <= actions.keys()


def test_actions_that_somebody_else_deploys(ward):
    """What FORCE_AT needs has to be there, whoever sees to it."""
    ward.configure(DEPLOY={"skip": ["post-login"]})
    assert ward.findings()["actions.post_login"]["level"] == "note"
    ward.bind("post-login")
    assert ward.bad() == {"actions.post_login_binding": "warning"}
    ward.configure(FORCE_AT="deny")
    assert ward.bad() == {"actions.post_login_binding": "error", "actions.force_at": "error"}
    ward.api.delete(f"actions/actions/{ward.action('post-login')['id']}")
    assert ward.bad() == {"actions.post_login": "error"}


def test_names_do_nothing_to_a_terminal(ward):
    ward.change_client(name="Library\x1b[2J\x07")
    assert "\x1b[2J" not in ward.text(force_color=True)
    assert ward.findings()["login_client.exists"]["what"] == "the login client is 'Library\\x1b[2J\\x07'"
    ward.change_client(callbacks=[*ward.client()["callbacks"], "https://*.example.com/\x1b[2J"])
    assert "\x1b[2J" not in ward.text(force_color=True)


def test_two_actions_of_our_name(ward):
    ward.add_action("post-login", "auth0-password post-login", "exports.onExecutePostLogin = async () => {};")
    finding = ward.findings()["actions.post_login"]
    assert finding["level"] == "error"
    assert "auth0-password post-login" in finding["what"]


def test_back_channel_logout_is_not_on_every_plan(ward):
    ward.change_client(oidc_logout={})
    ward.tenant.plan(subscription="free")
    assert ward.bad() == {}
    assert ward.findings()["login_client.backchannel_url"]["level"] == "not on this plan"


def test_a_scope_that_was_taken_away_meanwhile(ward):
    body = {"statusCode": 403, "error": "Forbidden", "message": "Insufficient", "errorCode": "insufficient_scope"}
    fault = {"method": "GET", "path": "/api/v2/log-streams", "status": 403, "body": json.dumps(body), "times": -1}
    ward.tenant.faults([fault])
    assert ward.findings()["log_stream.status"]["scope"] == "read:log_streams"


def test_a_database_that_is_down_is_told(ward, monkeypatch):
    def fail(*_args, **_kwargs):
        raise OperationalError("secret of the database")

    monkeypatch.setattr(auth0_doctor.OwnWork, "late", fail)
    finding = ward.findings()["work.overdue"]
    assert (finding["level"], finding["why"]) == ("could not look", "the database does not answer (OperationalError)")


def test_it_changes_nothing_in_the_tenant(spoiled):
    spoiled.tenant.clear_requests()
    spoiled.text()
    calls = {(one["method"], one["path"]) for one in spoiled.tenant.requests()}
    assert {method for method, path in calls if path != "/oauth/token"} == {"GET"}


def test_no_secret_is_printed(spoiled, monkeypatch, caplog):
    options = spoiled.settings.AUTH0_PASSWORD
    names = ("MANAGEMENT_CLIENT_SECRET", "ACTION_SECRET", "HANDOVER_SECRET", "VERIFIER_SECRET", "LOG_STREAM_TOKEN")
    secrets = [options[name] for name in names]
    secrets += [spoiled.settings.SOCIAL_AUTH_AUTH0_SECRET, support.CLIENT_SECRET]
    secrets += ["another-token-than-that-of-the-site", "eyJ"]
    said = spoiled.text() + json.dumps(spoiled.report()) + spoiled.errors
    spoiled.tenant.faults([{"method": "GET", "path": "/api/.*", "status": 500, "times": -1}])
    said += spoiled.text()
    assert len(said) > 10_000
    assert [secret for secret in secrets if secret in said + caplog.text] == []


def test_colours_are_for_terminals_only(ward, monkeypatch):
    monkeypatch.setenv("DJANGO_COLORS", "dark")
    assert "\x1b[3" not in ward.text()
    screen = Terminal()
    call_command("auth0_doctor", stdout=screen, force_color=True)
    assert "\x1b[3" in screen.getvalue()
    assert "looking at the login client" in screen.getvalue()


def test_json_is_plain_on_a_terminal(ward):
    screen = Terminal()
    call_command("auth0_doctor", "--json", stdout=screen, force_color=True)
    assert json.loads(screen.getvalue())["counts"]["error"] == 0
