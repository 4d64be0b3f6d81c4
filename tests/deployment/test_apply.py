"""`apply` makes a tenant as it is wanted, once, and leaves alone what is not ours."""

from __future__ import annotations

import pytest

from auth0_password.conf import PARTS
from auth0_password.deployment import apply, wanted
from auth0_password.deployment.sources import TRIGGERS, config_of, version_of
from auth0_password.exceptions import DeploymentError
from tests.deployment.conftest import FOREIGN, SITE, vault_is_right
from tests.support.deployed import CLIENT_ID, SECRETS, deploying_client
from tests.support.tenant import demo_seed

FORM_SCOPES = {"read:users", "update:users", "update:users_app_metadata"}


def test_from_nothing(hands):
    hands.apply()
    for trigger in TRIGGERS:
        assert hands.bound(trigger) == [f"auth0-password {trigger}"]
        assert hands.action(trigger)["all_changes_deployed"]
        assert version_of(hands.action(trigger)["deployed_version"]["code"]) == 1
    state = hands.state()
    assert vault_is_right(state)
    [application] = [one for one in state["clients"].values() if one["name"] == "auth0-password form"]
    assert set(application["scopes"]) == FORM_SCOPES
    [form_id] = state["forms"]
    assert config_of(hands.action()["code"])["form"] == form_id


def test_secrets_arrive_and_stand_nowhere_else(hands):
    hands.apply()
    [login] = [one for one in hands.state()["actions"].values() if one["name"] == "auth0-password post-login"]
    assert {one["name"]: one["value"] for one in login["secrets"]} == {"HANDOVER_SECRET": SECRETS["HANDOVER_SECRET"]}
    for action in hands.actions():
        assert not any(secret in action["code"] for secret in SECRETS.values())


def test_a_second_time_nothing_is_planned_and_nothing_written(hands, tenant):
    hands.apply()
    tenant.clear_requests()
    assert not hands.changes()
    assert hands.apply() == []
    assert hands.writes() == []


def test_actions_are_built_then_deployed_then_bound(hands):
    hands.apply()
    writes = [write for write in hands.writes() if "/actions/" in write]
    kinds = ["bind" if "bindings" in write else "deploy" if "deploy" in write else "create" for write in writes]
    assert kinds == ["create", "deploy"] * 3 + ["bind"] * 3


def test_foreign_bindings_stay_in_place_and_in_order(hands):
    for name in (FOREIGN, "Second"):
        hands.create_action(name)
    hands.bind("Second", FOREIGN)
    hands.apply()
    assert hands.bound() == ["Second", FOREIGN, "auth0-password post-login"]
    assert [step.what for step in hands.plan().steps if step.change.value == "foreign"] == [
        "binding 'Second' of post-login", f"binding {FOREIGN!r} of post-login",
    ]  # fmt: skip


def test_where_somebody_put_ours_is_kept(hands):
    hands.apply()
    hands.create_action()
    hands.bind("auth0-password post-login", FOREIGN)
    assert not hands.changes()


def test_bound_twice_is_bound_once(hands):
    hands.apply()
    hands.create_action()
    hands.bind("auth0-password post-login", FOREIGN, "auth0-password post-login")
    hands.apply()
    assert hands.bound() == ["auth0-password post-login", FOREIGN]


def test_somebody_binds_while_we_do(hands, monkeypatch):
    """Between our reading and our writing: theirs is not lost."""
    hands.apply()
    hands.create_action()
    hands.bind()
    target = hands.target
    patch = target.api.patch

    def slower(path, body):
        monkeypatch.setattr(target.api, "patch", patch)
        hands.bind(FOREIGN)
        return patch(path, body)

    hands.create_action("Second")
    hands.bind("Second")
    monkeypatch.setattr(target.api, "patch", slower)
    apply(target, wanted(), lambda _step: None)
    assert hands.bound() == [FOREIGN, "auth0-password post-login"]


