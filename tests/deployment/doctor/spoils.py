"""Ways to spoil a tenant or its site, each by the id of what the doctor then says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.http import HttpResponseRedirect
from django.utils import timezone

from auth0_password.backends import Auth0PasswordBackend
from auth0_password.exceptions import NotGenuineError
from auth0_password.management import deployment_client
from auth0_password.models import PasswordChange, PasswordState
from auth0_password.services import flag
from auth0_password.webhooks import BackchannelLogoutView, LogsView, action

if TYPE_CHECKING:
    from tests.deployment.doctor.conftest import Ward

Spoil = Callable[["Ward", Any], None]
SPOILS: dict[str, Spoil] = {}
TOGETHER: list[str] = []
"""Those that can all be done to one tenant."""

DENYING = "exports.onExecutePostLogin = async (event, api) => { if (event.user.blocked) api.access.deny('no'); };"
VERIFIED_ONLY = """exports.onExecutePostChallenge = async (event, api) => {
  if (!event.user.email_verified) api.access.deny('Verify your email.');
};"""
ELSEWHERE = "https://elsewhere.example.com/"


def spoils(name: str, *, together: bool = True) -> Callable[[Spoil], Spoil]:
    """Note it. What shows in the id's second half after a colon only tells two ways to the same id apart."""

    def noted(spoil: Spoil) -> Spoil:
        SPOILS[name] = spoil
        if together:
            TOGETHER.append(name)
        return spoil

    return noted


@spoils("credentials.reach")
def rights_to_actions(ward, monkeypatch):
    ward.grant("update:actions")


@spoils("credentials.reach:deletes", together=False)
def rights_to_delete(ward, monkeypatch):
    ward.grant("delete:users")


@spoils("credentials.needed_scopes", together=False)
def no_tickets(ward, monkeypatch):
    ward.take_away("create:user_tickets")


@spoils("credentials.mirror")
def no_copies(ward, monkeypatch):
    ward.take_away("update:users_app_metadata")


@spoils("credentials.runtime", together=False)
def wrong_secret(ward, monkeypatch):
    ward.configure(MANAGEMENT_CLIENT_SECRET="not-the-secret-of-this-client-at-all")


@spoils("credentials.deploy", together=False)
def wrong_secret_of_deployment(ward, monkeypatch):
    monkeypatch.setenv(deployment_client.DEPLOY_SECRET, "not-the-secret-of-this-client-at-all")


@spoils("credentials.apart", together=False)
def one_client_for_both(ward, monkeypatch):
    monkeypatch.setenv(deployment_client.DEPLOY_ID, ward.settings.AUTH0_PASSWORD["MANAGEMENT_CLIENT_ID"])
    monkeypatch.setenv(deployment_client.DEPLOY_SECRET, ward.settings.AUTH0_PASSWORD["MANAGEMENT_CLIENT_SECRET"])


@spoils("site.checks")
def a_check_complains(ward, monkeypatch):
    ward.settings.SESSION_COOKIE_SAMESITE = "Strict"


@spoils("site.redirect_state")
def redirect_state(ward, monkeypatch):
    monkeypatch.setattr(Auth0PasswordBackend, "REDIRECT_STATE", True)


@spoils("site.site_url", together=False)
def no_address(ward, monkeypatch):
    ward.configure(SITE_URL="", HANDOVER_SECRET=[])


@spoils("tenant.clock", together=False)
def clocks_apart(ward, monkeypatch):
    ward.tenant.offset(95)


@spoils("tenant.keys")
def keys_blocked(ward, monkeypatch):
    ward.tenant.faults([{"method": "GET", "path": "/.well-known/jwks.json", "status": 403, "times": -1}])


@spoils("tenant.custom_domain")
def custom_domain_is_no_tenant(ward, monkeypatch):
    ward.configure(CUSTOM_DOMAIN=ward.site)


@spoils("tenant.brute_force")
def brute_force_off(ward, monkeypatch):
    ward.api.patch("attack-protection/brute-force-protection", {"enabled": False})


@spoils("tenant.breached_passwords")
def breaches_unnoticed(ward, monkeypatch):
    ward.api.patch("attack-protection/breached-password-detection", {"enabled": False})
    ward.configure(BREACH_FROM_LOGS=True)


@spoils("tenant.allowed_logout_urls", together=False)
def instructions_not_allowed(ward, monkeypatch):
    ward.deployed(FORCE_AT="mail")
    ward.api.patch("tenants/settings", {"allowed_logout_urls": []})


@spoils("login_client.exists", together=False)
def no_such_client(ward, monkeypatch):
    ward.api.delete(f"clients/{ward.login_client}")


@spoils("login_client.callbacks", together=False)
def callback_elsewhere(ward, monkeypatch):
    ward.change_client(callbacks=[ELSEWHERE])


@spoils("login_client.wildcards")
def wildcard(ward, monkeypatch):
    ward.change_client(callbacks=[*ward.client()["callbacks"], "https://*.example.com/complete/auth0/"])


