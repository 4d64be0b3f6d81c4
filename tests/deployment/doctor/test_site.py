"""What the doctor says of the site's own settings, tenant or no tenant."""

from __future__ import annotations

import pytest
from django.core import checks

from auth0_password.deployment.doctor import connection, site, tenant
from auth0_password.deployment.doctor.patient import Patient
from tests.deployment.doctor.test_checks import NAME, Api, level, patient

urlpatterns: list = []
"""Of a site that has forgotten to include the package's."""


@pytest.fixture
def configure(settings):
    def change(**changes):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, **changes}

    return change


@pytest.fixture
def complaints(monkeypatch):
    """What Django's checks find, and how they were asked."""
    asked = []

    def found(*messages):
        def run(**options):
            asked.append(options)
            return list(messages)

        monkeypatch.setattr(checks, "run_checks", run)
        return asked

    return found


def test_checks_in_one_line(complaints):
    complaints(checks.Error("a", id="auth0_password.E008"), checks.Warning("b", id="auth0_password.W004"))
    verdict = site.django_checks(None)
    assert (level(verdict), verdict.what) == ("error", "manage.py check tells of E008, W004")


def test_warnings_of_checks(complaints):
    complaints(checks.Warning("b", id="auth0_password.W004"), checks.Error("c", id="security.E001"))
    assert level(site.django_checks(None)) == "warning"


def test_checks_of_others_and_silenced_ones(complaints, settings):
    settings.SILENCED_SYSTEM_CHECKS = ["auth0_password.W004"]
    complaints(checks.Warning("b", id="auth0_password.W004"), checks.Error("c", id="security.E001"), checks.Error("d"))
    assert level(site.django_checks(None)) == "ok"


@pytest.mark.parametrize(("domain", "deployment"), [("tenant.eu.auth0.com", True), ("127.0.0.1:8001", False)])
def test_checks_for_production_are_for_real_tenants(complaints, settings, domain, deployment):
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = domain
    asked = complaints()
    site.django_checks(None)
    assert asked == [{"include_deployment_checks": deployment}]


@pytest.mark.parametrize(
    ("url", "domain", "expected"),
    [
        ("", "tenant.eu.auth0.com", "warning"),
        ("http://localhost:8000", "tenant.eu.auth0.com", "warning"),
        ("http://localhost:8000", "127.0.0.1:8001", "ok"),
        ("https://www.example.com", "tenant.eu.auth0.com", "ok"),
    ],
)
def test_where_the_site_is(configure, settings, url, domain, expected):
    configure(SITE_URL=url)
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = domain
    assert level(site.site_url(None)) == expected


def test_pages_without_addresses(configure, settings):
    configure(SITE_URL="https://www.example.com")
    assert site.addresses(None) is None
    settings.ROOT_URLCONF = __name__
    assert level(site.addresses(None)) == "error"


@pytest.mark.parametrize(
    ("url", "secure", "expected"),
    [
        ("https://www.example.com", True, "ok"),
        ("https://www.example.com", False, "warning"),
        ("http://localhost:8000", False, None),
    ],
)
def test_cookies(configure, settings, url, secure, expected):
    configure(SITE_URL=url)
    settings.SESSION_COOKIE_SECURE = secure
    assert level(site.session_cookie(None)) == expected


def test_stock_backends_put_the_state_into_the_callback(settings):
    settings.AUTHENTICATION_BACKENDS = ["social_core.backends.auth0.Auth0OAuth2"]
    verdict = site.redirect_state(None)
    assert level(verdict) == "warning"
    assert "Auth0OAuth2" in verdict.what


def test_who_only_reports(configure):
    configure(ENFORCE="report")
    assert level(site.enforce(None)) == "note"


@pytest.mark.parametrize(("hours", "expected"), [(168, "ok"), (720, "ok"), (8_760, "note")])
def test_long_sessions(hours, expected):
    api = Api({"tenants/settings": {"session_lifetime": hours, "idle_session_lifetime": 72}})
    api.scopes = frozenset({"read:tenant_settings"})
    verdict = tenant.session_lifetime(Patient(api))
    assert level(verdict) == expected
    assert f"{hours} hours" in verdict.what


@pytest.mark.parametrize(("disabled", "expected"), [(True, "ok"), (False, "note")])
def test_sign_ups(disabled, expected):
    row = {"name": NAME, "strategy": "auth0", "options": {"disable_signup": disabled}}
    assert level(connection.signup(patient(connections=[row]))) == expected