def test_a_new_secret_is_one_change_and_leaves_nothing_else(hands, configure):
    hands.apply()
    before = hands.state()
    new = "local-only-a-newer-handover-secret-of-the-tests"
    configure(HANDOVER_SECRET=[new, SECRETS["HANDOVER_SECRET"]])
    assert hands.changes() == {"Action 'auth0-password post-login'": ("secret HANDOVER_SECRET: new value",)}
    hands.apply()
    assert not hands.changes()
    after = hands.state()
    [login] = [one for one in after["actions"].values() if one["name"] == "auth0-password post-login"]
    assert [one["value"] for one in login["secrets"]] == [new]
    assert hands.action()["deployed_version"]["number"] == 2
    for table in ("clients", "forms", "flows", "vault_connections", "bindings"):
        assert after[table] == before[table]


def test_a_new_token_of_the_log_stream_is_one_change(hands, configure):
    hands.apply()
    configure(LOG_STREAM_TOKEN="local-only-a-newer-token-of-the-tests")
    assert hands.changes() == {"log stream 'auth0-password logs'": ("token: new value",)}
    hands.apply()
    [stream] = hands.state()["log_streams"].values()
    assert stream["given"]["sink"]["httpAuthorization"] == "local-only-a-newer-token-of-the-tests"
    assert not hands.changes()


def test_new_code_goes_without_the_secrets(hands, tenant, configure):
    """Auth0 keeps those of before when none are sent."""
    hands.apply()
    tenant.clear_requests()
    configure(FIRST_LOGIN="always")
    [details] = hands.changes().values()
    assert {line for line in details if line.startswith(("+", "-"))} == {
        '-  "first_login": "flagged",', '+  "first_login": "always",',
    }  # fmt: skip
    hands.apply()
    [patch] = [call for call in tenant.requests() if call["method"] == "PATCH"]
    assert "secrets" not in patch["body"]
    [secret] = hands.action()["secrets"]
    assert secret["name"] == "HANDOVER_SECRET"


def test_a_secret_that_is_wanted_no_more_goes(hands, configure):
    hands.apply()
    configure(HANDOVER_SECRET=[])
    [details] = hands.changes().values()
    assert "secret HANDOVER_SECRET: taken away" in details
    hands.apply()
    assert hands.action()["secrets"] == []


def test_an_edited_draft_is_put_right_and_a_deployed_edit_too(hands):
    hands.apply()
    found = hands.action()
    hands.api.patch(f"actions/actions/{found['id']}", {"code": found["code"] + "\n// a word of Mallory's"})
    hands.local.advance(1)
    hands.api.post(f"actions/actions/{found['id']}/deploy")
    hands.local.advance(1)
    [details] = hands.changes().values()
    assert "-// a word of Mallory's" in details
    hands.apply()
    assert hands.action()["deployed_version"]["code"] == found["code"]


def test_what_is_built_and_not_deployed_is_deployed(hands, configure):
    """As a run leaves it that was cut off in between."""
    hands.apply()
    configure(FIRST_LOGIN="always")
    [form_id] = hands.state()["forms"]
    code = wanted().actions["post-login"].code(form_id=form_id)
    hands.api.patch(f"actions/actions/{hands.action()['id']}", {"code": code})
    hands.local.advance(1)
    assert hands.changes() == {"Action 'auth0-password post-login'": ("the draft is deployed",)}
    hands.apply()
    assert hands.action()["deployed_version"]["code"] == code


def test_a_build_that_fails_stops_with_auth0s_words(hands, tenant):
    tenant.faults([
        {"method": "GET", "path": "^/api/v2/actions/actions/[0-9a-f-]+$",
         "body": {"id": "x", "status": "failed", "errors": [{"id": "e", "msg": "Unexpected token '}'"}]}},
    ])  # fmt: skip
    with pytest.raises(
        DeploymentError, match="could not build the Action 'auth0-password post-login': Unexpected token"
    ):
        hands.apply()
    assert hands.bound() == []
    tenant.clear_faults()
    hands.apply()
    assert hands.bound() == ["auth0-password post-login"]