@spoils("login_client.logout_url")
def logout_elsewhere(ward, monkeypatch):
    ward.change_client(allowed_logout_urls=[ELSEWHERE])


@spoils("login_client.login_route")
def no_login_route(ward, monkeypatch):
    ward.change_client(initiate_login_uri=ELSEWHERE)


@spoils("login_client.oidc_conformant")
def not_conformant(ward, monkeypatch):
    ward.change_client(oidc_conformant=False)


@spoils("login_client.confidential")
def public(ward, monkeypatch):
    ward.change_client(token_endpoint_auth_method="none")


@spoils("login_client.code_grant", together=False)
def no_code(ward, monkeypatch):
    ward.change_client(grant_types=["refresh_token"])


@spoils("login_client.implicit_grant")
def implicit(ward, monkeypatch):
    ward.change_client(grant_types=[*ward.client()["grant_types"], "implicit"])


@spoils("login_client.password_grant")
def password_grant(ward, monkeypatch):
    ward.change_client(grant_types=[*ward.client()["grant_types"], "password"])


@spoils("login_client.password_grant:unused", together=False)
def password_grant_that_nobody_uses(ward, monkeypatch):
    grant = "http://auth0.com/oauth/grant-type/password-realm"
    ward.change_client(grant_types=[*ward.client()["grant_types"], grant], is_token_endpoint_ip_header_trusted=True)


@spoils("login_client.backchannel_url", together=False)
def no_logouts(ward, monkeypatch):
    ward.change_client(oidc_logout={**ward.client()["oidc_logout"], "backchannel_logout_urls": [ELSEWHERE]})


@spoils("login_client.backchannel_initiators")
def logouts_without_changes(ward, monkeypatch):
    logout = ward.client()["oidc_logout"]
    chosen = {"mode": "custom", "selected_initiators": ["rp-logout", "idp-logout"]}
    ward.change_client(oidc_logout={**logout, "backchannel_logout_initiators": chosen})


@spoils("connection.exists", together=False)
def no_such_connection(ward, monkeypatch):
    ward.configure(CONNECTION="Passwords")


@spoils("connection.exists:social", together=False)
def a_social_connection(ward, monkeypatch):
    ward.configure(CONNECTION="google-oauth2")


@spoils("connection.others")
def another_application(ward, monkeypatch):
    connection = ward.connection()
    other = ward.api.post("clients", {"name": "Shop", "app_type": "regular_web"})
    ward.api.patch(f"connections/{connection['id']}/clients", [{"client_id": other["client_id"], "status": True}])


@spoils("connection.enabled")
def not_for_this_client(ward, monkeypatch):
    path = f"connections/{ward.connection()['id']}/clients"
    ward.api.patch(path, [{"client_id": ward.login_client, "status": False}])


@spoils("connection.self_service")
def no_forgot_password(ward, monkeypatch):
    ward.change_connection(disable_self_service_change_password=True)


@spoils("connection.custom_database")
def users_elsewhere(ward, monkeypatch):
    ward.change_connection(enabledDatabaseCustomization=True)


@spoils("connection.brute_force")
def connection_left_out(ward, monkeypatch):
    ward.change_connection(brute_force_protection=False)


@spoils("actions.post_login")
def older_version(ward, monkeypatch):
    code = ward.action("post-login")["code"]
    ward.change_action("post-login", code=code.replace("post-login, version 1", "post-login, version 0"))


@spoils("actions.post_change_password")
def changed_by_hand(ward, monkeypatch):
    code = ward.action("post-change-password")["code"]
    ward.change_action("post-change-password", code=f"{code}\nconsole.log('here');\n")


@spoils("actions.password_reset_post_challenge", together=False)
def not_deployed(ward, monkeypatch):
    found = ward.action("password-reset-post-challenge")
    ward.bind("password-reset-post-challenge")
    ward.api.delete(f"actions/actions/{found['id']}")


@spoils("actions.post_change_password_binding")
def unbound(ward, monkeypatch):
    ward.bind("post-change-password")


@spoils("actions.password_reset_post_challenge_binding", together=False)
def bound_twice(ward, monkeypatch):
    ward.bind("password-reset-post-challenge", *["auth0-password password-reset-post-challenge"] * 2)


@spoils("actions.build")
def not_built(ward, monkeypatch):
    path = f"actions/actions/{ward.action('password-reset-post-challenge')['id']}"
    ward.api.patch(path, {"dependencies": [{"name": "left-pad", "version": "1.3.0"}]})
    ward.tenant.advance(1)


@spoils("actions.runtime")
def old_runtime(ward, monkeypatch):
    ward.change_action("post-change-password", runtime="node18-actions")


@spoils("actions.secrets")
def secret_gone(ward, monkeypatch):
    ward.change_action("post-login", secrets=[])


