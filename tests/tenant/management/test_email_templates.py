"""E-mail templates and the provider they need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.tenant.application import BOB, DATABASE, LOGIN, Application

if TYPE_CHECKING:
    from auth0.management import Auth0

    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

PROVIDER = {
    "name": "smtp",
    "enabled": True,
    "default_from_address": "no-reply@example.com",
    "credentials": {"smtp_host": "smtp.example.com", "smtp_port": 587, "smtp_user": "user", "smtp_pass": "pass"},
}
TEMPLATE = {
    "template": "verify_email",
    "body": "<html><body><h1>Verify your email</h1></body></html>",
    "from": "me@example.com",
    "subject": "Is it you?",
    "syntax": "liquid",
    "enabled": True,
}


@pytest.fixture
def provided(app: Application) -> Application:
    assert app.api("POST", "emails/provider", json=PROVIDER).status_code == 201
    return app


class TestProvider:
    def test_as_recorded(self, app: Application):
        """go-auth0's TestEmailProviderManager_*: the password does not come back."""
        shown = {**PROVIDER, "credentials": {"smtp_host": "smtp.example.com", "smtp_port": 587, "smtp_user": "user"}}
        assert app.api("POST", "emails/provider", json=PROVIDER).json() == shown
        assert app.api("GET", "emails/provider").json() == shown
        changed = app.api("PATCH", "emails/provider", json={"enabled": False})
        assert changed.json() == {**shown, "enabled": False}
        assert app.api("POST", "emails/provider", json=PROVIDER).status_code == 409
        assert [app.api("DELETE", "emails/provider").status_code for _ in range(2)] == [204, 204]

    @pytest.mark.parametrize("path", ["emails/provider", "email-templates/reset_email"])
    def test_without_one_as_recorded(self, app: Application, path: str):
        assert app.api("GET", path).json() == {
            "statusCode": 404,
            "error": "Not Found",
            "message": "There is not a configured email provider",
            "errorCode": "inexistent_email_provider",
        }


class TestTemplates:
    def test_one_that_was_never_changed(self, provided: Application):
        reply = provided.api("GET", "email-templates/verify_email")
        assert (reply.status_code, "errorCode" in reply.json()) == (404, False)
        assert provided.api("PATCH", "email-templates/verify_email", json={"enabled": False}).status_code == 404

    def test_created_changed_replaced(self, provided: Application):
        assert provided.api("POST", "email-templates", json=TEMPLATE).json() == TEMPLATE
        changed = provided.api("PATCH", "email-templates/verify_email", json={"enabled": False})
        assert changed.json() == {**TEMPLATE, "enabled": False}
        replaced = provided.api("PUT", "email-templates/verify_email", json={**TEMPLATE, "urlLifetimeInSeconds": 60})
        assert replaced.json() == {**TEMPLATE, "urlLifetimeInSeconds": 60}

    def test_twice_as_recorded(self, provided: Application):
        provided.api("POST", "email-templates", json=TEMPLATE)
        assert provided.api("POST", "email-templates", json=TEMPLATE).json() == {
            "statusCode": 409,
            "error": "Conflict",
            "message": "Template verify_email already exists.",
        }

    @pytest.mark.parametrize("change", [{"template": "birthday"}, {"enabled": "yes"}, {"colour": "red"}])
    def test_bodies_that_are_refused(self, provided: Application, change: dict[str, Any]):
        assert provided.api("POST", "email-templates", json=TEMPLATE | change).status_code == 400

    def test_result_url_on_a_smaller_plan(self, provided: Application, tenant: LocalTenant):
        body = {**TEMPLATE, "resultUrl": "https://site.example/"}
        assert provided.api("POST", "email-templates", json=body).status_code == 200
        tenant.plan(subscription="professional")
        reply = provided.api("PUT", "email-templates/verify_email", json=body)
        assert (reply.status_code, "resultUrl are not allowed" in reply.json()["message"]) == (403, True)
        assert reply.json()["errorCode"] != "insufficient_scope"


class TestWhatIsSent:
    def send(self, app: Application) -> list[dict[str, Any]]:
        app.api("PATCH", f"users/{BOB}", json={"email_verified": False})
        app.api("POST", "jobs/verification-email", json={"user_id": BOB})
        return app.tenant.mails()

    def test_subject_and_lifetime(self, provided: Application, browser: Browser):
        provided.api("POST", "email-templates", json={**TEMPLATE, "urlLifetimeInSeconds": 60})
        (mail,) = self.send(provided)
        assert mail["subject"] == "Is it you?"
        provided.tenant.advance(60)
        assert browser.get(mail["links"][0]).status == 400

    def test_how_long_a_reset_link_lives(self, provided: Application, browser: Browser):
        body = {**TEMPLATE, "template": "reset_email", "urlLifetimeInSeconds": 60}
        provided.api("POST", "email-templates", json=body)
        asked = {"client_id": LOGIN[0], "connection": DATABASE, "email": "bob@example.com"}
        requests.post(f"{provided.tenant.base_url}/dbconnections/change_password", json=asked, timeout=5)
        (mail,) = provided.tenant.mails()
        assert browser.get(mail["links"][0]).status == 200
        provided.tenant.advance(60)
        assert browser.get(mail["links"][0]).status == 400

    def test_nothing_where_it_is_switched_off(self, provided: Application):
        provided.api("POST", "email-templates", json={**TEMPLATE, "enabled": False})
        assert self.send(provided) == []


def test_by_the_library(auth0: Auth0):
    auth0.emails.provider.create(name="smtp", credentials=PROVIDER["credentials"])
    assert auth0.emails.provider.get().name == "smtp"
    fields = {**TEMPLATE, "from_": TEMPLATE["from"]}
    del fields["from"]
    auth0.email_templates.create(**fields)
    assert auth0.email_templates.get("verify_email").subject == "Is it you?"
    assert auth0.email_templates.update("verify_email", subject="Please confirm").subject == "Please confirm"
    assert auth0.email_templates.set("verify_email", **fields).subject == "Is it you?"
    assert auth0.emails.provider.update(enabled=False).enabled is False
    auth0.emails.provider.delete()