def test_our_name_on_somebody_elses_action(hands):
    hands.create_action("auth0-password post-login")
    with pytest.raises(DeploymentError, match="not of this package"):
        hands.apply()
    assert hands.writes()[3:] == [], "nothing was begun"
    assert [step.what for step in hands.plan().refused] == ["Action 'auth0-password post-login'"]


def test_a_newer_release_was_here(hands):
    """Another site of this tenant may be ahead of this one."""
    hands.apply()
    found = hands.action()
    hands.api.patch(f"actions/actions/{found['id']}", {"code": found["code"].replace("version 1", "version 999", 1)})
    with pytest.raises(DeploymentError, match="a newer release of this package has deployed it"):
        hands.apply()


def test_our_name_on_somebody_elses_application(hands):
    hands.api.post("clients", {"name": "auth0-password form", "app_type": "non_interactive"})
    with pytest.raises(DeploymentError, match="application 'auth0-password form': it has this name"):
        hands.apply()


def test_two_of_our_name(hands):
    hands.apply()
    hands.api.post("forms", {"name": "auth0-password new password"})
    with pytest.raises(DeploymentError, match="2 forms named 'auth0-password new password'"):
        hands.plan()


class TestScopesOfTheSite:
    def test_missing_ones_are_added_and_foreign_ones_stay(self, hands, tenant):
        seed = seeded(hands)
        seed["clients"][1]["scopes"] = ["read:users", "read:stats"]
        tenant.seed(seed)
        hands.apply()
        scopes = set(hands.state()["clients"]["demo-management-client"]["scopes"])
        assert {"read:users", "read:stats", "create:user_tickets", "update:users_app_metadata"} <= scopes
        assert "update:users" not in scopes
        assert "read:logs" not in scopes, "the log is sent"

    def test_the_log_is_read_where_it_is_not_sent(self, hands, configure):
        configure(LOG_STREAM_TOKEN=[])
        hands.apply()
        assert "read:logs" in hands.state()["clients"]["demo-management-client"]["scopes"]

    def test_a_client_without_any(self, hands, tenant):
        seed = seeded(hands)
        seed["clients"][1]["scopes"] = []
        tenant.seed(seed)
        hands.apply()
        assert "read:users" in hands.state()["clients"]["demo-management-client"]["scopes"]


class TestLoginClient:
    def test_lists_are_added_to(self, hands):
        hands.api.patch("clients/demo-login-client", {
            "allowed_logout_urls": ["https://other.example.com/"],
            "oidc_logout": {
                "backchannel_logout_urls": ["https://other.example.com/logout"],
                "backchannel_logout_initiators": {
                    "mode": "custom", "selected_initiators": ["rp-logout", "idp-logout", "session-expired"],
                },
            },
        })  # fmt: skip
        hands.apply()
        client = hands.api.get("clients/demo-login-client")
        assert client["allowed_logout_urls"] == ["https://other.example.com/", f"{SITE}/"]
        logout = client["oidc_logout"]
        assert logout["backchannel_logout_urls"] == [
            "https://other.example.com/logout", f"{SITE}/account/backchannel-logout/",
        ]  # fmt: skip
        selected = logout["backchannel_logout_initiators"]["selected_initiators"]
        assert selected[:3] == ["rp-logout", "idp-logout", "session-expired"]
        assert "password-changed" in selected

    def test_all_initiators_stay_all(self, hands):
        hands.api.patch(
            "clients/demo-login-client", {"oidc_logout": {"backchannel_logout_initiators": {"mode": "all"}}}
        )
        hands.apply()
        logout = hands.api.get("clients/demo-login-client")["oidc_logout"]
        assert logout["backchannel_logout_initiators"] == {"mode": "all"}
        assert logout["backchannel_logout_urls"] == [f"{SITE}/account/backchannel-logout/"]

    def test_the_login_route(self, hands):
        hands.api.patch("clients/demo-login-client", {"initiate_login_uri": "https://old.example.com/login"})
        assert hands.changes()["login route of the login client"] == (
            f'initiate_login_uri: "https://old.example.com/login" -> "{SITE}/account/login/"',
        )
        hands.apply()
        assert hands.api.get("clients/demo-login-client")["initiate_login_uri"] == f"{SITE}/account/login/"

    def test_back_channel_logout_where_the_plan_has_none(self, hands, tenant):
        tenant.plan(subscription="professional")
        step = next(step for step in hands.plan().steps if step.part == "back-channel-logout")
        assert (step.change.value, step.do) == ("not on this plan", None)
        hands.apply()
        assert not hands.changes()
        assert "oidc_logout" not in hands.api.get("clients/demo-login-client")

    def test_a_client_that_is_not_there(self, hands, settings):
        settings.SOCIAL_AUTH_AUTH0_KEY = "nobody"
        with pytest.raises(DeploymentError, match="no application nobody"):
            hands.plan()

    def test_its_secret_is_never_asked_for(self, hands, tenant):
        hands.apply()
        asked = [call for call in tenant.requests() if call["method"] == "GET" and "/clients" in call["path"]]
        assert asked
        assert all("secret" not in call["query"]["fields"] for call in asked)