@spoils("actions.force_at", together=False)
def another_mode(ward, monkeypatch):
    ward.configure(FORCE_AT="deny")


@spoils("actions.handover", together=False)
def nobody_hands_over(ward, monkeypatch):
    found = ward.action("post-login")
    ward.bind("post-login")
    ward.api.delete(f"actions/actions/{found['id']}")


@spoils("actions.second_factor", together=False)
def nobody_asks_for_a_factor(ward, monkeypatch):
    ward.deployed(DEPLOY={"challenge": False})


@spoils("actions.before_ours")
def another_denies_first(ward, monkeypatch):
    ward.add_action("post-login", "Blocked countries", DENYING)
    ward.bind("post-login", "Blocked countries", "auth0-password post-login")


@spoils("actions.verified_only")
def verified_only(ward, monkeypatch):
    trigger = "password-reset-post-challenge"
    ward.add_action(trigger, "Email verified", VERIFIED_ONLY)
    ward.bind(trigger, f"auth0-password {trigger}", "Email verified")


@spoils("actions.form", together=False)
def no_form(ward, monkeypatch):
    ward.deployed(FORCE_AT="form")
    [form] = ward.api.list("forms", "forms")
    ward.api.delete(f"forms/{form['id']}")


@spoils("actions.form_left", together=False)
def form_of_before(ward, monkeypatch):
    """Somebody gave the application back what `auth0_deploy` took from it."""
    ward.deployed(FORCE_AT="form")
    ward.deployed(FORCE_AT="site")
    [left] = [one for one in ward.api.list("clients", "clients") if one["name"] == "auth0-password form"]
    grant = {"client_id": left["client_id"], "audience": f"{ward.api.domain.url}/api/v2/", "scope": ["update:users"]}
    ward.api.post("client-grants", grant)


@spoils("mails.provider", together=False)
def test_provider(ward, monkeypatch):
    ward.api.delete("emails/provider")


@spoils("mails.provider:off")
def provider_off(ward, monkeypatch):
    ward.api.patch("emails/provider", {"enabled": False})


@spoils("mails.link_life")
def links_for_a_month(ward, monkeypatch):
    ward.template(urlLifetimeInSeconds=30 * 86_400)


@spoils("mails.link_life:zero", together=False)
def links_for_no_time(ward, monkeypatch):
    ward.template(urlLifetimeInSeconds=0)


@spoils("mails.reset_email", together=False)
def no_mail(ward, monkeypatch):
    ward.template(enabled=False)


@spoils("log_stream.present", together=False)
def no_stream(ward, monkeypatch):
    ward.api.delete(f"log-streams/{ward.stream()['id']}")


@spoils("log_stream.status")
def stream_suspended(ward, monkeypatch):
    ward.api.patch(f"log-streams/{ward.stream()['id']}", {"status": "suspended"})


@spoils("log_stream.filters")
def stream_without_changes(ward, monkeypatch):
    chosen = [{"type": "category", "name": "auth.login.success"}]
    ward.api.patch(f"log-streams/{ward.stream()['id']}", {"filters": chosen})


@spoils("log_stream.token")
def another_token(ward, monkeypatch):
    stream = ward.stream()
    sink = {**stream["sink"], "httpAuthorization": "another-token-than-that-of-the-site"}
    ward.api.patch(f"log-streams/{stream['id']}", {"sink": sink})


@spoils("webhooks.action", together=False)
def action_refused(ward, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise NotGenuineError("signature")

    monkeypatch.setattr(action, "check_signature", refuse)


@spoils("webhooks.action_unsigned")
def action_believed(ward, monkeypatch):
    monkeypatch.setattr(action, "check_signature", lambda *_, **__: None)


@spoils("webhooks.logs", together=False)
def logs_refused(ward, monkeypatch):
    """As where the site runs with another token."""
    monkeypatch.setattr(LogsView, "take", lambda *_: refused())


@spoils("webhooks.backchannel")
def logouts_lead_to_a_sign_in(ward, monkeypatch):
    monkeypatch.setattr(BackchannelLogoutView, "dispatch", lambda *_, **__: HttpResponseRedirect("/account/login/"))


@spoils("work.overdue")
def nobody_reconciles(ward, monkeypatch):
    PasswordState.objects.create(user=somebody("bob"), check_due_at=timezone.now() - timedelta(hours=1))


@spoils("work.mirror")
def copies_refused(ward, monkeypatch):
    PasswordState.objects.create(user=somebody("alice"), mirror_error=flag.NOT_ALLOWED)


@spoils("work.reports")
def no_reports(ward, monkeypatch):
    PasswordChange.objects.create(user=somebody("dave"), subject_key="d", changed_at=timezone.now())


@spoils("work.log_pull", together=False)
def log_not_read(ward, monkeypatch):
    ward.grant("read:logs")


def refused() -> None:
    raise NotGenuineError("authorization")


def somebody(name: str) -> Any:
    return get_user_model().objects.create_user(name)