def test_mail_mode_lets_the_tenant_lead_to_the_instructions(hands, configure):
    hands.api.patch("tenants/settings", {"allowed_logout_urls": ["https://other.example.com/"]})
    configure(FORCE_AT="mail")
    hands.apply()
    assert hands.api.get("tenants/settings")["allowed_logout_urls"] == [
        "https://other.example.com/", f"{SITE}/account/instructions/",
    ]  # fmt: skip


class TestVault:
    def test_the_application_was_made_anew_by_somebody(self, hands):
        """Its secret is another one then, although the vault calls itself ready."""
        hands.apply()
        [(client_id, _)] = [
            item for item in hands.state()["clients"].items() if item[1]["name"] == "auth0-password form"
        ]
        hands.api.delete(f"clients/{client_id}")
        hands.apply()
        assert vault_is_right(hands.state())
        assert not hands.changes()

    def test_it_was_made_anew_and_the_run_was_cut_off(self, hands, tenant):
        """The vault is ready, with the secret of an application that is gone."""
        hands.apply()
        [(client_id, _)] = [
            item for item in hands.state()["clients"].items() if item[1]["name"] == "auth0-password form"
        ]
        hands.api.delete(f"clients/{client_id}")
        tenant.faults([{"method": "POST", "path": "/client-grants$", "status": 500}])
        hands.apply()
        assert vault_is_right(hands.state())
        assert not hands.changes()

    def test_the_vault_connection_is_gone(self, hands):
        hands.apply()
        [vault_id] = hands.state()["vault_connections"]
        hands.api.delete(f"flows/vault/connections/{vault_id}")
        hands.apply()
        assert vault_is_right(hands.state())
        assert not hands.changes()

    def test_the_application_may_do_no_more_than_the_form_needs(self, hands):
        hands.apply()
        [grant] = [
            one for one in hands.api.list("client-grants", "client_grants") if set(one["scope"]) == FORM_SCOPES
        ]  # fmt: skip
        hands.api.patch(f"client-grants/{grant['id']}", {"scope": [*FORM_SCOPES, "delete:users"]})
        assert list(hands.changes()) == ["scopes of the application 'auth0-password form'"]
        hands.apply()
        assert not hands.changes()

    def test_form_and_flow_are_put_right(self, hands):
        hands.apply()
        [form_id], [flow_id] = hands.state()["forms"], hands.state()["flows"]
        hands.api.patch(f"forms/{form_id}", {"nodes": []})
        hands.api.patch(f"flows/{flow_id}", {"actions": []})
        assert list(hands.changes()) == [
            "flow 'auth0-password save new password'",
            "form 'auth0-password new password'",
        ]
        hands.apply()
        assert not hands.changes()


def test_where_no_form_is_asked_for_its_application_may_do_nothing(hands, configure):
    """Back from "form": it set anybody's password. First the Action stops to show the form, then it is disarmed."""
    hands.apply()
    form = hands.state()["forms"]
    configure(FORCE_AT="site")
    scopes = ("FORCE_AT is not form", *(f"scope: - {scope}" for scope in sorted(FORM_SCOPES)))
    assert list(hands.changes().items())[-1] == ("scopes of the application 'auth0-password form'", scopes)
    assert [step.part for step in hands.apply()] == ["post-login", "form"]
    assert application(hands)["scopes"] == []
    assert hands.state()["forms"] == form, "what may do nothing harms nobody"
    assert not hands.changes()
    configure(FORCE_AT="form")
    hands.apply()
    assert set(application(hands)["scopes"]) == FORM_SCOPES
    assert vault_is_right(hands.state())


def test_a_form_that_is_skipped_keeps_its_application(hands, configure):
    hands.apply()
    configure(FORCE_AT="site", DEPLOY={"skip": ["form"]})
    hands.apply()
    assert set(application(hands)["scopes"]) == FORM_SCOPES


def test_somebody_elses_application_of_our_name_keeps_its_scopes(hands, configure):
    configure(FORCE_AT="site")
    made = hands.api.post("clients", {"name": "auth0-password form", "app_type": "non_interactive"})
    audience = f"{hands.api.domain.url}/api/v2/"
    hands.api.post("client-grants", {"client_id": made["client_id"], "audience": audience, "scope": ["update:users"]})
    hands.apply()
    assert application(hands)["scopes"] == ["update:users"]


def test_a_client_that_may_not_see_applications_is_not_asked_to(hands, configure, tenant):
    """Where the settings ask for nothing of theirs."""
    tenant.seed(deploying_client(demo_seed(SITE), ["read:actions", "create:actions", "update:actions"]))
    skipped = [part for part in PARTS if part not in {"form", *TRIGGERS}]
    configure(FORCE_AT="site", DEPLOY={"skip": skipped})
    hands.apply()
    assert hands.bound() == ["auth0-password post-login"]


def test_a_suspended_stream_is_woken_and_a_paused_one_is_not(hands):
    hands.apply()
    [stream_id] = hands.state()["log_streams"]
    hands.api.patch(f"log-streams/{stream_id}", {"status": "paused"})
    assert not hands.changes()
    hands.api.patch(f"log-streams/{stream_id}", {"status": "suspended"})
    assert hands.changes() == {"log stream 'auth0-password logs'": ('status: "suspended" -> "active"',)}
    hands.apply()
    assert hands.api.get(f"log-streams/{stream_id}")["status"] == "active"


def test_what_the_settings_ask_for_no_more_runs_no_more(hands, configure):
    hands.apply()
    configure(ACTION_SECRET=[])
    assert hands.changes() == {
        "binding 'auth0-password post-change-password' of post-change-password": ("ACTION_SECRET is not set",)
    }
    hands.apply()
    assert hands.bound("post-change-password") == []
    assert not hands.changes()


def test_what_is_skipped_is_neither_read_nor_written(hands, configure, tenant):
    configure(
        DEPLOY={
            "skip": [
                "scopes",
                "back-channel-logout",
                "log-stream",
                "form",
                "logout-url",
                "login-route",
                "instructions-url",
            ]
        }
    )
    hands.apply()
    asked = {call["path"].split("/")[3] for call in tenant.requests() if call["path"].startswith("/api/v2/")}
    assert asked == {"actions"}


def application(hands):
    [found] = [one for one in hands.state()["clients"].values() if one["name"] == "auth0-password form"]
    return found


def seeded(hands):
    seed = deploying_client(demo_seed(SITE))
    assert seed["clients"][-1]["client_id"] == CLIENT_ID
    return seed
